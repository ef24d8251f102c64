package dev.streamgrad.http;

import dev.streamgrad.app.ServedModels.UnavailableException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Threads that wait for clients, and that slow clients cannot use up.
 *
 * <p>The JDK's server reads and writes with blocking calls, headers included, so a client that stops in the middle
 * holds a thread. A bounded pool can thereby be stopped by as many clients as it has threads; an unbounded one costs a
 * thread for each. Here the pool is bounded, and while something is queued, the thread that has waited longest for its
 * client, and for at least {@link #GRACE_MILLIS}, is interrupted. That closes its connection (a {@code SocketChannel}
 * is an {@code InterruptibleChannel}), and the thread is free. So a slow client may be as slow as it likes, until
 * others need the thread: with {@code n} threads and {@code k} hanging clients before it, a request waits for {@code k
 * / n} grace periods.
 *
 * <p>The grace period is there because a client whose bytes have arrived must not lose its connection only because its
 * thread has not had the processor yet.
 *
 * <p>Only waiting is interrupted. What must not be, because an interrupt could do harm or be lost on it, is run by
 * {@link #working}.
 */
final class ClientThreads implements Executor, AutoCloseable {
    /** How long a client may always be waited for. */
    static final long GRACE_MILLIS = 200;

    private static final ThreadLocal<@Nullable Turn> CURRENT = new ThreadLocal<>();
    private static final long SWEEP_MILLIS = 50;
    private static final long IDLE_SECONDS = 10;

    private final int most;
    private final int mostQueued;
    private final ThreadPoolExecutor threads;
    private final ScheduledExecutorService sweeper;

    /** All below, and the turns' fields, are guarded by this. */
    private final Object lock = new Object();

    private final Deque<Runnable> queue = new ArrayDeque<>();
    private final Set<Turn> turns = new LinkedHashSet<>();
    private boolean sweeping;

    /**
     * Threads of this name.
     *
     * @param most how many at most
     * @param mostQueued how many tasks {@link #offer} lets wait for one
     */
    ClientThreads(String name, int most, int mostQueued) {
        this.most = most;
        this.mostQueued = mostQueued;
        this.threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons(name));
        this.sweeper = Executors.newSingleThreadScheduledExecutor(daemons(name + "-sweeper"));
    }

    static ThreadFactory daemons(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** What is done without waiting for a client. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws RefusedException, UnavailableException, IOException;
    }

    /** One task on its thread. */
    private final class Turn implements Runnable {
        private final Runnable task;
        private @Nullable Thread thread;
        private long waitingSince;
        private boolean waiting;
        private boolean evicted;

        Turn(Runnable task) {
            this.task = task;
        }

        boolean isOn(ClientThreads those) {
            return those == ClientThreads.this;
        }

        @Override
        public void run() {
            begin();
            try {
                task.run();
            } finally {
                end();
            }
        }

        private void begin() {
            CURRENT.set(this);
            synchronized (lock) {
                thread = Thread.currentThread();
                waitForClient();
            }
        }

        private void waitForClient() {
            waiting = true;
            waitingSince = System.nanoTime();
        }

        private void end() {
            CURRENT.remove();
            synchronized (lock) {
                waiting = false;
                turns.remove(this);
                Runnable next = queue.poll();
                if (next != null) {
                    start(next);
                }
            }
            // The interrupt may have come after the last wait, and is not meant for the next task.
            var unused = Thread.interrupted();
        }
    }

    /** Runs a task as soon as there is a thread for it, however many wait already. */
    @Override
    public void execute(Runnable task) {
        synchronized (lock) {
            if (turns.size() < most) {
                start(task);
            } else {
                queue.add(task);
                sweepLater();
            }
        }
    }

    /** Runs a task as soon as there is a thread for it, unless too many wait already. */
    boolean offer(Runnable task) {
        synchronized (lock) {
            if (queue.size() >= mostQueued) {
                return false;
            }
            execute(task);
            return true;
        }
    }

    /**
     * Does something on one of these threads that must not be interrupted, because it does not wait for the client.
     *
     * @throws InterruptedIOException if the client has been given up meanwhile
     */
    <T> T working(Work<T> work) throws RefusedException, UnavailableException, IOException {
        Turn turn = CURRENT.get();
        if (turn == null || !turn.isOn(this)) {
            throw new IllegalStateException("only on a thread of " + threads);
        }
        synchronized (lock) {
            if (turn.evicted) {
                throw new InterruptedIOException("gave its thread to others");
            }
            turn.waiting = false;
        }
        try {
            return work.run();
        } finally {
            synchronized (lock) {
                turn.waitForClient();
            }
        }
    }

    private void start(Runnable task) {
        Turn turn = new Turn(task);
        threads.execute(turn);
        // Not before, because there may be no thread to be had; it cannot be over yet, because it needs the lock.
        turns.add(turn);
    }

    private void sweepLater() {
        if (!sweeping) {
            sweeping = true;
            var unused = sweeper.schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Interrupts as many waits as there are tasks that need a thread, the longest first. */
    private void sweep() {
        synchronized (lock) {
            sweeping = false;
            long latest = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS);
            long needed =
                    queue.size() - turns.stream().filter(turn -> turn.evicted).count();
            Iterator<Turn> oldest = turns.stream()
                    .filter(turn -> turn.waiting && !turn.evicted && turn.waitingSince - latest <= 0)
                    .sorted((a, b) -> Long.signum(a.waitingSince - b.waitingSince))
                    .iterator();
            while (needed > 0 && oldest.hasNext()) {
                Turn turn = oldest.next();
                Thread thread = turn.thread;
                if (thread != null) {
                    turn.evicted = true;
                    thread.interrupt();
                    needed--;
                }
            }
            if (!queue.isEmpty()) {
                sweepLater();
            }
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            queue.clear();
        }
        sweeper.shutdownNow();
        threads.shutdownNow();
    }
}
