package dev.streamgrad.bench;

import dev.streamgrad.app.LearnerApp;
import dev.streamgrad.bench.Result.Latency;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.StreamsConfig;

/**
 * From the moment when the broker has acknowledged a sample, so that it is appended, to the moment when a consumer with
 * {@code isolation.level=read_committed} has its prediction. Both are moments of this process's clock.
 */
final class LatencyPart {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int SETTLING_SECONDS = 2;

    private final Workspace workspace;
    private final Plan plan;
    private final Benchmark.Listener listener;

    LatencyPart(Workspace workspace, Plan plan, Benchmark.Listener listener) {
        this.workspace = workspace;
        this.plan = plan;
        this.listener = listener;
    }

    List<Latency> measure() throws BenchException, StartException, StoppedException, InterruptedException {
        List<Latency> rows = new ArrayList<>();
        for (long interval : plan.commitIntervals()) {
            Latency row = measure(interval);
            listener.say(String.format(
                    Locale.ROOT,
                    "commit.interval.ms %d: p50 %.1f ms, p99 %.1f ms",
                    interval,
                    row.p50Ms(),
                    row.p99Ms()));
            rows.add(row);
        }
        return rows;
    }

    private Latency measure(long interval)
            throws BenchException, StartException, StoppedException, InterruptedException {
        Settings settings = workspace.settings(
                "latency-" + interval,
                "live-" + interval,
                Map.of(Settings.KAFKA_PREFIX + StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, Long.toString(interval)));
        workspace.createTopics(settings);
        int settling = (int) Math.ceil(SETTLING_SECONDS * plan.rate());
        int count = settling + (int) Math.ceil(plan.seconds() * plan.rate());
        listener.phase("latency with commit.interval.ms " + interval);
        long[] read = new long[count];
        Sender sender = new Sender(settings, plan.rate(), count);
        try (App app = new LearnerContender(
                        LearnerApp.start(settings, listener.asProgress(), listener.learnListener(), null, null));
                Consumer<byte[], byte[]> consumer = atEnd(settings)) {
            while (!app.awaitRunning(POLL)) {
                Benchmark.requireGoingOn(listener);
            }
            Thread sending = new Thread(sender::run, "streamgrad-bench-samples");
            sending.start();
            try {
                int seen = 0;
                while (seen < count) {
                    Benchmark.requireGoingOn(listener);
                    app.requireAlive(settings.applicationId());
                    sender.requireAlive();
                    var records = consumer.poll(POLL);
                    long now = System.nanoTime();
                    for (ConsumerRecord<byte[], byte[]> record : records) {
                        read[(int) Prediction.read(record.value()).source().offset()] = now;
                        seen++;
                    }
                    listener.progress(seen, count);
                }
            } finally {
                sender.stop();
                sending.join();
            }
        }
        workspace.remove(settings);
        return row(interval, settling, sender.acknowledged, read);
    }

    private static Consumer<byte[], byte[]> atEnd(Settings settings) {
        Map<String, Object> config = settings.kafka().consumer();
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> predictions = List.of(new TopicPartition(settings.predictionsTopic(), 0));
        consumer.assign(predictions);
        consumer.seekToEnd(predictions);
        // Seeking is lazy: ask now, before there is something to read.
        predictions.forEach(consumer::position);
        return consumer;
    }

    private Latency row(long interval, int settling, long[] acknowledged, long[] read) {
        long[] nanos = new long[read.length - settling];
        for (int i = 0; i < nanos.length; i++) {
            // The prediction may be read before the thread that hears of the acknowledgement has its turn.
            nanos[i] = Math.max(0, read[settling + i] - acknowledged[settling + i]);
        }
        Arrays.sort(nanos);
        double seconds = (acknowledged[read.length - 1] - acknowledged[settling]) / 1e9;
        return new Latency(
                interval,
                plan.rate(),
                Math.rint((nanos.length - 1) / Math.max(seconds, 1e-9)),
                nanos.length,
                millis(nanos, 0.50),
                millis(nanos, 0.99),
                millis(nanos, 1.0));
    }

    /** The smallest number that so large a share of them does not exceed, to a tenth of a millisecond. */
    private static double millis(long[] sorted, double share) {
        int rank = Math.max(1, (int) Math.ceil(share * sorted.length));
        return Math.rint(sorted[rank - 1] / 1e5) / 10.0;
    }

    /** Sends samples at their times. */
    private static final class Sender {
        private static final long CLOSE_ENOUGH = TimeUnit.MICROSECONDS.toNanos(50);

        private final Settings settings;
        private final double rate;
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final AtomicReference<Exception> failure = new AtomicReference<>();
        /** By offset. The producer's close comes after the last of them. */
        private final long[] acknowledged;

        Sender(Settings settings, double rate, int count) {
            this.settings = settings;
            this.rate = rate;
            this.acknowledged = new long[count];
        }

        void run() {
            byte[] model = Filler.model(0).getBytes(StandardCharsets.UTF_8);
            Samples samples = new Samples(settings.specOf(Filler.model(0)));
            try (Producer<byte[], byte[]> producer = Filler.producer(settings)) {
                long start = System.nanoTime();
                for (int n = 0; n < acknowledged.length && !stopped.get(); n++) {
                    long due = start + (long) (n / rate * 1e9);
                    for (long early = due - System.nanoTime();
                            early > CLOSE_ENOUGH && !stopped.get();
                            early = due - System.nanoTime()) {
                        LockSupport.parkNanos(early);
                    }
                    Future<RecordMetadata> unused = producer.send(
                            new ProducerRecord<>(settings.samplesTopic(), model, samples.next()), this::acknowledged);
                }
            } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
            }
        }

        private void acknowledged(RecordMetadata metadata, Exception e) {
            if (e != null) {
                failure.compareAndSet(null, e);
            } else {
                acknowledged[(int) metadata.offset()] = System.nanoTime();
            }
        }

        void stop() {
            stopped.set(true);
        }

        void requireAlive() throws BenchException {
            Exception failed = failure.get();
            if (failed != null) {
                throw new BenchException("samples could not be sent: " + failed.getMessage(), failed);
            }
        }
    }
}
