package dev.streamgrad.stream;

import java.util.TreeMap;

/**
 * Remembers, for one partition in this process, which offset was read after each of the last commits, so that it is
 * noticed if Kafka Streams goes on behind records whose transaction it has given up.
 *
 * <p>That happens: with 4.3.1 a task that is found corrupted is restored and, if a rebalance comes before it is
 * initialised again, closed without its consumer being set back. Of 3,060 samples 944 were then never learned, while
 * the offsets of later ones were committed. The state knows up to where records have been dealt with; which offset
 * comes next it cannot know, because offsets may be missing from a log. But it has been read once, in this process.
 *
 * <p>Synchronized: a task may come back on another stream thread.
 */
final class ReadBoundaries {
    /** A commit that fails is followed by a restore of the one before it. A few more do no harm. */
    private static final int MOST = 16;

    private final TreeMap<Long, Long> nextByLast = new TreeMap<>();
    private final Gap gap;
    /** The oldest sample, where reading began with it and no record has been dealt with since; −1 otherwise. */
    private long oldest = -1;

    /** Hears of offsets whose samples were deleted before they were read: those from one to before the other. */
    @FunctionalInterface
    interface Gap {
        /** There is one. */
        void between(long from, long to);
    }

    /** Nothing has been read yet. */
    ReadBoundaries(Gap gap) {
        this.gap = gap;
    }

    /** The partition is read from its oldest sample, for want of an offset to go on from. */
    synchronized void beginsWith(long oldestSample) {
        oldest = oldestSample;
    }

    /**
     * Says that the record at {@code next} is the first that was read when all up to {@code last} was dealt with. That
     * offsets are missing in between says nothing, since a log may have offsets without a record; that the log begins
     * behind them does.
     */
    synchronized void read(long last, long next) {
        if (last >= 0 && oldest > last + 1) {
            gap.between(last + 1, oldest);
        }
        oldest = -1;
        nextByLast.put(last, next);
        if (nextByLast.size() > MOST) {
            nextByLast.pollFirstEntry();
        }
    }

    /** The offset that was read after {@code last}, and must be read again after it; −1 if it is not known. */
    synchronized long nextAfter(long last) {
        return nextByLast.getOrDefault(last, -1L);
    }
}
