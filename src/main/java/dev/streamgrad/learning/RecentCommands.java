package dev.streamgrad.learning;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The ids of the last {@value #MOST} commands that a model obeyed, the oldest first. Whoever sends a command cannot
 * always know whether it arrived, and sends it again: by its id the model knows it.
 */
public final class RecentCommands {
    /** How many are kept. */
    public static final int MOST = 16;

    /** The longest id, in UTF-16 code units. */
    public static final int LONGEST_ID = 64;

    private final Deque<String> ids = new ArrayDeque<>(MOST);

    /** Whether a command of this id is among them. */
    public boolean contains(String id) {
        return ids.contains(id);
    }

    /** The ids, the oldest first. */
    public List<String> ids() {
        return List.copyOf(ids);
    }

    void add(String id) {
        if (ids.size() == MOST) {
            ids.removeFirst();
        }
        ids.addLast(id);
    }

    void set(RecentCommands other) {
        restore(other.ids());
    }

    void restore(List<String> stored) {
        ids.clear();
        ids.addAll(stored);
    }
}
