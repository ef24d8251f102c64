package dev.streamgrad.bench;

import dev.streamgrad.settings.Settings;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Follows an application through the samples topic by the offsets that it commits, which costs the broker a hundred
 * small requests a second and the application nothing.
 */
final class Meter implements AutoCloseable {
    private static final long POLL_MS = 10;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final App app;
    private final String application;
    private final TopicPartition samples;
    private final Consumer<byte[], byte[]> consumer;
    private final List<Mark> marks = new ArrayList<>();
    private long[] threads = {};

    /**
     * The moment of a commit.
     *
     * @param done samples before the committed offset
     * @param nanos when it was seen
     * @param cpu CPU time of the stream threads by then
     */
    private record Mark(long done, long nanos, long cpu) {}

    /**
     * What happened between two moments.
     *
     * @param whole whether it was between two commits of a run that was under way; else its start and end are in it
     */
    record Measured(double samplesPerSecond, double cpuNanosPerSample, boolean whole) {}

    Meter(Settings settings, App app) {
        this.app = app;
        this.application = settings.applicationId();
        this.samples = new TopicPartition(settings.samplesTopic(), 0);
        Map<String, Object> config = settings.kafka().consumer();
        config.put(ConsumerConfig.GROUP_ID_CONFIG, application);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // Read committed would wait for offsets that are about to be committed, and be late.
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Waits until the application has committed {@code total} samples. */
    void await(long total, Benchmark.Listener listener) throws BenchException, StoppedException, InterruptedException {
        while (!app.awaitRunning(Duration.ofMillis(POLL_MS))) {
            Benchmark.requireGoingOn(listener);
        }
        threads = streamThreads();
        long done = -1;
        while (done < total) {
            Benchmark.requireGoingOn(listener);
            app.requireAlive(application);
            long committed = committed();
            if (committed != done) {
                done = committed;
                marks.add(new Mark(done, System.nanoTime(), cpu()));
                listener.progress(done, total);
            } else {
                Thread.sleep(POLL_MS);
            }
        }
    }

    private long committed() {
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(Set.of(samples));
        OffsetAndMetadata offset = committed.get(samples);
        return offset == null ? 0 : offset.offset();
    }

    /**
     * What happened from sample {@code from} to sample {@code to}: between the first commit after the one and the last
     * commit before the other, because the last commit may have waited for its time with nothing to do. Over everything
     * between if these are not half of it.
     */
    Measured between(long from, long to) {
        Mark first = null;
        Mark last = null;
        Mark before = marks.get(0);
        Mark end = marks.get(marks.size() - 1);
        for (Mark mark : marks) {
            if (mark.done() <= from) {
                before = mark;
            }
            if (mark.done() >= from && mark.done() > 0 && first == null) {
                first = mark;
            }
            if (mark.done() < to) {
                last = mark;
            } else if (mark.done() < end.done()) {
                end = mark;
            }
        }
        return first != null && last != null && 2 * (last.done() - first.done()) > to - from
                ? measured(first, last, true)
                : measured(before, end, false);
    }

    private static Measured measured(Mark first, Mark last, boolean whole) {
        double samples = last.done() - first.done();
        double seconds = (last.nanos() - first.nanos()) / 1e9;
        return new Measured(Math.rint(samples / seconds), Math.rint((last.cpu() - first.cpu()) / samples), whole);
    }

    private long[] streamThreads() {
        return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
                .filter(Objects::nonNull)
                .filter(thread -> thread.getThreadName().startsWith(application + "-")
                        && thread.getThreadName().contains("-StreamThread-"))
                .mapToLong(ThreadInfo::getThreadId)
                .toArray();
    }

    private long cpu() {
        return Arrays.stream(threads).map(THREADS::getThreadCpuTime).sum();
    }

    /** The heap that is in use after a garbage collection, in bytes. */
    static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
