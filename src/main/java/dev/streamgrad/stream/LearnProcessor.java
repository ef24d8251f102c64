package dev.streamgrad.stream;

import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.OnDivergence;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.records.DeadLetter;
import dev.streamgrad.records.ModelName;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import dev.streamgrad.stream.LearnListener.TaskListener;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processor {@code learn}: one record in; a prediction, perhaps a snapshot, or a dead letter out.
 *
 * <p>It reads raw bytes and parses them itself, so that a bad record is an ordinary case with a sink of its own and not
 * an exception. The order of a step: parse and validate, find or create the model, predict, score, train, forward.
 * Nothing is forwarded, and the model is not changed, before everything that can fail has succeeded.
 */
final class LearnProcessor extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(LearnProcessor.class);

    private final Settings settings;
    private final Cluster cluster;
    private final LearnListener listener;
    private final byte[] defaultKey;
    private final int largestSample;
    private final Prediction.Writer predictions = new Prediction.Writer();
    /** The specs that have been compared with the settings: a model may come back from its bytes often. */
    private final Set<ModelSpec> compared = new HashSet<>();

    private @Nullable ModelStore store;
    private TaskListener heard = TaskListener.NONE;

    LearnProcessor(Settings settings, Cluster cluster, LearnListener listener) {
        this.listener = listener;
        this.settings = settings;
        this.cluster = cluster;
        this.largestSample = settings.largestSample();
        this.defaultKey = settings.defaultModel().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        ModelStore models = context.getStateStore(ModelStore.NAME);
        heard = listener.begin(context.taskId().partition());
        models.listenWith(heard);
        models.onLoad(this::warnIfSettingsDiffer);
        store = models;
    }

    @Override
    public void close() {
        heard.end();
    }

    /** A model keeps the spec it was created with, or its weights would no longer be a function of the log. */
    private void warnIfSettingsDiffer(LiveModel live) {
        if (!compared.add(live.model().spec())) {
            return;
        }
        settings.requireRoomFor(live.name(), live.model().spec());
        if (!live.model().spec().equals(settings.specOf(live.name()))) {
            LOG.warn(
                    "model {} keeps the settings it was created with, the present ones differ: {}; to use them, name a new model",
                    live.name(),
                    SpecSettings.format(live.model().spec()));
        }
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        long start = System.nanoTime();
        RecordMetadata from = context().recordMetadata().orElseThrow();
        try {
            learn(record, from);
        } catch (BadRecordException e) {
            forwardDeadLetter(record, from, e.text());
            heard.deadLetter(nameIn(record.key()), e.reason());
        }
        heard.processed(System.nanoTime() - start, context().currentSystemTimeMs() - record.timestamp());
    }

    private String nameIn(byte @Nullable [] key) {
        return key == null ? settings.defaultModel() : new String(key, StandardCharsets.UTF_8);
    }

    private void learn(Record<byte[], byte[]> record, RecordMetadata from) throws BadRecordException {
        ModelStore models = store;
        if (models == null) {
            throw new IllegalStateException("process before init");
        }
        models.countRecord();
        byte[] key = record.key();
        requireSize(key, record.value());
        if (key == null) {
            key = keyOfNone();
        }
        LiveModel live = models.get(key);
        Workbench workbench = live != null ? live.workbench() : models.workbenchFor(specFor(key));
        SampleReader sample = workbench.reader();
        sample.read(record.value());
        if (live == null) {
            // A request makes no model: it is answered by version 0, which nothing has to remember.
            live = sample.hasLabel() ? create(models, key, from.offset()) : models.untrained(key, specFor(key));
        }
        if (sample.hasLabel()) {
            train(models, live, sample, record, from);
        } else {
            predict(live, sample, record, from);
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

    private LiveModel create(ModelStore models, byte[] key, long offset) throws BadRecordException {
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

    private void predict(LiveModel live, SampleReader sample, Record<byte[], byte[]> record, RecordMetadata from)
            throws BadRecordException {
        Learner learner = live.workbench().learner();
        double[] prediction = learner.predict(live.model(), sample.features());
        if (!learner.predictionIsFinite()) {
            throw new BadRecordException(
                    Reason.DIVERGENCE,
                    "features must give a finite prediction; version "
                            + live.model().version() + " gives " + prediction[0] + "; scale the features down");
        }
        byte[] value = predictions.write(
                sample.id(), prediction, null, 0.0, live.model().version(), false, from.partition(), from.offset());
        forward(LearnTopology.PREDICTIONS, live, value, record);
        live.listener().requested();
    }

    private void train(
            ModelStore models, LiveModel live, SampleReader sample, Record<byte[], byte[]> record, RecordMetadata from)
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
            if (model.spec().onDivergence() == OnDivergence.STOP) {
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
        forward(LearnTopology.PREDICTIONS, live, prediction, record);
        if (snapshot != null) {
            live.listener().snapshot();
            forward(LearnTopology.SNAPSHOTS, live, snapshot, record);
        }
    }

    private static String divergence(
            LiveModel live, double learningRate, Learner.Outcome outcome, RecordMetadata from) {
        return "the step of model " + live.name() + " at version "
                + live.model().version() + " must be finite; this sample (" + from.topic() + "-" + from.partition()
                + " offset " + from.offset() + ") makes it overflow; the learning rate " + learningRate
                + " is almost certainly too high, set learning.rate to "
                + (float) (live.model().spec().optimizer().learningRate() / 10.0)
                + " for a model of another name (this one keeps its settings) or scale the features down"
                + (outcome == Learner.Outcome.RESTORED
                        ? " (the model went back to its last snapshot, at half the learning rate)"
                        : "");
    }

    /** Sends to a sink under the model's key, without the sample's headers. */
    private void forward(String sink, LiveModel live, byte[] value, Record<byte[], byte[]> record) {
        Headers headers = record.headers();
        // The same object where it is empty spares Kafka Streams a context for each record.
        context()
                .forward(
                        headers.toArray().length == 0
                                ? new Record<>(live.key().get(), value, time(record), headers)
                                : new Record<>(live.key().get(), value, time(record)),
                        sink);
    }

    /**
     * Sends the original on, whole if the topic takes it. A dead letter that the broker refused would fail the
     * transaction, and the same record would come again for ever: so what is too large is cut, and a header says how
     * large it was. The original is still in the samples topic, at the offset in the headers.
     */
    private void forwardDeadLetter(Record<byte[], byte[]> record, RecordMetadata from, String error) {
        DeadLetter letter = new DeadLetter(error, from.topic(), from.partition(), from.offset());
        byte[] key = record.key();
        byte[] value = record.value();
        Headers original = record.headers();
        long limit = cluster.largestDeadLetter();
        boolean tooLarge = size(key) + size(value) + size(original) > limit;
        Headers headers = letter.addTo(tooLarge ? new RecordHeaders() : original);
        if (tooLarge) {
            headers.add(
                    DeadLetter.VALUE_BYTES,
                    Integer.toString(value == null ? 0 : value.length).getBytes(StandardCharsets.UTF_8));
            key = cut(key, limit / 2);
            value = cut(value, limit / 2);
        }
        context().forward(new Record<>(key, value, time(record), headers), LearnTopology.DEAD_LETTERS);
    }

    /**
     * The sample's timestamp, but none of the future: a broker refuses a record that is more than an hour ahead of its
     * clock (message.timestamp.after.max.ms), the transaction would fail, and the same sample would come again for
     * ever.
     */
    private long time(Record<byte[], byte[]> record) {
        return Math.min(record.timestamp(), context().currentSystemTimeMs());
    }

    private static byte @Nullable [] cut(byte @Nullable [] bytes, long limit) {
        return bytes == null || bytes.length <= limit ? bytes : Arrays.copyOf(bytes, (int) limit);
    }

    private static long size(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private static long size(Headers headers) {
        long size = 0;
        for (Header header : headers) {
            size += header.key().length() * 3L + size(header.value()) + 2 * Integer.BYTES;
        }
        return size;
    }
}
