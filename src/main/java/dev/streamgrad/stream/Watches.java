package dev.streamgrad.stream;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Which models somebody watches: leases, which whoever watches has to renew. The stores look here once per commit,
 * which is a volatile read or two as long as nobody watches. Nobody waits for anybody here, and nothing that is learned
 * depends on it.
 */
public final class Watches {
    /** How long a lease is good for without being renewed, at least. */
    public static final Duration LEASE = Duration.ofSeconds(3);

    private final LongSupplier nanoTime;
    private final Map<String, Watch> leased = new ConcurrentHashMap<>();

    /**
     * No leases.
     *
     * @param nanoTime the clock, as {@link System#nanoTime}
     */
    public Watches(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Watches a model from its next commit on, or goes on watching it.
     *
     * @param time for how long, if it is not renewed; at least {@link #LEASE}
     */
    public Watch renew(String model, Duration time) {
        long until = nanoTime.getAsLong() + Math.max(time.toNanos(), LEASE.toNanos());
        Watch watch = leased.computeIfAbsent(model, missing -> new Watch(until));
        watch.until(until);
        return watch;
    }

    /** The models that are watched now, by their names. */
    Map<String, Watch> current() {
        if (!leased.isEmpty()) {
            long now = nanoTime.getAsLong();
            leased.values().removeIf(watch -> watch.isOver(now));
        }
        return leased;
    }
}
