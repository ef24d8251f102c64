package dev.streamgrad.audit;

import dev.streamgrad.audit.Finding.Verdict;
import dev.streamgrad.learning.Model;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.SnapshotDigest;
import dev.streamgrad.records.Source;
import dev.streamgrad.replay.ReplayedModel;
import dev.streamgrad.replay.Replayer.Known;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    private final String name;
    private final boolean settingsStandIn;
    /** Published and not yet derived, or derived and not yet met: by version. */
    private final Map<Long, SnapshotDigest> published = new HashMap<>();

    private final Map<Long, List<SnapshotDigest>> derived = new HashMap<>();
    /**
     * The last version in each partition of the snapshots topic, of which a model uses one unless they have been
     * increased.
     */
    private final Map<Integer, Long> lastIn = new HashMap<>();

    private long largestRecord;
    private long smallestRecord = Long.MAX_VALUE;
    private long checked;
    private long last;
    private @Nullable String mismatch;

    /**
     * A model under audit.
     *
     * @param replayed the model where its replay begins
     * @param base the snapshot that it was taken from, or begun for
     * @param known what it and later ones say of which records are the model's
     */
    Audited(ReplayedModel replayed, Snapshot base, Known known) {
        this.replayed = replayed;
        this.name = replayed.id().name();
        this.settingsStandIn = known.maxRecordBytes() == 0;
        if (replayed.baseVersion() > 0 && !base.isIntact()) {
            disagree(base.model().version(), base.source(), "the snapshot's own weights do not have its fingerprint");
        }
    }

    /** Whether records without a key are the model's. */
    boolean takesKeyless() {
        return replayed.takesKeyless();
    }

    long waiting() {
        return mismatch == null ? derived.size() - published.size() : 0;
    }

    /** A record of the samples topic that is the model's. */
    void sample(ConsumerRecord<byte[], byte[]> record) {
        long size = ReplayedModel.size(record);
        largestRecord = Math.max(largestRecord, size);
        smallestRecord = Math.min(smallestRecord, size);
        if (mismatch != null) {
            return;
        }
        Model model = replayed.model();
        long before = model.version();
        if (replayed.take(record) == ReplayedModel.Outcome.TRAINED && model.snapshotIsDueSince(before)) {
            Source source = new Source(record.partition(), record.offset());
            List<SnapshotDigest> digests = SnapshotDigest.derived(name, model, source, Math.max(record.timestamp(), 0));
            SnapshotDigest met = published.remove(model.version());
            if (met == null) {
                derived.put(model.version(), digests);
            } else {
                compare(digests, met);
            }
        }
    }

    /**
     * A record of the snapshots topic about this model.
     *
     * @param value what it was read from
     * @param ofThisLog whether it says that it is of the samples topic that is there
     */
    void snapshot(Snapshot snapshot, byte[] value, int inPartition, boolean ofThisLog) {
        long version = snapshot.model().version();
        if (mismatch != null || version <= replayed.baseVersion()) {
            return;
        }
        if (!ofThisLog) {
            disagree(version, snapshot.source(), "it says that its samples are of another topic");
            return;
        }
        // Those that compaction has removed come no more.
        derived.keySet().removeIf(older -> older < version);
        Long before = lastIn.put(inPartition, version);
        if (before != null && version <= before) {
            disagree(version, snapshot.source(), "there is more than one snapshot of this version");
            return;
        }
        SnapshotDigest digest = SnapshotDigest.published(snapshot, value);
        List<SnapshotDigest> ours = derived.remove(version);
        if (ours == null) {
            published.put(version, digest);
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
        published.entrySet().stream()
                .min(Map.Entry.comparingByKey())
                .ifPresent(first -> disagree(
                        first.getKey(),
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
        return finding(Verdict.AGREES, "");
    }

    private Finding finding(Verdict verdict, String text) {
        return new Finding(name, replayed.id().partition(), verdict, replayed.baseVersion(), checked, last, text);
    }

    /**
     * What a snapshot of format 1 does not say, and the settings may say otherwise than they did then: which records
     * were too large, if some are much larger than others, and whose those without a key were, if there are any.
     */
    private @Nullable String doubt(long keyless) {
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
