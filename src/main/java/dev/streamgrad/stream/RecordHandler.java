package dev.streamgrad.stream;

import dev.streamgrad.cluster.ClusterFacts;
import dev.streamgrad.json.ShortestDecimal;
import dev.streamgrad.learning.Drift;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.OnDivergence;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.records.ModelName;
import dev.streamgrad.records.ModelNames;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.records.ValueFormat;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.LearningListener.TaskListener;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one record after the other through the models of a task: a record in; a prediction, perhaps a snapshot, or a
 * dead letter out. It sends nothing itself.
 *
 * <p>It parses the raw bytes, so that a bad record is an ordinary case and not an exception. The order of a step: parse
 * and validate, find or create the model, predict, score, train. A model is not changed by a record that is refused.
 */
final class RecordHandler {
    private static final Logger LOG = LoggerFactory.getLogger(RecordHandler.class);

    private final Settings settings;
    private final ClusterFacts cluster;
    private final LiveModels models;
    private final int partition;
    private final PartitionProgress progress;
    private final SamplesRead read;
    private final TaskListener listener;
    private final Consumer<String> stop;
    private final ModelNames names;
    private final Ledger ledger;
    private final Prediction.Writer predictions = new Prediction.Writer();
    /** The specs that have been compared with the settings: a model may come back from its bytes often. */
    private final Set<ModelSpec> compared = new HashSet<>();
    /** The key of the model that the record at hand is for; null as long as that is not known. */
    private byte @Nullable [] modelKey;
    /** How many records were skipped because they had been dealt with before. */
    private long skipped;

    /**
     * A handler of one partition's records.
     *
     * @param values what the records' values are
     * @param models the partition's
     * @param progress how far its records have been dealt with
     * @param ledger where events and snapshots are written down
     * @param read what the process has read
     * @param stop is told why the application has to end
     */
    RecordHandler(
            Settings settings,
            ClusterFacts cluster,
            ValueFormat values,
            int partition,
            LiveModels models,
            PartitionProgress progress,
            Ledger ledger,
            SamplesRead read,
            TaskListener listener,
            Consumer<String> stop) {
        this.settings = settings;
        this.cluster = cluster;
        this.partition = partition;
        this.models = models;
        this.progress = progress;
        this.ledger = ledger;
        this.read = read;
        this.listener = listener;
        this.stop = stop;
        this.names = settings.modelNames(cluster.samplesPartitions(), values);
    }

    /** A model has come back from its bytes. */
    void loaded(LiveModel live) {
        live.listener().frozen(live.model().isFrozen());
        warnIfMisplaced(live.key(), live.name());
        if (live.model().controls() == 0) {
            warnIfSettingsDiffer(live);
        }
    }

    /** A model keeps its spec, which only commands change, or its weights would no longer be a function of the log. */
    private void warnIfSettingsDiffer(LiveModel live) {
        if (!compared.add(live.model().spec())) {
            return;
        }
        settings.requireRoomFor(live.name(), live.model().spec());
        ModelSpec present = settings.specOf(live.name());
        if (!live.model().spec().equals(present)) {
            LOG.warn(
                    "model {} keeps the settings it was created with: {}; change them with streamgrad control --model {} set"
                            + " or reset, or name a new model",
                    live.name(),
                    SpecSettings.differences(live.model().spec(), present),
                    live.name());
        }
    }

    /** Learns a record, or finds out why it cannot be used, and says so there. */
    void handle(InFlightRecord inFlight) {
        long offset = inFlight.from().offset();
        if (offset <= progress.lastOffset()) {
            skip(inFlight);
            return;
        }
        progress.requireNoneLost(offset);
        long start = System.nanoTime();
        Record<byte[], byte[]> record = inFlight.record();
        try {
            handle(inFlight, record, inFlight.from());
        } catch (BadRecordException e) {
            inFlight.failed(e.text());
            listener.deadLetter(nameOf(record.key()), e.reason(), e.text());
        }
        progress.reached(offset);
        listener.processed(System.nanoTime() - start, inFlight.ageMillis());
    }

    /** The group's offsets can be lost, or be set back; the state knows better. */
    private void skip(InFlightRecord inFlight) {
        if (skipped++ == 0) {
            LOG.warn(
                    "{}-{} is read again from offset {}, though it has been learned up to offset {} (the offsets of the group"
                            + " {} were lost or set back): what was learned is skipped",
                    inFlight.from().topic(),
                    inFlight.from().partition(),
                    inFlight.from().offset(),
                    progress.lastOffset(),
                    settings.applicationId());
        }
        listener.readAgain();
    }

    /** The model that a record was for which could not be used; as far as that is known. */
    private String nameOf(byte @Nullable [] recordKey) {
        byte[] key = modelKey != null || !names.areKeys() ? modelKey : recordKey;
        return key == null ? settings.defaultModel() : new String(key, StandardCharsets.UTF_8);
    }

    private void handle(InFlightRecord inFlight, Record<byte[], byte[]> record, RecordMetadata from)
            throws BadRecordException {
        modelKey = null;
        byte[] key = names.keyOf(record.key(), record.value(), record.headers(), partition);
        modelKey = key;
        LiveModel live = models.get(key);
        if (live != null && from.offset() <= live.model().lastOffset()) {
            // A model that was rebuilt may be ahead of the others of its partition.
            listener.readAgain();
            return;
        }
        ModelSpec spec = live != null ? live.model().spec() : specFor(key);
        requireSize(record, spec.hyperparameters().maxRecordBytes());
        SampleReader sample = live != null
                ? live.workbench().reader()
                : models.workbenchFor(spec).reader();
        boolean exists = live != null;
        String name = live != null ? live.name() : new String(key, StandardCharsets.UTF_8);
        sample.read(record.value(), record.headers(), name, exists);
        warnOf(sample.fieldsNeverMet());
        if (live == null) {
            // A request makes no model: it is answered by version 0, which nothing has to remember.
            live = models.untrained(key, spec);
        }
        sample.encode(live.model());
        if (!exists && sample.hasLabel()) {
            live = create(key, spec, from.offset());
            ledger.created(inFlight, live);
            // What the record brings to the vocabulary is noted in that of the model that learns it.
            sample.encode(live.model());
        }
        if (sample.hasLabel()) {
            train(inFlight, live, sample, record, from);
        } else {
            predict(inFlight, live, sample, from);
        }
    }

    private static void warnOf(List<String> fieldsNeverMet) {
        if (!fieldsNeverMet.isEmpty()) {
            LOG.warn(
                    "none of the first records has {}: check the names in features; fields within others are written as in"
                            + " card.age_days",
                    String.join(", ", fieldsNeverMet));
        }
    }

    private static void requireSize(Record<byte[], byte[]> record, int most) throws BadRecordException {
        long size = size(record.key()) + size(record.value());
        if (size > most) {
            throw new BadRecordException(
                    Reason.LIMIT,
                    "key and value must have at most " + most + " bytes; got " + size
                            + "; if that is a sample, raise max.record.bytes, which a model keeps from its creation");
        }
    }

    private LiveModel create(byte[] key, ModelSpec spec, long offset) throws BadRecordException {
        if (models.count() >= settings.mostModels()) {
            throw new BadRecordException(
                    Reason.LIMIT,
                    "key must name one of the " + models.count()
                            + " models of this partition, which may not have more; got "
                            + BadRecordException.shown(ModelName.of(key)) + "; raise max.models for another");
        }
        LiveModel created = models.create(key, spec, offset);
        warnIfMisplaced(key, created.name());
        return created;
    }

    /** One name in two partitions is two models, and nobody sees that by looking at one of them. */
    private void warnIfMisplaced(byte[] key, String name) {
        if (!names.areKeys()) {
            warnIfInAnotherPartition(name);
            return;
        }
        int usual = Utils.toPositive(Utils.murmur2(key)) % cluster.samplesPartitions();
        if (usual != partition) {
            listener.misplaced();
            LOG.warn(
                    "model {} is in partition {}, where Kafka's Java clients would put it into {}: if producers with different"
                            + " partitioners send samples of one name, they make several models of it; set the partitioner of"
                            + " each to murmur2 (librdkafka: partitioner=murmur2_random)",
                    name,
                    partition,
                    usual);
        }
    }

    private void warnIfInAnotherPartition(String name) {
        int first = read.firstPartitionOf(name, partition);
        if (first != partition) {
            listener.misplaced();
            LOG.warn(
                    "model {} is in partition {}, and another of its name is in {}: each learns its own share of the records; send"
                            + " all records of a model under one key",
                    name,
                    partition,
                    first);
        }
    }

    private ModelSpec specFor(byte[] key) throws BadRecordException {
        return settings.specOf(ModelName.of(key));
    }

    private void predict(InFlightRecord inFlight, LiveModel live, SampleReader sample, RecordMetadata from)
            throws BadRecordException {
        Learner learner = live.workbench().learner();
        double[] outputs = learner.predict(live.model(), sample.features());
        if (!learner.predictionIsFinite()) {
            throw new BadRecordException(
                    Reason.DIVERGENCE,
                    "features must give a finite prediction; version "
                            + live.model().version() + " gives " + ShortestDecimal.text(outputs[0])
                            + "; scale the features down");
        }
        byte[] prediction = predictions.write(
                sample.id(),
                outputs,
                live.model().classOf(outputs),
                null,
                0.0,
                live.model().version(),
                false,
                from.partition(),
                from.offset());
        inFlight.send(LearnTopology.PREDICTIONS, live.key(), prediction);
        live.listener().requested();
    }

    private void train(
            InFlightRecord inFlight,
            LiveModel live,
            SampleReader sample,
            Record<byte[], byte[]> record,
            RecordMetadata from)
            throws BadRecordException {
        Model model = live.model();
        Learner learner = live.workbench().learner();
        long version = model.version();
        double learningRate = model.learningRate();
        int knownClasses = model.knownClasses();
        Recorder recorder = live.recorder();
        boolean asCommitted = recorder != null && !live.isDirty();
        boolean trains = model.trainsOn(from.offset());
        Learner.Outcome outcome = learner.learn(model, sample.features(), sample.label(), sample.weight(), trains);
        model.reached(from.offset());
        models.changed(live);
        if (record.key() == null && names.areKeys()) {
            progress.keylessSeen();
        }
        boolean trained = outcome == Learner.Outcome.TRAINED;
        if (!trained && outcome != Learner.Outcome.SCORED) {
            if (outcome == Learner.Outcome.RESTORED) {
                ledger.restored(inFlight, live);
            }
            live.listener().refused(outcome == Learner.Outcome.RESTORED);
            String reason = divergence(live, learningRate, outcome, from);
            if (model.spec().hyperparameters().onDivergence() == OnDivergence.STOP) {
                stop.accept(reason + "; this sample is a dead letter now, so that a start goes on behind it");
            }
            throw new BadRecordException(Reason.DIVERGENCE, reason);
        }
        if (recorder != null) {
            recorder.learned(
                    asCommitted && (trains || model.isFrozen()),
                    from.offset(),
                    sample.features(),
                    sample.label(),
                    sample.weight(),
                    learner.prediction(),
                    learner.loss());
        }
        byte[] prediction = predictions.write(
                sample.id(),
                learner.prediction(),
                model.classOf(learner.prediction(), knownClasses),
                sample.label(),
                learner.loss(),
                version,
                trained,
                from.partition(),
                from.offset());
        if ((model.version() != version || model.isFrozen()) && live.takeObservationDue()) {
            live.listener().observed(learner.observe(model));
        }
        if (trained) {
            live.listener().trained(learner.loss());
        } else {
            live.listener().scored(learner.loss());
        }
        inFlight.send(LearnTopology.PREDICTIONS, live.key(), prediction);
        Drift drift = learner.drift();
        if (drift != null) {
            drifted(inFlight, live, drift);
        } else if (learner.warned()) {
            live.listener().driftWarning();
        }
        if (model.snapshotIsDueSince(version)) {
            ledger.snapshot(inFlight, live);
        }
    }

    private void drifted(InFlightRecord inFlight, LiveModel live, Drift drift) {
        ledger.drifted(inFlight, live, drift);
        listener.drifted(live.name(), drift, inFlight.from().offset());
        LOG.info(
                "model {} drifts at sample {}@{}: {}",
                live.name(),
                partition,
                inFlight.from().offset(),
                drift);
    }

    private String divergence(LiveModel live, double learningRate, Learner.Outcome outcome, RecordMetadata from) {
        return "the step of model " + BadRecordException.shown(live.name()) + " at version "
                + live.model().version() + " must be finite; this sample (" + from.topic() + "-" + from.partition()
                + " offset " + from.offset() + ") makes it overflow; the learning rate "
                + ShortestDecimal.text(learningRate)
                + " is almost certainly too high, set learning.rate to "
                + aTenthOf(live.model().spec().hyperparameters().optimizer().learningRate())
                + (settings.controlTopic().isPresent()
                        ? " by the command control"
                        : " for a model of another name (this one keeps its settings)")
                + " or scale the features down"
                + (outcome == Learner.Outcome.RESTORED
                        ? " (the model went back to its last snapshot, at half the learning rate)"
                        : "");
    }

    /** Its own digits with the point one place to the left, as a person divides by ten: 0.03 of 0.3. */
    private static String aTenthOf(double number) {
        return ShortestDecimal.text(
                new BigDecimal(ShortestDecimal.of(number)).scaleByPowerOfTen(-1).doubleValue());
    }

    private static long size(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
