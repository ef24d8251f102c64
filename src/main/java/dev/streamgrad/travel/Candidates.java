package dev.streamgrad.travel;

import dev.streamgrad.control.Event;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.replay.Ledger;
import dev.streamgrad.replay.Ledger.Entry;
import dev.streamgrad.replay.ModelId;
import dev.streamgrad.replay.ReplayedModel;
import dev.streamgrad.replay.Replayer;
import dev.streamgrad.replay.Replayer.Known;
import dev.streamgrad.replay.TopicLog;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Where the way to a destination may begin: what the snapshots topic has of one model. Holds one snapshot that is near,
 * the first of each time the model was made, and of those on the way their fingerprints.
 */
final class Candidates {
    private final ModelId id;
    private final Bounds bounds;
    private final Ledger ledger;
    private final long oldestSample;
    private final boolean fromTheStart;
    /** The newest snapshot that is not behind the destination. */
    private @Nullable Snapshot nearest;
    /** The oldest whose later samples are all there. */
    private @Nullable Snapshot oldest;
    /** By the offset of the sample that made the model: the first snapshot then. */
    private final Map<Long, Snapshot> firsts = new TreeMap<>();
    /** Of those on the way, if it begins with version 0: what they say their fingerprints are. */
    private final Map<Moment, Published> onTheWay = new HashMap<>();
    /** The fingerprints of states that came with commands which do not have them. */
    private final Set<String> elsewhere;
    /** By fingerprint, the snapshots of those. */
    private final Map<String, Snapshot> standIns = new HashMap<>();

    private Known known = Known.NOTHING;
    /** The most commands that a model had obeyed which a snapshot is of. */
    private long mostControls;

    private record Moment(long firstOffset, long version) {}

    private record Published(int format, String fingerprint) {}

    /**
     * Nothing so far.
     *
     * @param samples the samples topic
     */
    Candidates(ModelId id, Bounds bounds, Ledger ledger, TopicLog samples, boolean fromTheStart) {
        this.id = id;
        this.bounds = bounds;
        this.ledger = ledger;
        this.elsewhere = ledger.fingerprintsOfStatesElsewhere();
        this.oldestSample = samples.beginning(id.partition());
        this.fromTheStart = fromTheStart;
    }

    Bounds bounds() {
        return bounds;
    }

    /** Takes the next snapshot of the model, in their order. */
    void take(Snapshot snapshot) {
        Model model = snapshot.model();
        known = known.and(snapshot);
        mostControls = Math.max(mostControls, model.controls());
        if (model.firstOffset() >= 0) {
            firsts.putIfAbsent(model.firstOffset(), snapshot);
        }
        if (oldest == null && areAllThereSince(snapshot)) {
            oldest = snapshot;
        }
        if (elsewhere.contains(snapshot.fingerprint())) {
            standIns.put(snapshot.fingerprint(), snapshot);
        }
        if (bounds.isNotBefore(snapshot)) {
            nearest = snapshot;
            if (fromTheStart) {
                onTheWay.put(
                        new Moment(model.firstOffset(), model.version()),
                        new Published(snapshot.format(), snapshot.fingerprint()));
            }
        }
    }

    private boolean areAllThereSince(Snapshot snapshot) {
        return snapshot.source().offset() >= oldestSample - 1;
    }

    Optional<Snapshot> standIn(String fingerprint) {
        return Optional.ofNullable(standIns.get(fingerprint));
    }

    /** What a snapshot says that was published of a model like this; empty if there is none. */
    Optional<Boolean> agrees(Model model) {
        Published published = onTheWay.get(new Moment(model.firstOffset(), model.version()));
        return Optional.ofNullable(published)
                .map(there -> Snapshot.fingerprintOf(model, there.format()).equals(there.fingerprint()));
    }

    /** Whether the way begins with a snapshot, and not with version 0. */
    boolean beginsWithSnapshot() {
        return nearest != null && !fromTheStart;
    }

    /**
     * The model where the way begins.
     *
     * @throws TravelException if there is no beginning from which all of the way is there
     */
    ReplayedModel begin(Replayer replayer, Destination destination) throws TravelException {
        Snapshot near = nearest;
        ReplayedModel beginning =
                near == null || fromTheStart ? atVersion0(replayer) : fromSnapshot(near, replayer, destination);
        long controls = near == null || fromTheStart ? 0 : near.model().controls();
        if (mostControls > controls
                && !ledger.isWhole()
                && !ledger.hadBegun(id.partition(), beginning.model().lastOffset())) {
            throw new TravelException(
                    "it has obeyed commands, and not all events are there to follow: control.topic and"
                            + " events.topic must be those of the learner, this user must be able to read them, and none of their"
                            + " records may be gone");
        }
        return beginning;
    }

    private ReplayedModel fromSnapshot(Snapshot near, Replayer replayer, Destination destination)
            throws TravelException {
        boolean isThere = destination.isReachedBy(near.model()) || near.source().offset() >= bounds.lastSample();
        if (!isThere && !areAllThereSince(near)) {
            throw tooOld();
        }
        if (!near.isIntact()) {
            throw new TravelException("the snapshot of version " + near.model().version()
                    + " does not have the fingerprint of its weights; begin with version 0 instead, by --from-start, and see"
                    + " what streamgrad audit says");
        }
        return replayer.from(near, known);
    }

    private ReplayedModel atVersion0(Replayer replayer) throws TravelException {
        long first = firstOffset();
        if (first < 0) {
            OptionalLong ever = creations().min();
            throw ever.isPresent() && ever.getAsLong() > bounds.lastSample()
                    ? new TravelException(
                            "there was no model yet; sample " + id.partition() + "@" + ever.getAsLong() + " made it")
                    : tooOld();
        }
        if (first < oldestSample) {
            throw tooOld();
        }
        Optional<ModelSpec> created = ledger.specOf(id, first);
        Snapshot snapshot = firsts.get(first);
        return snapshot == null
                ? replayer.created(id, first, created)
                : replayer.fromTheStart(snapshot, known, created);
    }

    /** Of the sample that last made the model before the destination; −1 if there was none that is known. */
    private long firstOffset() {
        return creations().filter(offset -> offset <= bounds.lastSample()).max().orElse(-1);
    }

    /** The offsets of the samples that made the model, as far as they are known. */
    private LongStream creations() {
        return LongStream.concat(
                firsts.keySet().stream().mapToLong(Long::longValue),
                ledger.of(id).stream()
                        .map(Entry::event)
                        .filter(event -> event.kind() == Event.Kind.CREATED)
                        .mapToLong(event -> event.after().offset()));
    }

    private TravelException tooOld() {
        Snapshot there = oldest;
        return new TravelException(
                there == null
                        ? "no state of it can be had: the samples since its snapshots are gone; partition "
                                + id.partition() + " of the samples topic begins at offset " + oldestSample
                        : String.format(
                                Locale.ROOT,
                                "the oldest version that can be had is %d, after sample %d@%d; samples before offset %d are gone;"
                                        + " keep that topic with retention.ms=-1 for what is to come",
                                there.model().version(),
                                there.source().partition(),
                                there.source().offset(),
                                oldestSample));
    }

    /** What a snapshot of the state at the destination says of its log. */
    SamplesLog log(String topicId) {
        Snapshot there = nearest != null
                ? nearest
                : firsts.isEmpty() ? null : firsts.values().iterator().next();
        SamplesLog log = there == null ? null : there.log();
        return log == null ? new SamplesLog(topicId, null) : log;
    }

    /** When the model was as it is where the way begins, in milliseconds. */
    long time() {
        return nearest == null || fromTheStart ? 0 : nearest.time();
    }
}
