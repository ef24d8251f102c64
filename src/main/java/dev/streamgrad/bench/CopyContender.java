package dev.streamgrad.bench;

import dev.streamgrad.learning.Model;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.settings.Settings;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** A Kafka Streams application with the learner's settings that learns nothing. */
final class CopyContender implements App {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(8);
    private static final String SAMPLES = "samples";
    private static final String PARSE = "parse";
    private static final String PREDICTIONS = "predictions";

    private final KafkaStreams streams;
    private final CountDownLatch running = new CountDownLatch(1);
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private CopyContender(Settings settings, Topology topology) {
        streams = new KafkaStreams(topology, settings.kafka().streams());
        streams.setUncaughtExceptionHandler(exception -> {
            failure.compareAndSet(null, exception);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.setStateListener((now, before) -> {
            if (now == State.RUNNING) {
                running.countDown();
            } else if (now == State.ERROR || now == State.NOT_RUNNING) {
                stopped.set(true);
                running.countDown();
            }
        });
    }

    /** Starts a copy of bytes. */
    static CopyContender copy(Settings settings) {
        return start(settings, withSink(source(settings), settings, SAMPLES));
    }

    /** Starts a copy that parses samples and writes predictions. */
    static CopyContender parsing(Settings settings, Rehearsal rehearsal) {
        Topology parsing = source(settings).addProcessor(PARSE, () -> new Parse(rehearsal), SAMPLES);
        return start(settings, withSink(parsing, settings, PARSE));
    }

    private static Topology source(Settings settings) {
        ByteArrayDeserializer raw = new ByteArrayDeserializer();
        return new Topology().addSource(AutoOffsetReset.earliest(), SAMPLES, raw, raw, settings.samplesTopic());
    }

    private static Topology withSink(Topology topology, Settings settings, String parent) {
        ByteArraySerializer bytes = new ByteArraySerializer();
        return topology.addSink(PREDICTIONS, settings.predictionsTopic(), bytes, bytes, parent);
    }

    private static CopyContender start(Settings settings, Topology topology) {
        CopyContender run = new CopyContender(settings, topology);
        run.streams.start();
        return run;
    }

    @Override
    public boolean awaitRunning(Duration time) throws InterruptedException {
        return running.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public boolean hasStopped() {
        return stopped.get();
    }

    @Override
    public Optional<String> failure() {
        return Optional.ofNullable(failure.get()).map(Throwable::toString);
    }

    @Override
    public void close() {
        streams.close(
                CloseOptions.timeout(CLOSE_TIMEOUT).withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP));
    }

    /** What the learner does without the model: it reads the sample and writes a prediction. */
    private static final class Parse extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
        private final Rehearsal rehearsal;
        private final SampleReader sample;
        private final Model untrained;
        private final Prediction.Writer writer = new Prediction.Writer();
        private long count;

        Parse(Rehearsal rehearsal) {
            this.rehearsal = rehearsal;
            this.sample = SampleReader.of(rehearsal.spec());
            this.untrained = new Model(rehearsal.spec());
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            RecordMetadata from = context().recordMetadata().orElseThrow();
            try {
                sample.read(record.value());
                sample.encode(untrained);
            } catch (BadRecordException e) {
                throw new IllegalStateException(e);
            }
            int i = (int) (count % Rehearsal.STEPS);
            byte[] value = writer.write(
                    sample.id(),
                    rehearsal.prediction(i),
                    untrained.classOf(rehearsal.prediction(i)),
                    sample.label(),
                    rehearsal.loss(i),
                    count,
                    true,
                    from.partition(),
                    from.offset());
            count++;
            context().forward(new Record<>(record.key(), value, record.timestamp()));
        }
    }
}
