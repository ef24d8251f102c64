package dev.streamgrad.formats;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says that records wait, and for what: once when it begins, however many tasks wait, then every
 * {@value #SECONDS_BETWEEN_LINES} seconds, and when it is over.
 */
final class Outage {
    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);
    private static final long SECONDS_BETWEEN_LINES = 30;

    private final LongSupplier nanos;
    private boolean lasts;
    private long since;
    private long said;

    /**
     * None yet.
     *
     * @param nanos the time, as {@link System#nanoTime}
     */
    Outage(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** A task waits; what for, in one line. */
    synchronized void lasts(String line) {
        long now = nanos.getAsLong();
        if (!lasts) {
            lasts = true;
            since = now;
            LOG.warn("{}; samples wait until then, and none is lost", line);
        } else if (now - said >= TimeUnit.SECONDS.toNanos(SECONDS_BETWEEN_LINES)) {
            LOG.warn("{}; samples have been waiting for {} s", line, TimeUnit.NANOSECONDS.toSeconds(now - since));
        } else {
            return;
        }
        said = now;
    }

    /** A task that has waited goes on. */
    synchronized void over() {
        if (lasts) {
            lasts = false;
            LOG.warn("samples go on after {} s", TimeUnit.NANOSECONDS.toSeconds(nanos.getAsLong() - since));
        }
    }
}
