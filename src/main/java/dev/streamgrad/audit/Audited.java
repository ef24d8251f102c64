package dev.streamgrad.audit;

import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * One model under audit: it is trained again on its samples, and what it would have published is compared with what
 * was.
 *
 * <p>Snapshots and samples are read side by side, so either may be a little ahead: what waits for the other side is
 * kept, by version, and no more than that.
 */
final class Audited {
    private final String name;
    private final int partition;
    private final Model model;
    private final long from;
    private final long fromOffset;
    private final Learner learner;
    private final SampleReader reader;
    /** Published and not yet derived, or derived and not yet met: by version. */
    private final Map<Long, Image> published = new HashMap<>();

    private final Map<Long, Image> derived = new HashMap<>();
    /**
     * The last version in each partition of the snapshots topic, of which a model uses one unless they have been
     * increased.
     */
    private final Map<Integer, Long> lastIn = new HashMap<>();

    private long checked;
    private long last;
    private @Nullable String mismatch;

    /** What is compared of a snapshot: its bytes, by their hash, and for the error's text its fingerprint and place. */
    private record Image(String hash, String fingerprint, Source source) {}

    private Audited(String name, int partition, Model model, long fromOffset, Learner learner, SampleReader reader) {
        this.name = name;
        this.partition = partition;
        this.model = model;
        this.from = model.version();
        this.fromOffset = fromOffset;
        this.learner = learner;
        this.reader = reader;
    }

    /** From version 0: all samples since the one that created the model are still there. */
    static Audited fromTheStart(Snapshot any, Learner learner, SampleReader reader) {
        long first = any.model().firstOffset();
        return new Audited(
                any.name(), any.source().partition(), new Model(any.model().spec(), first), first - 1, learner, reader);
    }

    /** From a snapshot whose later samples are still there. */
    static Audited from(Snapshot snapshot, Learner learner, SampleReader reader) {
        Audited audited = new Audited(
                snapshot.name(),
                snapshot.source().partition(),
                snapshot.model(),
                snapshot.source().offset(),
                learner,
                reader);
        if (!snapshot.isIntact()) {
            audited.disagree(
                    snapshot.model().version(),
                    snapshot.source(),
                    "the snapshot's own weights do not have its fingerprint");
        }
        return audited;
    }

    long waiting() {
        return mismatch == null ? derived.size() - published.size() : 0;
    }

    /** A record of the samples topic with this model's key. */
    void sample(ConsumerRecord<byte[], byte[]> record) {
        if (mismatch != null || record.offset() <= fromOffset) {
            return;
        }
        try {
            reader.read(record.value());
        } catch (BadRecordException e) {
            // It became a dead letter, and the model did not see it.
            return;
        }
        if (!reader.hasLabel()) {
            return;
        }
        long before = model.version();
        Learner.Outcome outcome = learner.learn(model, reader.features(), reader.label(), reader.weight());
        if (outcome == Learner.Outcome.TRAINED && model.snapshotIsDueSince(before)) {
            Source source = new Source(record.partition(), record.offset());
            Snapshot snapshot = Snapshot.of(name, model, source, Math.max(record.timestamp(), 0));
            match(
                    model.version(),
                    new Image(Hash.of(snapshot.toJson()), snapshot.fingerprint(), source),
                    derived,
                    published);
        }
    }

    /** A record of the snapshots topic about this model. */
    void snapshot(Snapshot snapshot, byte[] value, int inPartition) {
        long version = snapshot.model().version();
        if (mismatch != null || version <= from) {
            return;
        }
        Long before = lastIn.put(inPartition, version);
        if (before != null && version <= before) {
            disagree(version, snapshot.source(), "there is more than one snapshot of this version");
            return;
        }
        match(version, new Image(Hash.of(value), snapshot.fingerprint(), snapshot.source()), published, derived);
    }

    private void match(long version, Image image, Map<Long, Image> mine, Map<Long, Image> others) {
        Image other = others.remove(version);
        if (other == null) {
            mine.put(version, image);
            return;
        }
        if (image.hash().equals(other.hash())) {
            checked++;
            last = Math.max(last, version);
            return;
        }
        Image ours = mine == derived ? image : other;
        Image theirs = mine == derived ? other : image;
        disagree(
                version,
                theirs.source(),
                ours.fingerprint().equals(theirs.fingerprint())
                        ? "the weights agree, but what is beside them does not"
                        : String.format(
                                Locale.ROOT,
                                "the samples give the fingerprint %.16s…, the snapshot says %.16s…",
                                ours.fingerprint(),
                                theirs.fingerprint()));
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
     */
    Finding finish() {
        published.entrySet().stream()
                .min(Map.Entry.comparingByKey())
                .ifPresent(first -> disagree(
                        first.getKey(),
                        first.getValue().source(),
                        String.format(
                                Locale.ROOT, "the samples in the log lead only to version %,d", model.version())));
        if (mismatch == null && checked == 0) {
            mismatch = "cannot be looked for: there is no snapshot yet after that of version " + from;
        }
        return new Finding(name, partition, from, checked, last, mismatch);
    }
}
