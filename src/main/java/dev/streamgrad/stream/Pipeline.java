package dev.streamgrad.stream;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Lets a task's records be learned on a thread of their own, while the stream thread fetches the next ones and sends
 * what has come of those before. To learn a sample of a small model takes about as long as Kafka Streams takes to bring
 * it and to send its prediction; two threads do both at once.
 *
 * <p>Two batches take turns: one is being learned, the other filled. Order is kept, within a batch and between them,
 * and one thread learns, so a model's history is the same as without. What comes of a record is sent with the next
 * batch, or by {@link #drain} before the commit: exactly-once processing shows nothing before that anyway.
 *
 * <p>A batch has the records that take {@value #BATCH_NANOS} ns at the pace of the one before, at most {@value #MOST}.
 * So a commit waits for two such times, or for two steps of a model that takes longer; and where steps are short,
 * handing over costs little of them, and a thread that the system has put aside for a moment holds up nobody. Nothing
 * that is learned depends on where a batch ends.
 *
 * <p>All methods are the stream thread's. What one thread did before a batch is handed over, or is asked for, the other
 * sees: they need no locks. A record that fails fails the call that asks for its batch and every one after it, so that
 * nothing is ever committed beyond it.
 */
final class Pipeline {
    /** How long a batch should take. */
    static final long BATCH_NANOS = 1_000_000;

    /** The most records in a batch. */
    static final int MOST = 1024;

    private final Consumer<Work> learn;
    private final Consumer<Work> send;
    private final ExecutorService thread;
    private Batch filling = new Batch();
    private Batch other = new Batch();
    /** The other batch, while it is being learned or was and is not yet asked for. */
    private @Nullable Future<?> underway;

    private int limit = 1;
    /** What was thrown first, and is thrown ever since. */
    private @Nullable RuntimeException failure;

    /**
     * An empty pipeline.
     *
     * @param name the learning thread's
     * @param learn takes a record and says what comes of it; on the learning thread, or in {@link #drain}
     * @param send sends what has come of it; on the stream thread
     */
    Pipeline(String name, Consumer<Work> learn, Consumer<Work> send) {
        this.learn = learn;
        this.send = send;
        ThreadPoolExecutor one =
                new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), runnable -> {
                    Thread learning = new Thread(runnable, name);
                    learning.setDaemon(true);
                    return learning;
                });
        // Whoever counts threads finds it from the beginning.
        one.prestartCoreThread();
        this.thread = one;
    }

    /** Takes a record; may send what has come of earlier ones. */
    void add(Record<byte[], byte[]> record, RecordMetadata from, long ageMillis) {
        if (failure != null) {
            throw failure;
        }
        filling.add(record, from, ageMillis);
        if (filling.size >= limit) {
            awaitOther();
            Batch learned = other;
            other = filling;
            filling = learned;
            underway = thread.submit(other);
            learned.sendAll();
        }
    }

    /** Learns what is left, and sends everything. */
    void drain() {
        awaitOther();
        other.sendAll();
        try {
            filling.run();
        } catch (RuntimeException e) {
            throw failedBy(e);
        }
        filling.sendAll();
    }

    /** Kafka Streams takes its own exceptions as they are, and calls any other of a commit a fault of the store. */
    private RuntimeException failedBy(@Nullable Throwable cause) {
        failure = cause instanceof StreamsException known ? known : new StreamsException(cause);
        return failure;
    }

    /** Whether there are records of which nothing has been sent. */
    boolean isEmpty() {
        return filling.size == 0 && other.size == 0;
    }

    /** Ends the thread when it has finished its batch. Nothing is sent. */
    void close() {
        thread.shutdown();
        try {
            awaitOther();
        } catch (StreamsException | InterruptException e) {
            // Whoever closes without a drain gives up what is under way, whatever came of it.
        }
    }

    /** Waits until nothing is under way. */
    private void awaitOther() {
        if (failure != null) {
            throw failure;
        }
        Future<?> its = underway;
        if (its == null) {
            return;
        }
        try {
            its.get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof Error error) {
                throw error;
            }
            throw failedBy(cause);
        }
        underway = null;
        limit = (int) Math.max(1, Math.min(MOST, BATCH_NANOS / Math.max(1, other.nanosPerRecord)));
    }

    private final class Batch implements Runnable {
        private final Work[] works = new Work[MOST];
        private int size;
        private long nanosPerRecord;

        Batch() {
            for (int i = 0; i < works.length; i++) {
                works[i] = new Work();
            }
        }

        void add(Record<byte[], byte[]> record, RecordMetadata from, long ageMillis) {
            works[size].begin(record, from, ageMillis);
            size++;
        }

        @Override
        public void run() {
            if (size == 0) {
                return;
            }
            long start = System.nanoTime();
            for (int i = 0; i < size; i++) {
                learn.accept(works[i]);
            }
            nanosPerRecord = (System.nanoTime() - start) / size;
        }

        void sendAll() {
            for (int i = 0; i < size; i++) {
                send.accept(works[i]);
                works[i].clear();
            }
            size = 0;
        }
    }
}
