package dev.streamgrad.http;

import dev.streamgrad.stream.Watches;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How often live pages may ask, so that all of them together take about a hundredth of one processor: each waits a
 * hundred times as long as the frames of all take. What a frame takes is the median of the last ones, because the first
 * ones run in the interpreter, a hundred times as long, and a page should not have to wait for that.
 */
final class LiveGovernor {
    static final int MOST_PAGES = 8;
    static final int LEAST_MILLIS = 100;
    /** What the server takes for a request beside the thread that makes the answer. */
    static final long REQUEST_NANOS = 250_000;

    private static final int SHARE = 100;
    private static final int COSTS = 9;
    private static final int MOST_MODELS = 64;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final LongSupplier nanoTime;
    /** Until when each page counts as open. */
    private final Map<String, Long> pages = new HashMap<>();
    /** The last costs by model, the longest unused first. */
    private final Map<String, Deque<Long>> costs = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * No pages.
     *
     * @param nanoTime the clock, as {@link System#nanoTime}
     */
    LiveGovernor(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Counts a page as open.
     *
     * @throws RefusedException if too many are
     */
    synchronized void admit(String page) throws RefusedException {
        long now = nanoTime.getAsLong();
        pages.values().removeIf(until -> now - until > 0);
        if (pages.size() >= MOST_PAGES && !pages.containsKey(page)) {
            throw new RefusedException(
                    429,
                    "at most " + MOST_PAGES + " live pages can be open; close one, and this one goes on by itself");
        }
        pages.merge(page, now + Watches.LEASE.toNanos(), Math::max);
    }

    /**
     * How many milliseconds a page has to wait before it asks again.
     *
     * @param nanos what its frame took of the processor
     */
    synchronized long next(String page, String model, long nanos) {
        Deque<Long> last = costs.computeIfAbsent(model, name -> new ArrayDeque<>());
        last.addLast(nanos);
        if (last.size() > COSTS) {
            last.removeFirst();
        }
        if (costs.size() > MOST_MODELS) {
            costs.remove(costs.keySet().iterator().next());
        }
        long[] sorted = Arrays.copyOf(last.stream().mapToLong(Long::longValue).toArray(), COSTS);
        Arrays.sort(sorted);
        long each = (sorted[COSTS / 2] + REQUEST_NANOS) * SHARE * Math.max(1, pages.size());
        long millis = Math.max(LEAST_MILLIS, (each + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
        // A page that has to wait for long is open all the while.
        pages.merge(page, nanoTime.getAsLong() + 2 * millis * NANOS_PER_MILLI, Math::max);
        return millis;
    }
}
