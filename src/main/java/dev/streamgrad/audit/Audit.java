package dev.streamgrad.audit;

import dev.streamgrad.audit.Finding.Verdict;
import dev.streamgrad.formats.Formats;
import dev.streamgrad.formats.TaskFormat;
import dev.streamgrad.formats.WaitEndedException;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.replay.Ledger;
import dev.streamgrad.replay.ModelId;
import dev.streamgrad.replay.OwnRecords;
import dev.streamgrad.replay.ReplayListener;
import dev.streamgrad.replay.Replayer;
import dev.streamgrad.replay.Replayer.Known;
import dev.streamgrad.replay.TopicLog;
import dev.streamgrad.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Trains every model again from the committed samples, in the order of their offsets, and compares what each snapshot
 * in the snapshots topic says with what this gives.
 *
 * <p>The snapshots are read twice: first for each model's spec, and, where the beginning of its samples has been
 * deleted, for the oldest snapshot whose later samples are still there; then side by side with the samples. So memory
 * grows with the number of models, and with how far the two topics are apart where they are being read, but not with
 * their lengths.
 */
public final class Audit {
    /** Of so many models without a snapshot each is named; the others are counted. */
    private static final int MOST_NAMED = 100;

    private final Settings settings;
    private final Optional<String> only;
    private final ReplayListener listener;
    /** Where each model begins. */
    private final Map<ModelId, Base> bases = new TreeMap<>();

    /** By fingerprint, snapshots of states that came with commands which are gone. */
    private final Map<String, Snapshot> standIns = new HashMap<>();

    private final Map<ModelId, Audited> audited = new TreeMap<>();
    private final List<Finding> unreadable = new ArrayList<>();
    /** Models of which some snapshot is older than the samples that are left, by the version of the first. */
    private final Map<ModelId, Long> tooOld = new TreeMap<>();
    /** Snapshots of models that learned from a samples topic which is gone, by model. */
    private final Map<ModelId, Long> ofAnotherTopic = new TreeMap<>();
    /** Records whose key names a model without a snapshot, by model. */
    private final Map<ModelId, Long> withoutSnapshot = new TreeMap<>();
    /** Whose the records without a key are, and how many there are, where the samples topic has one partition. */
    private ModelId keylessModel;

    private long keyless;

    /**
     * Where a model begins.
     *
     * @param snapshot the oldest that serves
     * @param partition where it stands in the snapshots topic; what stands before it there is passed over
     * @param offset the same
     * @param fromTheStart whether all samples since the model's first are still there
     * @param known what it and later ones say
     */
    private record Base(Snapshot snapshot, int partition, long offset, boolean fromTheStart, Known known) {
        Base and(Snapshot later) {
            return new Base(snapshot, partition, offset, fromTheStart, known.and(later));
        }

        boolean isBehind(ConsumerRecord<byte[], byte[]> record) {
            return record.partition() == partition && record.offset() < offset;
        }
    }

    /**
     * An audit.
     *
     * @param only the one model to audit; empty for all
     */
    public Audit(Settings settings, Optional<String> only, ReplayListener listener) {
        this.settings = settings;
        this.only = only;
        this.listener = listener;
        this.keylessModel = new ModelId(settings.defaultModel(), 0);
    }

    /**
     * Runs the audit over what the topics hold now.
     *
     * @return a finding for each model that has a snapshot, and for those that have records and none, by name; empty if
     *     it was stopped
     */
    public Optional<List<Finding>> run() {
        // The snapshots' end is taken first: whatever they are of is then among the events and samples, while a learner
        // goes on.
        try (Formats formats = Formats.of(settings, listener::isStopped);
                TaskFormat format = formats.newTask();
                TopicLog snapshots = new TopicLog(settings, settings.snapshotsTopic())) {
            Ledger ledger = Ledger.read(settings, samplesTopicId(), listener::isStopped);
            return run(format, snapshots, ledger);
        } catch (WaitEndedException e) {
            return Optional.empty();
        }
    }

    /** Opened for that alone: the samples are to be opened last. */
    private String samplesTopicId() {
        try (TopicLog samples = new TopicLog(settings, settings.samplesTopic())) {
            return samples.topicId();
        }
    }

    private Optional<List<Finding>> run(TaskFormat format, TopicLog snapshots, Ledger ledger) {
        try (TopicLog samples = new TopicLog(settings, settings.samplesTopic())) {
            Replayer replayer = new Replayer(settings, samples.partitions(), format.values());
            OwnRecords own =
                    new OwnRecords(settings.modelNames(samples.partitions(), format.values()), samples.partitions());
            String topicId = samples.topicId();
            Set<String> elsewhere = ledger.fingerprintsOfStatesElsewhere();
            while (!snapshots.isAtEnd()) {
                if (listener.isStopped()) {
                    return Optional.empty();
                }
                snapshots.poll(record -> meet(record, samples, topicId, elsewhere));
            }
            bases.forEach((id, base) -> begin(id, base, replayer, ledger));
            snapshots.rewind();
            while (!samples.isAtEnd() || !snapshots.isAtEnd()) {
                if (listener.isStopped()) {
                    return Optional.empty();
                }
                boolean samplesAreAhead =
                        audited.values().stream().mapToLong(Audited::waiting).sum() > 0;
                if (samples.isAtEnd() || (samplesAreAhead && !snapshots.isAtEnd())) {
                    snapshots.poll(record -> compare(record, topicId));
                } else {
                    samples.poll(record -> train(record, own));
                }
                listener.progress(samples.read(), samples.size());
            }
            return Optional.of(findings(samples, ledger));
        }
    }

    private List<Finding> findings(TopicLog samples, Ledger ledger) {
        List<Finding> findings = new ArrayList<>(unreadable);
        ledger.faults().stream()
                .filter(fault -> isWanted(fault.model()))
                .forEach(fault -> findings.add(new Finding(
                        fault.model().isEmpty() ? "?" : fault.model(), -1, Verdict.MISMATCH, 0, 0, 0, fault.text())));
        tooOld.forEach((id, version) -> {
            if (!audited.containsKey(id)) {
                findings.add(notVerified(
                        id,
                        "the samples after its snapshots are gone: partition " + id.partition() + " begins at offset "
                                + samples.beginning(id.partition())));
            }
        });
        ofAnotherTopic.forEach((id, count) -> {
            if (!audited.containsKey(id) && !tooOld.containsKey(id)) {
                findings.add(notVerified(
                        id,
                        String.format(
                                Locale.ROOT,
                                "%,d snapshots of it are of another samples topic, which is gone; there is none of this one",
                                count)));
            }
        });
        audited.forEach((id, model) -> findings.add(withNotes(id, model.finish(keyless), samples)));
        int named = 0;
        for (Map.Entry<ModelId, Long> model : withoutSnapshot.entrySet()) {
            if (++named > MOST_NAMED) {
                findings.add(new Finding(
                        "…",
                        -1,
                        Verdict.NOT_VERIFIED,
                        0,
                        0,
                        0,
                        String.format(
                                Locale.ROOT,
                                "%,d more names have records and no snapshot",
                                withoutSnapshot.size() - MOST_NAMED)));
                break;
            }
            findings.add(notVerified(
                    model.getKey(),
                    String.format(
                            Locale.ROOT,
                            "it has %,d records and no snapshot: fewer steps than snapshot.every, or all of them are in %s",
                            model.getValue(),
                            settings.deadLettersTopic())));
        }
        return findings;
    }

    private static Finding notVerified(ModelId id, String text) {
        return new Finding(id.name(), id.partition(), Verdict.NOT_VERIFIED, 0, 0, 0, text);
    }

    /** Adds what a person should know besides: a gap in the log, a name in several partitions. */
    private Finding withNotes(ModelId id, Finding finding, TopicLog samples) {
        List<String> notes = new ArrayList<>();
        if (!finding.text().isEmpty()) {
            notes.add(finding.text());
        }
        long oldest = samples.beginning(id.partition());
        if (finding.from() > 0 && oldest > 0) {
            notes.add("samples before offset " + oldest + " are gone");
        }
        audited.keySet().stream()
                .filter(other -> other.name().equals(id.name()) && other.partition() != id.partition())
                .forEach(other -> notes.add("a second model of this name is in partition " + other.partition()
                        + (settings.keysNameModels()
                                ? ": set the partitioner of every producer to murmur2"
                                : ": send all records of a model under one key")));
        return new Finding(
                finding.model(),
                finding.partition(),
                finding.verdict(),
                finding.from(),
                finding.checked(),
                finding.last(),
                String.join("; ", notes));
    }

    private @Nullable Snapshot read(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null || record.key() == null) {
            return null;
        }
        boolean wanted = isWanted(new String(record.key(), StandardCharsets.UTF_8));
        return wanted ? Snapshot.read(record.value()) : null;
    }

    private boolean isWanted(String name) {
        return only.isEmpty() || only.get().equals(name);
    }

    /** The first reading: what models there are, and where each begins. */
    private void meet(ConsumerRecord<byte[], byte[]> record, TopicLog samples, String topicId, Set<String> elsewhere) {
        Snapshot snapshot;
        try {
            snapshot = read(record);
        } catch (IllegalArgumentException e) {
            unreadable.add(new Finding(
                    record.key() == null ? "?" : new String(record.key(), StandardCharsets.UTF_8),
                    -1,
                    Verdict.MISMATCH,
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
        if (elsewhere.contains(snapshot.fingerprint())) {
            standIns.put(snapshot.fingerprint(), snapshot);
        }
        ModelId id = new ModelId(snapshot.name(), snapshot.source().partition());
        if (snapshot.isOfAnotherLog(topicId)) {
            ofAnotherTopic.merge(id, 1L, Long::sum);
            return;
        }
        if (snapshot.log() != null) {
            settings.requireReading(snapshot.log().reading());
        }
        long oldest = samples.beginning(id.partition());
        long firstOffset = snapshot.model().firstOffset();
        boolean fromTheStart = firstOffset >= 0 && oldest <= firstOffset;
        Base base = bases.get(id);
        // A model that was put onto these samples begins there, whatever snapshots too old to say so seem to be of
        // them.
        boolean beginsAnew = base != null && base.snapshot().log() == null && firstOffset < 0;
        if (!fromTheStart && snapshot.source().offset() < oldest - 1) {
            tooOld.putIfAbsent(id, snapshot.model().version());
        } else if (base == null || beginsAnew) {
            bases.put(
                    id,
                    new Base(snapshot, record.partition(), record.offset(), fromTheStart, Known.NOTHING.and(snapshot)));
        } else {
            bases.put(id, base.and(snapshot));
        }
    }

    private void begin(ModelId id, Base base, Replayer replayer, Ledger ledger) {
        Snapshot snapshot = base.snapshot();
        Audited begun = new Audited(
                base.fromTheStart()
                        ? replayer.fromTheStart(
                                snapshot,
                                base.known(),
                                ledger.specOf(id, snapshot.model().firstOffset()))
                        : replayer.from(snapshot, base.known()),
                snapshot,
                base.known(),
                ledger,
                standIns);
        audited.put(id, begun);
        if (begun.takesKeyless()) {
            keylessModel = id;
        }
    }

    private void compare(ConsumerRecord<byte[], byte[]> record, String topicId) {
        Snapshot snapshot;
        try {
            snapshot = read(record);
        } catch (IllegalArgumentException e) {
            // The first reading has told of it.
            return;
        }
        if (snapshot != null) {
            ModelId id = new ModelId(snapshot.name(), snapshot.source().partition());
            Audited model = audited.get(id);
            Base base = bases.get(id);
            if (model != null && base != null && !base.isBehind(record)) {
                model.snapshot(snapshot, record.value(), record.partition(), !snapshot.isOfAnotherLog(topicId));
            }
        }
    }

    private void train(ConsumerRecord<byte[], byte[]> record, OwnRecords own) {
        if (own.isKeyless(record)) {
            keyless++;
            train(keylessModel, record);
        } else {
            own.modelOf(record).ifPresent(id -> train(id, record));
        }
    }

    private void train(ModelId id, ConsumerRecord<byte[], byte[]> record) {
        Audited model = audited.get(id);
        if (model != null) {
            model.sample(record);
        } else if (isWanted(id.name()) && !tooOld.containsKey(id) && !ofAnotherTopic.containsKey(id)) {
            withoutSnapshot.merge(id, 1L, Long::sum);
        }
    }
}
