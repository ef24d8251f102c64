package dev.streamgrad.records;

import dev.streamgrad.encoding.FieldPath;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The fields that are taken of a record, as a tree of their names: whoever walks through a record goes down here too,
 * and meets what is wanted without a path being made on the way. A name is found in constant time, however many fields
 * the record or the mapping has, because either may be chosen by whoever sends records.
 */
final class FieldTree {
    /** Not a field that is taken, but one on the way to some. */
    static final int NO_SLOT = -1;

    private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");

    private final String name;
    /** Where the field's value goes. */
    private int slot = NO_SLOT;
    /** Which record it was last seen in. */
    private long seenIn;

    private FieldTree[] children = {};
    /** The children by the hashes of their names, at most half full. */
    private @Nullable FieldTree[] table = {};
    /** The children whose names are indexes, in ascending order, and these. */
    private FieldTree[] elements = {};

    private int[] indexes = {};
    /** The child after the one that was found last: fields come in the same order, most often. */
    private int next;

    private int place;

    /** What a field is called that stands in a record. */
    interface Name {
        /** Whether it is called so. */
        boolean is(String name);

        /** The hash of the name, as {@link String#hashCode} has it. */
        int hash();
    }

    private FieldTree(String name) {
        this.name = name;
    }

    /** The tree of these fields, whose slots are their indexes. */
    static FieldTree of(List<FieldPath> paths) {
        FieldTree root = new FieldTree("");
        Map<FieldTree, Map<String, FieldTree>> below = new LinkedHashMap<>();
        for (int slot = 0; slot < paths.size(); slot++) {
            FieldTree node = root;
            for (String step : paths.get(slot).names()) {
                node = below.computeIfAbsent(node, parent -> new LinkedHashMap<>())
                        .computeIfAbsent(step, FieldTree::new);
            }
            node.slot = slot;
        }
        below.forEach((node, fields) -> node.setChildren(fields.values().toArray(FieldTree[]::new)));
        return root;
    }

    private void setChildren(FieldTree[] fields) {
        children = fields;
        table = new FieldTree[Integer.highestOneBit(fields.length) * 4];
        for (int i = 0; i < fields.length; i++) {
            fields[i].place = i;
            int at = slotIn(table, fields[i].name.hashCode());
            while (table[at] != null) {
                at = at + 1 & table.length - 1;
            }
            table[at] = fields[i];
        }
        elements = Arrays.stream(fields)
                .filter(field -> isIndex(field.name))
                .sorted(Comparator.comparingInt(field -> Integer.parseInt(field.name)))
                .toArray(FieldTree[]::new);
        indexes = Arrays.stream(elements)
                .mapToInt(field -> Integer.parseInt(field.name))
                .toArray();
    }

    private static int slotIn(@Nullable FieldTree[] table, int hash) {
        return (hash ^ hash >>> 16) & table.length - 1;
    }

    /** Whether a name is the index of an element of a list: a whole number without needless zeros. */
    static boolean isIndex(String name) {
        return INDEX.matcher(name).matches();
    }

    /** The field below this one that has this name; null if nothing is taken of it. */
    @Nullable
    FieldTree child(Name field) {
        if (children.length == 0) {
            return null;
        }
        FieldTree guess = children[next];
        return field.is(guess.name) ? found(guess) : lookedUp(field);
    }

    private @Nullable FieldTree lookedUp(Name field) {
        int at = slotIn(table, field.hash());
        FieldTree child = table[at];
        while (child != null && !field.is(child.name)) {
            at = at + 1 & table.length - 1;
            child = table[at];
        }
        return child == null ? null : found(child);
    }

    private FieldTree found(FieldTree child) {
        next = child.place + 1 < children.length ? child.place + 1 : 0;
        return child;
    }

    /** The element with this index below this field; null if nothing is taken of it. */
    @Nullable
    FieldTree child(int index) {
        int at = Arrays.binarySearch(indexes, index);
        return at < 0 ? null : elements[at];
    }

    String name() {
        return name;
    }

    int slot() {
        return slot;
    }

    boolean hasChildren() {
        return children.length > 0;
    }

    /** Says that it stands in a record; returns whether it has stood there before. */
    boolean seeAgain(long record) {
        boolean again = seenIn == record;
        seenIn = record;
        return again;
    }
}
