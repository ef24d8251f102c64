package dev.streamgrad.stream;

import dev.streamgrad.cluster.ClusterFacts;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.OnDivergence;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.records.ModelName;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.LearningListener.TaskListener;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
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
 * and validate, find or create the model, predict, score, train. The model is not changed before everything that can
 * fail has succeeded.
 */
final class RecordHandler {
    private static final Logger LOG = LoggerFactory.getLogger(RecordHandler.class);

    private final Settings settings;
    private final ClusterFacts cluster;
    private final ModelStore models;
    private final TaskListener heard;
    private final byte[] defaultKey;
    private final int largestSample;
    private final Prediction.Writer predictions = new Prediction.Writer();
    /** The specs that have been compared with the settings: a model may come back from its bytes often. */
    private final Set<ModelSpec> compared = new HashSet<>();

    RecordHandler(Settings settings, ClusterFacts cluster, ModelStore models, TaskListener heard) {
        this.settings = settings;
        this.cluster = cluster;
        this.models = models;
        this.heard = heard;
        this.largestSample = settings.largestSample();
        this.defaultKey = settings.defaultModel().getBytes(StandardCharsets.UTF_8);
        models.onLoad(this::warnIfSettingsDiffer);
    }

    /** A model keeps the spec it was created with, or its weights would no longer be a function of the log. */
    private void warnIfSettingsDiffer(LiveModel live) {
        if (!compared.add(live.model().spec())) {
            return;
        }
        settings.requireRoomFor(live.name(), live.model().spec());
        ModelSpec present = settings.specOf(live.name());
        if (!live.model().spec().equals(present)) {
            LOG.warn(
                    "model {} keeps the settings it was created with: {}; to use the present ones, name a new model",
                    live.name(),
                    SpecSettings.differences(live.model().spec(), present));
        }
    }

    /** Learns the record of this work, or finds out why it cannot be used, and says so there. */
    void learn(InFlightRecord work) {
        long start = System.nanoTime();
        Record<byte[], byte[]> record = work.record();
        try {
            learn(work, record, work.from());
        } catch (BadRecordException e) {
            work.failed(e.text());
            heard.deadLetter(nameIn(record.key()), e.reason(), e.text());
        }
        heard.processed(System.nanoTime() - start, work.ageMillis());
    }

    private String nameIn(byte @Nullable [] key) {
        return key == null ? settings.defaultModel() : new String(key, StandardCharsets.UTF_8);
    }

    private void learn(InFlightRecord work, Record<byte[], byte[]> record, RecordMetadata from)
            throws BadRecordException {
        models.countRecord();
        byte[] key = record.key();
        requireSize(key, record.value());
        if (key == null) {
            key = keyOfNone();
        }
        LiveModel live = models.get(key);
        String name = live != null ? live.name() : ModelName.of(key);
        Workbench workbench = live != null ? live.workbench() : models.workbenchFor(settings.specOf(name));
        SampleReader sample = workbench.reader();
        sample.read(record.value(), name, live != null);
        if (live == null) {
            // A request makes no model: it is answered by version 0, which nothing has to remember.
            live = sample.hasLabel() ? create(key, from.offset()) : models.untrained(key, specFor(key));
        }
        if (sample.hasLabel()) {
            train(work, live, sample, record, from);
        } else {
            predict(work, live, sample, from);
        }
    }

    private void requireSize(byte @Nullable [] key, byte @Nullable [] value) throws BadRecordException {
        long size = size(key) + size(value);
        if (size > largestSample) {
            throw new BadRecordException(
                    Reason.LIMIT,
                    "key and value must have at most " + largestSample + " bytes; got " + size
                            + "; raise max.record.bytes if that is a sample");
        }
    }

    private LiveModel create(byte[] key, long offset) throws BadRecordException {
        ModelSpec spec = specFor(key);
        if (models.size() >= settings.mostModels()) {
            throw new BadRecordException(
                    Reason.LIMIT,
                    "key must name one of the " + models.size()
                            + " models of this partition, which may not have more; got "
                            + BadRecordException.shown(ModelName.of(key)) + "; raise max.models for another");
        }
        return models.create(key, spec, offset);
    }

    private byte[] keyOfNone() throws BadRecordException {
        if (cluster.samplesPartitions() > 1) {
            throw new BadRecordException(
                    Reason.KEY,
                    "key must name a model, because the samples topic has " + cluster.samplesPartitions()
                            + " partitions; got none; send the model's name as the key");
        }
        return defaultKey;
    }

    private ModelSpec specFor(byte[] key) throws BadRecordException {
        return settings.specOf(ModelName.of(key));
    }

    private void predict(InFlightRecord work, LiveModel live, SampleReader sample, RecordMetadata from)
            throws BadRecordException {
        Learner learner = live.workbench().learner();
        double[] outputs = learner.predict(live.model(), sample.features());
        if (!learner.predictionIsFinite()) {
            throw new BadRecordException(
                    Reason.DIVERGENCE,
                    "features must give a finite prediction; version "
                            + live.model().version() + " gives " + outputs[0] + "; scale the features down");
        }
        byte[] prediction = predictions.write(
                sample.id(), outputs, null, 0.0, live.model().version(), false, from.partition(), from.offset());
        work.predicted(live.key().get(), prediction, null);
        live.listener().requested();
    }

    private void train(
            InFlightRecord work,
            LiveModel live,
            SampleReader sample,
            Record<byte[], byte[]> record,
            RecordMetadata from)
            throws BadRecordException {
        Model model = live.model();
        Learner learner = live.workbench().learner();
        long version = model.version();
        double learningRate = model.learningRate();
        Learner.Outcome outcome = learner.learn(model, sample.features(), sample.label(), sample.weight());
        models.changed(live);
        if (outcome != Learner.Outcome.TRAINED) {
            live.listener().refused(outcome == Learner.Outcome.RESTORED);
            String reason = divergence(live, learningRate, outcome, from);
            if (model.spec().hyperparameters().onDivergence() == OnDivergence.STOP) {
                throw new DivergedException(reason);
            }
            throw new BadRecordException(Reason.DIVERGENCE, reason);
        }
        byte[] prediction = predictions.write(
                sample.id(),
                learner.prediction(),
                sample.label(),
                learner.loss(),
                version,
                true,
                from.partition(),
                from.offset());
        byte[] snapshot = model.snapshotIsDueSince(version)
                ? Snapshot.of(live.name(), model, new Source(from.partition(), from.offset()), record.timestamp())
                        .toJson()
                : null;
        if (model.version() != version && live.takeObservationDue()) {
            live.listener().observed(learner.observe(model));
        }
        live.listener().trained(learner.loss());
        if (snapshot != null) {
            live.listener().snapshot();
        }
        work.predicted(live.key().get(), prediction, snapshot);
    }

    private static String divergence(
            LiveModel live, double learningRate, Learner.Outcome outcome, RecordMetadata from) {
        return "the step of model " + live.name() + " at version "
                + live.model().version() + " must be finite; this sample (" + from.topic() + "-" + from.partition()
                + " offset " + from.offset() + ") makes it overflow; the learning rate " + learningRate
                + " is almost certainly too high, set learning.rate to "
                + (float) (live.model().spec().hyperparameters().optimizer().learningRate() / 10.0)
                + " for a model of another name (this one keeps its settings) or scale the features down"
                + (outcome == Learner.Outcome.RESTORED
                        ? " (the model went back to its last snapshot, at half the learning rate)"
                        : "");
    }

    private static long size(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
