package dev.streamgrad.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A model that is watched, and what has been seen of it at its last commits. Written by the thread that commits, read by
 * any.
 */
public final class Watch {
    /** So many samples are kept, if there have been as many; a commit is kept whole. */
    public static final int MOST_SAMPLES = 256;

    private final AtomicReference<List<Observed>> observed = new AtomicReference<>(List.of());
    private volatile long until;

    Watch() {}

    void until(long nanoTime) {
        until = nanoTime;
    }

    boolean isOver(long now) {
        return now - until > 0;
    }

    /** What has been seen, a commit after the other, the newest last. */
    public List<Observed> observed() {
        return observed.get();
    }

    void publish(Observed last) {
        observed.updateAndGet(before -> {
            List<Observed> kept = new ArrayList<>(before.size() + 1);
            int samples = last.samples();
            int from = before.size();
            while (from > 0 && samples < MOST_SAMPLES && before.size() - from < MOST_SAMPLES) {
                from--;
                samples += before.get(from).samples();
            }
            kept.addAll(before.subList(from, before.size()));
            kept.add(last);
            return List.copyOf(kept);
        });
    }
}
