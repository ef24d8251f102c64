package dev.streamgrad.records;

import dev.streamgrad.encoding.FieldPath;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields that are taken of a record, as a tree of their names: whoever walks through a record goes down here too,
 * and meets what is wanted without a path being made on the way.
 */
final class FieldTree {
    /** Not a field that is taken, but one on the way to some. */
    static final int NO_SLOT = -1;

    private static final int LONGEST_INDEX = 10;

    private final String name;
    /** The name as the index of an array; −1 if it is none. */
    private final int index;

    private final List<FieldTree> children = new ArrayList<>();
    /** Where the field's value goes. */
    private int slot = NO_SLOT;
    /** Which record it was last seen in. */
    private long seenIn;
    /** The child after the one that was found last: fields come in the same order, most often. */
    private int next;

    private FieldTree(String name) {
        this.name = name;
        boolean isIndex = name.length() > 0
                && name.length() < LONGEST_INDEX
                && name.chars().allMatch(c -> c >= '0' && c <= '9');
        this.index = isIndex ? Integer.parseInt(name) : -1;
    }

    /** The tree of these fields, whose slots are their indexes. */
    static FieldTree of(List<FieldPath> paths) {
        FieldTree root = new FieldTree("");
        for (int slot = 0; slot < paths.size(); slot++) {
            FieldTree node = root;
            for (String step : paths.get(slot).names()) {
                node = node.childOrNew(step);
            }
            node.slot = slot;
        }
        return root;
    }

    private FieldTree childOrNew(String step) {
        for (FieldTree child : children) {
            if (child.name.equals(step)) {
                return child;
            }
        }
        FieldTree added = new FieldTree(step);
        children.add(added);
        return added;
    }

    /** Whether a field has a name. */
    @FunctionalInterface
    interface Name {
        boolean is(String name);
    }

    /** The field below this one that has this name; null if nothing is taken of it. */
    @Nullable
    FieldTree child(Name field) {
        int count = children.size();
        for (int i = 0; i < count; i++) {
            int index = next + i < count ? next + i : next + i - count;
            FieldTree child = children.get(index);
            if (field.is(child.name)) {
                next = index + 1 < count ? index + 1 : 0;
                return child;
            }
        }
        return null;
    }

    /** The element with this index below this field; null if nothing is taken of it. */
    @Nullable
    FieldTree child(int index) {
        for (int i = 0; i < children.size(); i++) {
            if (children.get(i).index == index) {
                return children.get(i);
            }
        }
        return null;
    }

    String name() {
        return name;
    }

    int slot() {
        return slot;
    }

    boolean hasChildren() {
        return !children.isEmpty();
    }

    /** Says that it stands in a record; returns whether it has stood there before. */
    boolean seeAgain(long record) {
        boolean again = seenIn == record;
        seenIn = record;
        return again;
    }
}
