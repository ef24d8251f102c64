package dev.streamgrad.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A clean end at SIGINT (Ctrl-C) and SIGTERM: the running command is asked to stop, closes what it has opened, and only
 * then does the process end, with the command's exit code and not the signal's.
 */
final class Shutdown {
    /** Container runtimes kill after ten seconds. */
    private static final long GRACE_SECONDS = 10;

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile int code = 1;
    /** What is to be cleaned up if the process ends now, without waiting for the command; null where it waits. */
    private @Nullable Runnable cleanUp;

    /** One that only {@link #request} triggers. */
    Shutdown() {}

    /** One that the process's signals trigger. */
    static Shutdown install() {
        Shutdown shutdown = new Shutdown();
        Runtime.getRuntime().addShutdownHook(new Thread(shutdown::endProcess, "streamgrad-shutdown"));
        return shutdown;
    }

    private void endProcess() {
        if (finished.getCount() == 0) {
            return;
        }
        request();
        endNowIfAbrupt();
        try {
            if (finished.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(code);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void endNowIfAbrupt() {
        if (cleanUp != null) {
            cleanUp.run();
            Runtime.getRuntime().halt(code);
        }
    }

    /**
     * Takes a step that does not survive a signal: libraries that add a shutdown hook when they are first used fail
     * once the process is ending, and what waits for them waits for ever. A signal during the step therefore ends the
     * process at once.
     *
     * @param cleanUp what to do before the process ends within the step
     */
    <T> T abruptly(Callable<T> step, Runnable cleanUp) throws Exception {
        setCleanUp(cleanUp);
        try {
            return step.call();
        } finally {
            setCleanUp(null);
        }
    }

    private synchronized void setCleanUp(@Nullable Runnable cleanUp) {
        this.cleanUp = cleanUp;
    }

    /** Asks the command to stop. */
    void request() {
        requested.countDown();
    }

    boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Waits for the request; returns whether it came in time. */
    boolean await(long millis) throws InterruptedException {
        return requested.await(millis, TimeUnit.MILLISECONDS);
    }

    /** Says that the command has closed everything, and its exit code. */
    void finished(int exitCode) {
        code = exitCode;
        finished.countDown();
    }
}
