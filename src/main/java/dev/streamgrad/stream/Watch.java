package dev.streamgrad.stream;

import java.util.ArrayList;
import java.util.List;

/**
 * A model that is watched, and what has been seen of it at its last commits. Written by the thread that commits, read
 * by any.
 */
public final class Watch {
    /** So many samples are kept, if there have been as many; a commit is kept whole. */
    public static final int MOST_SAMPLES = 256;

    private volatile List<Observed> observed = List.of();
    private volatile long until;

    /** Good until then, as {@link System#nanoTime} tells. */
    Watch(long until) {
        this.until = until;
    }

    void until(long nanoTime) {
        until = nanoTime;
    }

    boolean isOver(long now) {
        return now - until > 0;
    }

    /** What has been seen, a commit after the other, the newest last. */
    public List<Observed> observed() {
        return observed;
    }

    /** Adds a commit. Where two partitions have a model of one name, one of two at once may be lost. */
    void publish(Observed last) {
        List<Observed> before = observed;
        int samples = last.samples();
        int from = before.size();
        while (from > 0 && samples < MOST_SAMPLES && before.size() - from < MOST_SAMPLES) {
            from--;
            samples += before.get(from).samples();
        }
        List<Observed> kept = new ArrayList<>(before.subList(from, before.size()));
        kept.add(last);
        observed = List.copyOf(kept);
    }
}
