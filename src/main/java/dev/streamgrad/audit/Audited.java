package dev.streamgrad.audit;

import dev.streamgrad.audit.Finding.Verdict;
import dev.streamgrad.learning.Model;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.SnapshotDigest;
import dev.streamgrad.records.Source;
import dev.streamgrad.replay.History;
import dev.streamgrad.replay.Ledger;
import dev.streamgrad.replay.ReplayedModel;
import dev.streamgrad.replay.Replayer.Known;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * One model under audit: it is trained again on its samples, and what its snapshots had to say is compared with what
 * they say.
 *
 * <p>Snapshots and samples are read side by side, so either may be a little ahead: what waits for the other side is
 * kept, by version, and no more than that.
 */
final class Audited {
    private final ReplayedModel replayed;
    private final History history;
    private final String name;
    private final boolean settingsStandIn;
    private final Ledger ledger;
    /** Where the replay begins: what was before is not looked at. */
    private final Moment base;
    /** Published and not yet derived, or derived and not yet met. */
    private final Map<Moment, SnapshotDigest> published = new HashMap<>();

    private final Map<Moment, List<SnapshotDigest>> derived = new HashMap<>();
    /** The last in each partition of the snapshots topic, of which a model uses one unless they have been increased. */
    private final Map<Integer, Moment> lastIn = new HashMap<>();

    private long largestRecord;
    private long smallestRecord = Long.MAX_VALUE;
    private long checked;
    private long last;
    private boolean obeyedCommands;
    /** Versions that were taken from their snapshots, because the commands or samples are gone that led to them. */
    private final Set<Long> believed = new TreeSet<>();

    private @Nullable String mismatch;

    /**
     * What names one state: versions begin anew where a model was deleted and made again.
     *
     * @param firstOffset of the sample that made the model
     * @param version of the model
     */
    private record Moment(long firstOffset, long version) implements Comparable<Moment> {
        static Moment of(Model model) {
            return new Moment(model.firstOffset(), model.version());
        }

        @Override
        public int compareTo(Moment other) {
            int byOffset = Long.compare(firstOffset, other.firstOffset);
            return byOffset != 0 ? byOffset : Long.compare(version, other.version);
        }
    }

    /**
     * A model under audit.
     *
     * @param replayed the model where its replay begins
     * @param base the snapshot that it was taken from, or begun for
     * @param known what it and later ones say of which records are the model's
     * @param ledger what was decided about it
     * @param standIns by fingerprint, snapshots of states that came with commands which do not have them
     */
    Audited(ReplayedModel replayed, Snapshot base, Known known, Ledger ledger, Map<String, Snapshot> standIns) {
        this.replayed = replayed;
        this.name = replayed.id().name();
        this.settingsStandIn = known.maxRecordBytes() == 0;
        this.ledger = ledger;
        this.base = Moment.of(replayed.model());
        this.history = new History(replayed, ledger, ledger.of(replayed.id()), new History.Listener() {
            @Override
            public void snapshotIsDue(Source source, long time) {
                derive(source, time);
            }

            @Override
            public void disagrees(long version, Source after, String what) {
                disagree(version, after, what);
            }

            @Override
            public Optional<Snapshot> standIn(String fingerprint) {
                Optional<Snapshot> standIn = Optional.ofNullable(standIns.get(fingerprint));
                standIn.ifPresent(snapshot -> believed.add(snapshot.model().version()));
                return standIn;
            }
        });
        if (replayed.baseVersion() > 0 && !base.isIntact()) {
            disagree(base.model().version(), base.source(), "the snapshot's own weights do not have its fingerprint");
        }
    }

    /** Whether records without a key are the model's. */
    boolean takesKeyless() {
        return replayed.takesKeyless();
    }

    long waiting() {
        return history.isOver() ? 0 : derived.size() - published.size();
    }

    /** A record of the samples topic that is the model's. */
    void sample(ConsumerRecord<byte[], byte[]> record) {
        long size = ReplayedModel.size(record);
        largestRecord = Math.max(largestRecord, size);
        smallestRecord = Math.min(smallestRecord, size);
        history.sample(record);
    }

    private void derive(Source source, long time) {
        Model model = replayed.model();
        List<SnapshotDigest> digests = SnapshotDigest.derived(name, model, source, time);
        Moment moment = Moment.of(model);
        SnapshotDigest met = published.remove(moment);
        if (met == null) {
            derived.put(moment, digests);
        } else {
            compare(digests, met);
        }
    }

    /**
     * A record of the snapshots topic about this model.
     *
     * @param value what it was read from
     * @param ofThisLog whether it says that it is of the samples topic that is there
     */
    void snapshot(Snapshot snapshot, byte[] value, int inPartition, boolean ofThisLog) {
        obeyedCommands |= snapshot.model().controls() > 0;
        long version = snapshot.model().version();
        Moment moment = Moment.of(snapshot.model());
        if (history.isOver() || moment.compareTo(base) <= 0) {
            return;
        }
        if (!ofThisLog) {
            disagree(version, snapshot.source(), "it says that its samples are of another topic");
            return;
        }
        // Those that compaction has removed come no more.
        derived.keySet().removeIf(older -> older.compareTo(moment) < 0);
        Moment before = lastIn.put(inPartition, moment);
        if (before != null && moment.compareTo(before) <= 0) {
            disagree(version, snapshot.source(), "there is more than one snapshot of this version");
            return;
        }
        SnapshotDigest digest = SnapshotDigest.published(snapshot, value);
        List<SnapshotDigest> ours = derived.remove(moment);
        if (ours == null) {
            published.put(moment, digest);
        } else {
            compare(ours, digest);
        }
    }

    private void compare(List<SnapshotDigest> derivedInEachFormat, SnapshotDigest theirs) {
        String difference = derivedInEachFormat.get(theirs.format() - 1).differenceFrom(theirs);
        if (difference != null) {
            disagree(theirs.version(), theirs.source(), difference);
        } else {
            checked++;
            last = Math.max(last, theirs.version());
        }
    }

    private void disagree(long version, Source source, String what) {
        if (mismatch == null) {
            mismatch = String.format(
                    Locale.ROOT,
                    "at version %,d (sample %d@%d): %s",
                    version,
                    source.partition(),
                    source.offset(),
                    what);
            history.end();
            published.clear();
            derived.clear();
        }
    }

    /**
     * All samples and snapshots have been seen. Snapshots that compaction has removed are no fault; one too many is.
     *
     * @param keyless how many records without a key its partition has
     */
    Finding finish(long keyless) {
        history.followUpTo(Long.MAX_VALUE);
        Optional<String> unknown = history.unknown();
        if (unknown.isPresent()) {
            return finding(Verdict.NOT_VERIFIED, unknown.get());
        }
        published.entrySet().stream()
                .min(Map.Entry.comparingByKey())
                .ifPresent(first -> disagree(
                        first.getKey().version(),
                        first.getValue().source(),
                        String.format(
                                Locale.ROOT,
                                "the samples in the log lead only to version %,d",
                                replayed.model().version())));
        if (mismatch != null) {
            String doubt = doubt(keyless);
            return doubt == null ? finding(Verdict.MISMATCH, mismatch) : finding(Verdict.NOT_VERIFIED, doubt);
        }
        if (checked == 0) {
            return finding(
                    Verdict.NOT_VERIFIED,
                    String.format(
                            Locale.ROOT,
                            "no snapshot after that of version %,d, where the replay begins",
                            replayed.baseVersion()));
        }
        return finding(
                Verdict.AGREES,
                believed.isEmpty()
                        ? ""
                        : (believed.size() == 1 ? "its version " : "its versions ")
                                + believed.stream()
                                        .map(version -> String.format(Locale.ROOT, "%,d", version))
                                        .collect(Collectors.joining(" and "))
                                + (believed.size() == 1
                                        ? " is taken from its snapshot, because what restored it is gone"
                                        : " are taken from their snapshots, because what restored them is gone"));
    }

    private Finding finding(Verdict verdict, String text) {
        return new Finding(name, replayed.id().partition(), verdict, replayed.baseVersion(), checked, last, text);
    }

    /**
     * What a snapshot of format 1 does not say, and the settings may say otherwise than they did then: which records
     * were too large, if some are much larger than others, and whose those without a key were, if there are any.
     */
    private @Nullable String doubt(long keyless) {
        if (obeyedCommands && !ledger.isWhole()) {
            return "it has obeyed commands, and not all events are there to follow: control.topic and events.topic must be those"
                    + " of the learner, this user must be able to read them, and none of their records may be gone ("
                    + mismatch + ")";
        }
        if (!settingsStandIn) {
            return null;
        }
        int limit = replayed.model().spec().hyperparameters().maxRecordBytes();
        if (largestRecord > limit || largestRecord > 2 * smallestRecord) {
            return String.format(
                    Locale.ROOT,
                    "it has records of up to %,d bytes, and its snapshots are too old to say which were taken; it does not fit"
                            + " max.record.bytes=%d; run the audit with the value that the learner had (%s)",
                    largestRecord,
                    limit,
                    mismatch);
        }
        if (keyless > 0) {
            return String.format(
                    Locale.ROOT,
                    "its partition has %,d records without a key, and its snapshots are too old to say whose they were; it"
                            + " does not fit the present default.model; run the audit with the value that the learner had (%s)",
                    keyless,
                    mismatch);
        }
        return null;
    }
}
