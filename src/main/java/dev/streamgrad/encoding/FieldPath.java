package dev.streamgrad.encoding;

import java.util.ArrayList;
import java.util.List;

/**
 * Where in a record a field stands: the names that lead to it, from the outermost. As text it is the names with dots
 * between them ({@code card.age_days}), or, where a name has a dot or a slash itself or is empty, a JSON Pointer (RFC
 * 6901: {@code /petal.length}). A name that is a whole number is also the index of an array ({@code /items/0/price}).
 *
 * @param names at least one
 */
public record FieldPath(List<String> names) {
    /** The longest name, in characters: a scanner of records keeps not much more of a string. */
    public static final int LONGEST_NAME = 1000;

    /** How deep a field may stand. */
    public static final int DEEPEST = 32;

    /**
     * Copies the names.
     *
     * @throws IllegalArgumentException if there are none, or more than {@link #DEEPEST}
     */
    public FieldPath {
        names = List.copyOf(names);
        if (names.isEmpty() || names.size() > DEEPEST) {
            throw new IllegalArgumentException(
                    "a field must be nested at most " + DEEPEST + " deep; got " + names.size() + " names");
        }
        for (String name : names) {
            if (name.length() > LONGEST_NAME) {
                throw new IllegalArgumentException(
                        "a field's name must have at most " + LONGEST_NAME + " characters; got " + name.length());
            }
            if (name.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("a field's name must not have control characters; got some");
            }
        }
    }

    /**
     * Reads a path, without quotes.
     *
     * @throws IllegalArgumentException if it names no field
     */
    public static FieldPath parse(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("a field must have a name; got none; write amount, card.age_days or a"
                    + " JSON Pointer such as /card/age_days");
        }
        List<String> names = new ArrayList<>();
        if (text.startsWith("/")) {
            for (String name : text.substring(1).split("/", -1)) {
                names.add(name.replace("~1", "/").replace("~0", "~"));
            }
        } else {
            for (String name : text.split("\\.", -1)) {
                if (name.isEmpty()) {
                    throw new IllegalArgumentException("every name between the dots of a field must have a character;"
                            + " got " + text + "; for a name with a dot write a JSON Pointer, such as /" + text);
                }
                names.add(name);
            }
        }
        return new FieldPath(names);
    }

    /** The path as {@link #parse} reads it. */
    public String text() {
        boolean plain = !names.get(0).startsWith("/");
        for (String name : names) {
            plain &= !name.isBlank() && name.indexOf('.') < 0;
        }
        if (plain) {
            return String.join(".", names);
        }
        StringBuilder pointer = new StringBuilder();
        for (String name : names) {
            pointer.append('/').append(name.replace("~", "~0").replace("/", "~1"));
        }
        return pointer.toString();
    }

    @Override
    public String toString() {
        return text();
    }
}
