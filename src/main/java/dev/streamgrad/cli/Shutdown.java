package dev.streamgrad.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

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
        try {
            if (finished.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(code);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
