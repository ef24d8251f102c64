package dev.streamgrad.suggest;

import dev.streamgrad.encoding.FieldPath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What has been seen in each field of some records. Objects are followed into their fields; lists are values. */
final class Profile {
    /** No more fields than these are looked at: with more, names are values, as in an object by customer. */
    static final int MOST_FIELDS = 5000;

    private final Map<List<String>, FieldStatistics> fields = new LinkedHashMap<>();
    private long records;
    private boolean tooMany;

    private Profile() {}

    /** Goes through records. */
    static Profile of(Records records) {
        Profile profile = new Profile();
        records.forEach(record -> {
            profile.records++;
            walk(record, (path, value) -> profile.add(path, value));
        });
        return profile;
    }

    private void add(List<String> path, @Nullable Object value) {
        FieldStatistics field = fields.get(path);
        if (field == null) {
            if (fields.size() >= MOST_FIELDS || hasControl(path)) {
                tooMany |= fields.size() >= MOST_FIELDS;
                return;
            }
            List<String> names = List.copyOf(path);
            field = new FieldStatistics(new FieldPath(names));
            fields.put(names, field);
        }
        field.add(value, records);
    }

    private static boolean hasControl(List<String> path) {
        return path.stream().anyMatch(name -> name.chars().anyMatch(Character::isISOControl));
    }

    /**
     * Hands out every field of a record that is not an object, by the names that lead to it. The list of names is only
     * good for the call.
     */
    static void walk(Map<String, ?> record, BiConsumer<List<String>, @Nullable Object> to) {
        walk(record, new ArrayList<>(), to);
    }

    private static void walk(Map<?, ?> object, List<String> names, BiConsumer<List<String>, @Nullable Object> to) {
        for (Map.Entry<?, ?> entry : object.entrySet()) {
            names.add(String.valueOf(entry.getKey()));
            if (entry.getValue() instanceof Map<?, ?> inner) {
                if (names.size() < FieldPath.DEEPEST) {
                    walk(inner, names, to);
                }
            } else {
                to.accept(names, entry.getValue());
            }
            names.remove(names.size() - 1);
        }
    }

    /** The value of a field in a record; null if it has none. */
    static @Nullable Object value(Map<String, ?> record, FieldPath path) {
        Object value = record;
        for (String name : path.names()) {
            value = value instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return value instanceof Map ? null : value;
    }

    long records() {
        return records;
    }

    /** The fields in the order in which they appeared. */
    Collection<FieldStatistics> fields() {
        return fields.values();
    }

    /** Whether there were more fields than are looked at. */
    boolean hasTooMany() {
        return tooMany;
    }

    /** The field of this name, as a path or, at the top, as it is; null if there is none. */
    @Nullable
    FieldStatistics field(String name) {
        FieldStatistics top = fields.get(List.of(name));
        if (top != null || name.isBlank()) {
            return top;
        }
        try {
            return fields.get(FieldPath.parse(name).names());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
