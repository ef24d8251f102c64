package dev.streamgrad.stream;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * Which models somebody watches: leases, which whoever watches has to renew. The stores look here once per commit,
 * which is one volatile read as long as nobody watches. Nobody waits for anybody here, and nothing that is learned
 * depends on it.
 */
public final class Watches {
    /** How long a lease is good for without being renewed, at least. */
    public static final Duration LEASE = Duration.ofSeconds(3);

    private final LongSupplier nanoTime;
    private final AtomicReference<Map<String, Watch>> leased = new AtomicReference<>(Map.of());

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
        Watch watch = leased.get().get(model);
        if (watch == null) {
            Watch fresh = new Watch();
            watch = leased.updateAndGet(before -> {
                        if (before.containsKey(model)) {
                            return before;
                        }
                        Map<String, Watch> more = new HashMap<>(before);
                        more.put(model, fresh);
                        return Map.copyOf(more);
                    })
                    .getOrDefault(model, fresh);
        }
        watch.until(until);
        return watch;
    }

    /** The models that are watched now, by their names. */
    Map<String, Watch> current() {
        Map<String, Watch> all = leased.get();
        if (all.isEmpty()) {
            return all;
        }
        long now = nanoTime.getAsLong();
        if (all.values().stream().noneMatch(watch -> watch.isOver(now))) {
            return all;
        }
        return leased.updateAndGet(before -> {
            Map<String, Watch> left = new HashMap<>(before);
            left.values().removeIf(watch -> watch.isOver(now));
            return Map.copyOf(left);
        });
    }
}
