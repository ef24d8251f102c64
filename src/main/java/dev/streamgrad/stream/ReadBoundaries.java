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

    /** Says that the record at {@code next} is the first that was read when all up to {@code last} was dealt with. */
    synchronized void read(long last, long next) {
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
