package dev.streamgrad.stream;

import dev.streamgrad.cluster.ClusterFacts;
import dev.streamgrad.formats.Formats;
import dev.streamgrad.formats.TaskFormat;
import dev.streamgrad.formats.WaitEndedException;
import dev.streamgrad.records.DeadLetter;
import dev.streamgrad.records.ValueFormat;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.LearningListener.TaskListener;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The processor {@code learn}: takes records in, lets a {@link RecordHandler} learn samples and a
 * {@link ControlHandler} deal with commands, one after the other in a {@link Pipeline}, and sends to the sinks what has
 * come of them, in the order of the records and before the commit that covers them.
 */
final class LearnProcessor extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private final Settings settings;
    private final ClusterFacts cluster;
    private final Formats formats;
    private final LearningListener listener;

    private final Consumer<String> stop;
    private final SamplesRead read;
    private final SamplesAgain again;

    private @Nullable ModelStore store;
    private @Nullable Pipeline pipeline;
    private @Nullable TaskFormat format;
    private TaskListener taskListener = TaskListener.NONE;

    /**
     * A processor.
     *
     * @param formats how records' values are read
     * @param stop is told why the application has to end; what has been learned until then is committed
     * @param read what has been read, of all processors of the application
     * @param again reads samples once more
     */
    LearnProcessor(
            Settings settings,
            ClusterFacts cluster,
            Formats formats,
            LearningListener listener,
            Consumer<String> stop,
            SamplesRead read,
            SamplesAgain again) {
        this.read = read;
        this.again = again;
        this.stop = stop;
        this.listener = listener;
        this.settings = settings;
        this.cluster = cluster;
        this.formats = formats;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        ModelStore models = context.getStateStore(ModelStore.NAME);
        int partition = context.taskId().partition();
        taskListener = listener.begin(partition);
        TaskFormat opened = formats.newTask();
        ValueFormat values = opened.values();
        Ledger ledger = new Ledger(settings, cluster, partition, models.progress(), taskListener);
        RecordHandler handler = new RecordHandler(
                settings,
                cluster,
                values,
                partition,
                models.models(),
                models.progress(),
                ledger,
                read,
                taskListener,
                stop);
        ControlHandler commands = new ControlHandler(
                settings, cluster, partition, models.models(), models.progress(), ledger, values, again, taskListener);
        // Under the name of the stream thread, as which it counts.
        String name = Thread.currentThread().getName() + "-learn-" + partition;
        Consumer<InFlightRecord> forward = this::forward;
        String samples = settings.samplesTopic();
        Consumer<InFlightRecord> learn = record -> {
            try {
                if (record.from().topic().equals(samples)) {
                    handler.handle(record);
                } else {
                    commands.handle(record);
                }
            } catch (WaitEndedException e) {
                throw givenUp(e);
            }
        };
        Pipeline started = new Pipeline(name, learn, record -> models.asOf(record, forward));
        store = models;
        pipeline = started;
        format = opened;
        try {
            attach(models, values, handler, started, partition);
        } catch (RuntimeException e) {
            started.close();
            opened.close();
            taskListener.end();
            throw e;
        }
    }

    /**
     * A record whose wait was ended is neither learned nor a dead letter. Kafka Streams is told that the task is
     * another's by now, which makes it give the task up without a commit, so that the record comes again, and is no
     * failure.
     */
    private static TaskMigratedException givenUp(WaitEndedException e) {
        return new TaskMigratedException(String.valueOf(e.getMessage()), e);
    }

    private void attach(ModelStore models, ValueFormat values, RecordHandler handler, Pipeline started, int partition) {
        models.attach(
                cluster.samplesTopicId(),
                cluster.controlTopicId(),
                cluster.samplesPartitions() == 1 ? settings.defaultModel() : "",
                settings.reading(),
                values,
                taskListener,
                handler::loaded,
                started::drain,
                read.of(partition));
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Pipeline running = pipeline;
        if (running == null) {
            throw new IllegalStateException("process before init");
        }
        running.add(
                record, context().recordMetadata().orElseThrow(), context().currentSystemTimeMs() - record.timestamp());
    }

    @Override
    public void close() {
        Pipeline running = pipeline;
        TaskFormat opened = format;
        if (running != null && store != null && opened != null) {
            // Or the batch that is being learned might never be.
            opened.endWaits();
            running.close();
            opened.close();
            if (!running.isEmpty()) {
                // Kafka Streams commits before it closes, or not at all: this is never called, or rightly refused.
                store.detach(() -> {
                    throw new StreamsException("records were given up, so this task can be committed no more");
                });
            }
        }
        taskListener.end();
    }

    private void forward(InFlightRecord inFlight) {
        Record<byte[], byte[]> record = inFlight.record();
        String error = inFlight.deadLetter();
        if (error != null) {
            forwardDeadLetter(record, inFlight.from(), error);
        }
        List<InFlightRecord.Output> outputs = inFlight.outputs();
        for (int i = 0; i < outputs.size(); i++) {
            InFlightRecord.Output output = outputs.get(i);
            forward(output.sink(), output.key(), output.value(), record);
        }
    }

    /** Sends to a sink under the model's key, without the record's headers. */
    private void forward(String sink, byte[] model, byte @Nullable [] value, Record<byte[], byte[]> record) {
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
