package dev.streamgrad.encoding;

import dev.streamgrad.json.ShortestDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of the fields that a mapping takes of one record, each in its slot: what a reader of records fills,
 * whatever the format, and an {@link Encoder} makes numbers of. It is kept and filled again for the next record; text
 * stays in the array that it was read from. Not thread-safe.
 */
public final class FieldValues {
    /** What stands in a slot. */
    public enum Kind {
        /** Nothing, or null. */
        ABSENT("nothing"),
        NUMBER("a number"),
        TEXT("text"),
        TRUE("true"),
        FALSE("false"),
        /** A list of numbers. */
        LIST("a list of numbers"),
        /** Something else that no feature takes: an object, a list of other things. */
        OTHER("an object or a list");

        private final String shown;

        Kind(String shown) {
            this.shown = shown;
        }

        String shown() {
            return shown;
        }
    }

    private static final byte[] NO_BYTES = {};

    private final List<FieldPath> paths;
    private final Map<FieldPath, Integer> slots = new HashMap<>();
    private final Kind[] kinds;
    private final double[] numbers;
    /** The text of a slot, or of a whole number its digits; bytes of UTF-8. */
    private final byte[][] texts;

    private final int[] from;
    private final int[] to;
    private final double[][] lists;
    private final int[] lengths;

    /** A slot for one field. */
    public FieldValues(FieldPath path) {
        this(Map.of(path, 0));
    }

    /**
     * Slots for the fields of a mapping, each once.
     *
     * @param outputs how many numbers a label is
     */
    public FieldValues(Mapping mapping, int outputs) {
        this(longest(mapping, outputs));
    }

    private static Map<FieldPath, Integer> longest(Mapping mapping, int outputs) {
        Map<FieldPath, Integer> longest = new LinkedHashMap<>();
        for (Feature feature : mapping.features()) {
            longest.put(feature.field(), feature.type() instanceof FeatureType.Quantities list ? list.length() : 0);
        }
        longest.merge(mapping.label().field(), outputs, Math::max);
        if (mapping.weight() != null) {
            longest.putIfAbsent(mapping.weight(), 0);
        }
        if (mapping.id() != null) {
            longest.putIfAbsent(mapping.id(), 0);
        }
        return longest;
    }

    /**
     * Slots for these fields.
     *
     * @param longest how many numbers a list has room for in each
     */
    private FieldValues(Map<FieldPath, Integer> longest) {
        this.paths = new ArrayList<>(longest.keySet());
        int count = paths.size();
        this.kinds = new Kind[count];
        this.numbers = new double[count];
        this.texts = new byte[count][];
        this.from = new int[count];
        this.to = new int[count];
        this.lists = new double[count][];
        this.lengths = new int[count];
        for (int slot = 0; slot < count; slot++) {
            slots.put(paths.get(slot), slot);
            lists[slot] = new double[longest.getOrDefault(paths.get(slot), 0)];
        }
        clear();
    }

    /** The fields, by their slots. */
    public List<FieldPath> paths() {
        return paths;
    }

    /** The slot of a field; −1 if it has none. */
    public int slotOf(FieldPath path) {
        return slots.getOrDefault(path, -1);
    }

    /** Empties every slot. */
    public void clear() {
        Arrays.fill(kinds, Kind.ABSENT);
        Arrays.fill(texts, NO_BYTES);
    }

    /** A number that is not whole, or of which no digits are known. */
    public void number(int slot, double value) {
        number(slot, value, NO_BYTES, 0, 0);
    }

    /**
     * A number.
     *
     * @param digits where the digits of a whole number stand, which is how it reads as a word, however long it is
     */
    public void number(int slot, double value, byte[] digits, int start, int end) {
        kinds[slot] = Kind.NUMBER;
        numbers[slot] = value;
        span(slot, digits, start, end);
    }

    /** Text, well-formed UTF-8; the array must stay as it is until the record is done with. */
    public void text(int slot, byte[] bytes, int start, int end) {
        kinds[slot] = Kind.TEXT;
        span(slot, bytes, start, end);
    }

    private void span(int slot, byte[] bytes, int start, int end) {
        texts[slot] = bytes;
        from[slot] = start;
        to[slot] = end;
    }

    /** True or false. */
    public void truth(int slot, boolean value) {
        kinds[slot] = value ? Kind.TRUE : Kind.FALSE;
    }

    /** Nothing: null. */
    public void absent(int slot) {
        kinds[slot] = Kind.ABSENT;
    }

    /** Something that no feature takes. */
    public void other(int slot) {
        kinds[slot] = Kind.OTHER;
    }

    /** Begins a list of numbers. */
    public void list(int slot) {
        kinds[slot] = Kind.LIST;
        lengths[slot] = 0;
    }

    /** The next number of a list; what is too much is only counted. */
    public void element(int slot, double value) {
        int index = lengths[slot]++;
        if (index < lists[slot].length) {
            lists[slot][index] = value;
        }
    }

    /** What stands in a slot as a word: text, a whole number's digits, another number's decimal; null if it is none. */
    public @Nullable String word(int slot) {
        return switch (kinds[slot]) {
            case TEXT -> new String(texts[slot], from[slot], to[slot] - from[slot], StandardCharsets.UTF_8);
            case NUMBER ->
                to[slot] > from[slot]
                        ? new String(texts[slot], from[slot], to[slot] - from[slot], StandardCharsets.US_ASCII)
                        : ShortestDecimal.text(numbers[slot]);
            case TRUE -> "true";
            case FALSE -> "false";
            default -> null;
        };
    }

    /** Whether there is something in a slot. */
    public boolean isThere(int slot) {
        return kinds[slot] != Kind.ABSENT;
    }

    Kind kind(int slot) {
        return kinds[slot];
    }

    double number(int slot) {
        return numbers[slot];
    }

    byte[] text(int slot) {
        return texts[slot];
    }

    int from(int slot) {
        return from[slot];
    }

    int to(int slot) {
        return to[slot];
    }

    double[] list(int slot, int length) {
        assert lists[slot].length >= length;
        return lists[slot];
    }

    int length(int slot) {
        return lengths[slot];
    }
}
