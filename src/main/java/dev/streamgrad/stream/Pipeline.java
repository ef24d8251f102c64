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
 * what has come of those before. To parse, learn and write a sample of a small model takes about as long as Kafka
 * Streams takes to bring it and to send its prediction [1]; two threads do both at once.
 *
 * <p>Two batches take turns: one is being learned, the other filled. Order is kept, within a batch and between them,
 * and one thread learns, so a model's history is the same as without. What comes of a record is sent with the next
 * batch, or by {@link #drain} before the commit: exactly-once processing shows nothing before that anyway.
 *
 * <p>A batch has the records that take {@value #BATCH_NANOS} ns at the pace of the one before, at most {@value #MOST}.
 * So a commit usually waits for two such times, or for two steps of a model that takes longer; and where steps are
 * short, handing over costs little of them, and a thread that the system has put aside for a moment holds up nobody.
 * Nothing that is learned depends on where a batch ends.
 *
 * <p>All methods are the stream thread's. What one thread did before a batch is handed over, or is asked for, the other
 * sees: they need no locks. (The learning thread reads models from the inner store, which looks at the record that the
 * stream thread is sending, but does nothing with it.)
 *
 * <p><b>A failure is for ever.</b> A record that fails, in learning or in sending, fails every later call too, with the
 * same exception, so that nothing is ever committed beyond it and nothing sent twice. None is tried again in place:
 * when it shows, later records have been taken already, and what was learned cannot be taken back but with its
 * transaction. Kafka Streams recovers from some exceptions, and it does so by giving the task up: it aborts the
 * transaction, closes this pipeline, restores the models from their changelog, and has the processor make another
 * pipeline, to which the records since the last commit come again. What it is told, see {@link #failedBy}.
 *
 * <p><b>Left out.</b> A thread for each model: order within a partition, and with it the log as the only history, would
 * be lost, and a hand-over would cost more than a step. A ring without locks [2]: two hand-overs a millisecond are no
 * cost that could be saved. More than two batches: they would only lengthen what a commit waits for.
 *
 * <ol>
 *   <li>{@code streamgrad bench} prints the CPU time of each thread for a record.
 *   <li>M. Thompson et al., <i>Disruptor: High performance alternative to bounded queues</i> (2011).
 * </ol>
 */
final class Pipeline {
    /** How long a batch should take. */
    static final long BATCH_NANOS = 1_000_000;

    /**
     * The most records in a batch. The pace may change: where records of a large model follow those of a small one,
     * twice as many steps of the large one must end before the transaction times out, after 10 s by default.
     */
    static final int MOST = 256;

    /** Records of many features are those of large models: a batch that has so many bytes is full. */
    private static final long MOST_BYTES = 64 * 1024;

    private final Consumer<InFlightRecord> learn;
    private final Consumer<InFlightRecord> send;
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
    Pipeline(String name, Consumer<InFlightRecord> learn, Consumer<InFlightRecord> send) {
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
        requireNoFailure();
        filling.add(record, from, ageMillis);
        if (filling.size >= limit || filling.bytes >= MOST_BYTES) {
            awaitOther();
            Batch learned = other;
            other = filling;
            filling = learned;
            underway = thread.submit(other);
            sendAll(learned);
        }
    }

    /** Learns what is left, and sends everything. */
    void drain() {
        requireNoFailure();
        awaitOther();
        sendAll(other);
        try {
            filling.run();
        } catch (RuntimeException | Error e) {
            throw failedBy(e);
        }
        adaptTo(filling);
        sendAll(filling);
    }

    /** Whether there are records of which nothing has been sent. */
    boolean isEmpty() {
        return filling.size == 0 && other.size == 0;
    }

    /**
     * Ends the thread when it has finished its batch. Nothing is sent: whoever closes without a drain gives up what is
     * under way, whatever comes of it.
     */
    void close() {
        thread.shutdown();
        boolean interrupted = false;
        // The models must not change any more when this returns.
        for (Future<?> batch = underway; batch != null && !batch.isDone(); ) {
            try {
                batch.get();
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until nothing is under way. */
    private void awaitOther() {
        Future<?> batch = underway;
        if (batch == null) {
            return;
        }
        try {
            batch.get();
        } catch (InterruptedException e) {
            throw failedBy(new InterruptException(e));
        } catch (ExecutionException e) {
            throw failedBy(e.getCause());
        }
        underway = null;
        adaptTo(other);
    }

    private void adaptTo(Batch learned) {
        if (learned.size > 0) {
            limit = (int) Math.max(1, Math.min(MOST, BATCH_NANOS / Math.max(1, learned.nanosPerRecord)));
        }
    }

    private void sendAll(Batch learned) {
        try {
            for (int i = 0; i < learned.size; i++) {
                send.accept(learned.records[i]);
                learned.records[i].clear();
            }
        } catch (RuntimeException | Error e) {
            throw failedBy(e);
        }
        learned.size = 0;
        learned.bytes = 0;
    }

    private void requireNoFailure() {
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * What Kafka Streams is to be told.
     *
     * <ul>
     *   <li>Its own exceptions as they are: from {@link org.apache.kafka.streams.errors.TaskCorruptedException} and
     *       {@link org.apache.kafka.streams.errors.TaskMigratedException} it recovers, the others end the learner.
     *   <li>A timeout of Kafka's as an exception that ends the learner. Kafka Streams itself would not see it as one: a
     *       processor's exceptions are handed to the exception handler, which says to fail, and a commit's are taken
     *       for a fault of the store. To say that the task is corrupted instead, as {@code StreamTask.process} does, is
     *       not safe: measured with 4.3.1, the rebalance that follows may close the restored task before it is
     *       initialised, and the consumer then goes on after the records that were given up. A restart begins at the
     *       last commit.
     *   <li>Any other as one of its own, because it would call that of a commit a fault of the store, and after an
     *       error it would not give the transaction up.
     * </ul>
     */
    private RuntimeException failedBy(@Nullable Throwable cause) {
        failure = cause instanceof StreamsException known ? known : new StreamsException(cause);
        return failure;
    }

    private final class Batch implements Runnable {
        private final InFlightRecord[] records = new InFlightRecord[MOST];
        private int size;
        private long bytes;
        private long nanosPerRecord;

        Batch() {
            for (int i = 0; i < records.length; i++) {
                records[i] = new InFlightRecord();
            }
        }

        void add(Record<byte[], byte[]> record, RecordMetadata from, long ageMillis) {
            records[size].begin(record, from, ageMillis);
            size++;
            bytes += record.value() == null ? 0 : record.value().length;
        }

        @Override
        public void run() {
            if (size == 0) {
                return;
            }
            long start = System.nanoTime();
            for (int i = 0; i < size; i++) {
                learn.accept(records[i]);
            }
            nanosPerRecord = (System.nanoTime() - start) / size;
        }
    }
}
