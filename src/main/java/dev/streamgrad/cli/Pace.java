package dev.streamgrad.cli;

import java.util.concurrent.TimeUnit;

/** Spreads events evenly over time. */
final class Pace {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final double perSecond;
    private final long start = System.nanoTime();

    /** So many events a second; 0 is as fast as they come. */
    Pace(double perSecond) {
        this.perSecond = perSecond;
    }

    /**
     * Waits until it is time for event {@code n}, counted from 0, or until the shutdown; returns false if that came.
     */
    boolean await(long n, Shutdown shutdown) throws InterruptedException {
        if (perSecond <= 0.0) {
            return !shutdown.isRequested();
        }
        long due = start + (long) (n / perSecond * SECOND);
        long early = due - System.nanoTime();
        // Events a millisecond apart or closer leave in small bursts: sleeping for less is not worth its price.
        return early < TimeUnit.MILLISECONDS.toNanos(1)
                ? !shutdown.isRequested()
                : !shutdown.await(TimeUnit.NANOSECONDS.toMillis(early));
    }
}
