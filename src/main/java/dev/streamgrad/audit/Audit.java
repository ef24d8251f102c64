package dev.streamgrad.audit;

import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.ModelName;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Trains every model again from the committed samples, in the order of their offsets, and compares each snapshot in the
 * snapshots topic byte by byte with the one that this gives.
 *
 * <p>The snapshots are read twice: first for each model's spec, and, where the beginning of its samples has been
 * deleted, for the oldest snapshot whose later samples are still there; then side by side with the samples. So memory
 * grows with the number of models, and with how far the two topics are apart where they are being read, but not with
 * their lengths.
 */
public final class Audit {
    private final Settings settings;
    private final Optional<String> only;
    private final Listener listener;
    private final Map<ModelSpec, Learner> learners = new HashMap<>();
    private final Map<ModelSpec, SampleReader> readers = new HashMap<>();
    private final Map<Key, Audited> audited = new TreeMap<>();
    private final List<Finding> unreadable = new ArrayList<>();
    /** Models of which some snapshot is older than the samples that are left, by the version of the first. */
    private final Map<Key, Long> tooOld = new TreeMap<>();

    /** A name in a partition: were there one name in two partitions, there would be two models. */
    private record Key(String name, int partition) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byName = name.compareTo(other.name);
            return byName != 0 ? byName : Integer.compare(partition, other.partition);
        }
    }

    /** Hears how far the audit is, and may end it. */
    public interface Listener {
        /** So many samples of so many have been read. */
        void progress(long done, long total);

        /** Whether to stop. */
        boolean isStopped();
    }

    /**
     * An audit.
     *
     * @param only the one model to audit; empty for all
     */
    public Audit(Settings settings, Optional<String> only, Listener listener) {
        this.settings = settings;
        this.only = only;
        this.listener = listener;
    }

    /**
     * Runs the audit over what the topics hold now.
     *
     * @return a finding for each model that has a snapshot, by name; empty if it was stopped
     */
    public Optional<List<Finding>> run() {
        // The snapshots' end is taken first: whatever they are of is then among the samples, while a learner goes on.
        try (TopicLog snapshots = new TopicLog(settings, settings.snapshotsTopic());
                TopicLog samples = new TopicLog(settings, settings.samplesTopic())) {
            while (!snapshots.isAtEnd()) {
                if (listener.isStopped()) {
                    return Optional.empty();
                }
                snapshots.poll(record -> meet(record, samples));
            }
            snapshots.rewind();
            boolean oneSamplesPartition = samples.partitions() == 1;
            while (!samples.isAtEnd() || !snapshots.isAtEnd()) {
                if (listener.isStopped()) {
                    return Optional.empty();
                }
                boolean samplesAreAhead =
                        audited.values().stream().mapToLong(Audited::waiting).sum() > 0;
                if (samples.isAtEnd() || (samplesAreAhead && !snapshots.isAtEnd())) {
                    snapshots.poll(this::compare);
                } else {
                    samples.poll(record -> train(record, oneSamplesPartition));
                }
                listener.progress(samples.read(), samples.size());
            }
        }
        List<Finding> findings = new ArrayList<>(unreadable);
        tooOld.forEach((key, version) -> {
            if (!audited.containsKey(key)) {
                findings.add(new Finding(
                        key.name(),
                        key.partition(),
                        version,
                        0,
                        0,
                        "cannot be looked for: the samples after its snapshots are gone"));
            }
        });
        audited.values().forEach(model -> findings.add(model.finish()));
        return Optional.of(findings);
    }

    private @Nullable Snapshot read(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null || record.key() == null) {
            return null;
        }
        boolean wanted = only.isEmpty() || only.get().equals(new String(record.key(), StandardCharsets.UTF_8));
        return wanted ? Snapshot.read(record.value()) : null;
    }

    /** The first reading: what models there are, and where each begins. */
    private void meet(ConsumerRecord<byte[], byte[]> record, TopicLog samples) {
        Snapshot snapshot;
        try {
            snapshot = read(record);
        } catch (IllegalArgumentException e) {
            unreadable.add(new Finding(
                    record.key() == null ? "?" : new String(record.key(), StandardCharsets.UTF_8),
                    -1,
                    0,
                    0,
                    0,
                    "in " + record.topic() + "-" + record.partition() + " at offset " + record.offset() + ": "
                            + e.getMessage()));
            return;
        }
        if (snapshot == null) {
            return;
        }
        Key key = new Key(snapshot.name(), snapshot.source().partition());
        long oldest = samples.beginning(key.partition());
        boolean fromTheStart = oldest <= snapshot.model().firstOffset();
        if (!fromTheStart && snapshot.source().offset() < oldest - 1) {
            tooOld.putIfAbsent(key, snapshot.model().version());
        } else if (!audited.containsKey(key)) {
            ModelSpec spec = snapshot.model().spec();
            Learner learner = learners.computeIfAbsent(spec, Learner::new);
            SampleReader reader = readers.computeIfAbsent(spec, SampleReader::new);
            audited.put(
                    key,
                    fromTheStart
                            ? Audited.fromTheStart(snapshot, learner, reader)
                            : Audited.from(snapshot, learner, reader));
        }
    }

    private void compare(ConsumerRecord<byte[], byte[]> record) {
        Snapshot snapshot;
        try {
            snapshot = read(record);
        } catch (IllegalArgumentException e) {
            // The first reading has told of it.
            return;
        }
        if (snapshot != null) {
            Audited model =
                    audited.get(new Key(snapshot.name(), snapshot.source().partition()));
            if (model != null) {
                model.snapshot(snapshot, record.value(), record.partition());
            }
        }
    }

    private void train(ConsumerRecord<byte[], byte[]> record, boolean oneSamplesPartition) {
        String name;
        try {
            name = record.key() == null
                    ? oneSamplesPartition ? settings.defaultModel() : null
                    : ModelName.of(record.key());
        } catch (BadRecordException e) {
            return;
        }
        Audited model = name == null ? null : audited.get(new Key(name, record.partition()));
        if (model != null) {
            model.sample(record);
        }
    }
}
