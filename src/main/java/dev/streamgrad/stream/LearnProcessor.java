package dev.streamgrad.stream;

import dev.streamgrad.cluster.ClusterFacts;
import dev.streamgrad.records.DeadLetter;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.LearningListener.TaskListener;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The processor {@code learn}: takes records in, lets a {@link RecordHandler} learn them in a {@link Pipeline}, and
 * sends to the sinks what has come of them, in the order of the records and before the commit that covers them.
 */
final class LearnProcessor extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private final Settings settings;
    private final ClusterFacts cluster;
    private final LearningListener listener;

    private @Nullable ModelStore store;
    private @Nullable Pipeline pipeline;
    private TaskListener heard = TaskListener.NONE;

    LearnProcessor(Settings settings, ClusterFacts cluster, LearningListener listener) {
        this.listener = listener;
        this.settings = settings;
        this.cluster = cluster;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        ModelStore models = context.getStateStore(ModelStore.NAME);
        int partition = context.taskId().partition();
        heard = listener.begin(partition);
        models.listenWith(heard);
        RecordHandler learner = new RecordHandler(settings, cluster, models, heard);
        // Under the name of the stream thread, as which it counts.
        String name = Thread.currentThread().getName() + "-learn-" + partition;
        Consumer<InFlightRecord> forward = this::forward;
        Pipeline its = new Pipeline(name, learner::learn, work -> models.asOf(work, forward));
        models.beforeCommit(its::drain);
        models.sendFromHere();
        store = models;
        pipeline = its;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Pipeline its = pipeline;
        if (its == null) {
            throw new IllegalStateException("process before init");
        }
        its.add(record, context().recordMetadata().orElseThrow(), context().currentSystemTimeMs() - record.timestamp());
    }

    @Override
    public void close() {
        Pipeline its = pipeline;
        if (its != null && store != null) {
            its.close();
            if (!its.isEmpty()) {
                // Kafka Streams commits before it closes, or not at all: this is never called, or rightly refused.
                store.beforeCommit(() -> {
                    throw new StreamsException("records were given up, so this task can be committed no more");
                });
            }
        }
        heard.end();
    }

    private void forward(InFlightRecord work) {
        Record<byte[], byte[]> record = work.record();
        String error = work.deadLetter();
        byte[] prediction = work.prediction();
        byte[] snapshot = work.snapshot();
        if (error != null) {
            forwardDeadLetter(record, work.from(), error);
        }
        if (prediction != null) {
            forward(LearnTopology.PREDICTIONS, work.model(), prediction, record);
        }
        if (snapshot != null) {
            forward(LearnTopology.SNAPSHOTS, work.model(), snapshot, record);
        }
    }

    /** Sends to a sink under the model's key, without the sample's headers. */
    private void forward(String sink, byte[] model, byte[] value, Record<byte[], byte[]> record) {
        Headers headers = record.headers();
        // The same object where it is empty spares Kafka Streams a context for each record.
        context()
                .forward(
                        headers.toArray().length == 0
                                ? new Record<>(model, value, time(record), headers)
                                : new Record<>(model, value, time(record)),
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
