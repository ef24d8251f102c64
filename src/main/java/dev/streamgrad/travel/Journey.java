package dev.streamgrad.travel;

import dev.streamgrad.learning.Model;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import dev.streamgrad.replay.History;
import dev.streamgrad.replay.ReplayedModel;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** A model on its way to a destination. */
final class Journey implements History.Listener {
    private final Candidates candidates;
    private final Travel.Replay replay;
    private final Destination destination;
    private final ReplayedModel replayed;
    private final History history;
    private final boolean fromSnapshot;
    private boolean arrived;
    private long samples;
    private long commands;
    private long agreed;
    private long lastAgreed;
    private @Nullable String disagreement;

    /**
     * A journey from where it begins.
     *
     * @throws TravelException if there is no beginning
     */
    Journey(Candidates candidates, Travel.Replay replay, Destination destination) throws TravelException {
        this.candidates = candidates;
        this.replay = replay;
        this.destination = destination;
        this.replayed = candidates.begin(replay.replayer(), destination);
        this.fromSnapshot = candidates.beginsWithSnapshot();
        this.history =
                new History(replayed, replay.ledger(), candidates.bounds().events(), this);
        look();
    }

    ReplayedModel replayed() {
        return replayed;
    }

    /** The first offset that is to be taken. */
    long next() {
        return replayed.model().lastOffset() + 1;
    }

    /** Whether nothing more need be taken. */
    boolean isOver() {
        return arrived || history.isOver();
    }

    /** Takes a record of the model's partition. */
    void take(ConsumerRecord<byte[], byte[]> record) {
        if (isOver() || !replay.own().isOf(replayed, record)) {
            return;
        }
        followUpTo(record.offset() - 1);
        if (!isOver()) {
            samples += history.sample(record).reachedTheModel() ? 1 : 0;
            look();
        }
    }

    private void followUpTo(long offset) {
        while (!isOver() && history.followNextUpTo(offset)) {
            commands++;
            look();
        }
    }

    private void look() {
        arrived |= !history.isGone() && destination.isReachedBy(history.model());
    }

    @Override
    public void snapshotIsDue(Source source, long time) {
        Model model = history.model();
        Optional<Boolean> agrees = candidates.agrees(model);
        if (agrees.isPresent() && !agrees.get()) {
            history.end();
            disagrees(model.version(), source, "its snapshot has another fingerprint");
        } else if (agrees.isPresent()) {
            agreed++;
            lastAgreed = model.version();
        }
    }

    @Override
    public void disagrees(long version, Source after, String what) {
        disagreement = disagreement(version, after, what);
    }

    static String disagreement(long version, Source after, String what) {
        return String.format(
                Locale.ROOT,
                "what the log says does not follow, at version %,d (sample %d@%d): %s; see what streamgrad audit says",
                version,
                after.partition(),
                after.offset(),
                what);
    }

    @Override
    public Optional<Snapshot> standIn(String fingerprint) {
        return candidates.standIn(fingerprint);
    }

    /**
     * The state at the destination, now that all has been taken.
     *
     * @throws TravelException if it cannot be had
     */
    Arrival arrival(String topicId) throws TravelException {
        followUpTo(Long.MAX_VALUE);
        if (disagreement != null) {
            throw new TravelException(disagreement);
        }
        Optional<String> unknown = history.unknown();
        if (unknown.isPresent()) {
            throw new TravelException(unknown.get());
        }
        Model model = history.model();
        if (history.isGone()) {
            throw new TravelException("the model had been deleted then; its last version was " + model.version());
        }
        if (destination.kind() == Destination.Kind.VERSION && !arrived) {
            throw new TravelException("version must be one that the log leads to; the last is " + model.version()
                    + "; got " + destination.value());
        }
        long time = history.time() < 0 ? candidates.time() : history.time();
        Snapshot state = Snapshot.of(
                replay.id().name(),
                model,
                new Source(replay.id().partition(), model.lastOffset()),
                candidates.log(topicId),
                time);
        return new Arrival(state, replayed.baseVersion(), fromSnapshot, samples, commands, agreed, lastAgreed);
    }
}
