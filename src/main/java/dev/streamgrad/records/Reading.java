package dev.streamgrad.records;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * How the records of a samples topic are read: the settings that decide which model a record is for, and what its
 * fields are. It is kept with the models, because by other settings the same records would have made others.
 *
 * @param settings by their names, as far as they are not their defaults
 */
public record Reading(Map<String, String> settings) {
    /** As it is read unless something is set: keys name models, and values are JSON. */
    public static final Reading BY_DEFAULT = new Reading(Map.of());

    /** Sorts and copies the settings. */
    public Reading {
        settings = Map.copyOf(settings);
    }

    /** A line for each setting, by name. */
    public String text() {
        List<String> lines = new ArrayList<>();
        new TreeMap<>(settings).forEach((name, value) -> lines.add(name + "=" + escaped(value)));
        return String.join("\n", lines);
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    }

    private static String unescaped(String value) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\' && i + 1 < value.length()) {
                i++;
                char next = value.charAt(i);
                c = next == 'n' ? '\n' : next == 'r' ? '\r' : next;
            }
            text.append(c);
        }
        return text.toString();
    }

    /** Reads what {@link #text} wrote. */
    public static Reading parse(String text) {
        Map<String, String> settings = new TreeMap<>();
        text.lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException(
                        "every line of how samples are read must be name=value; got " + BadRecordException.shown(line));
            }
            settings.put(line.substring(0, equals), unescaped(line.substring(equals + 1)));
        });
        return new Reading(settings);
    }

    /**
     * What is otherwise in another reading, such as {@code samples.format avro (now its default)}; empty if nothing is.
     */
    public String differencesFrom(Reading now) {
        TreeSet<String> names = new TreeSet<>(settings.keySet());
        names.addAll(now.settings.keySet());
        names.removeIf(name -> shown(name).equals(now.shown(name)));
        return names.stream()
                .map(name -> name + " " + shown(name) + " (now " + now.shown(name) + ")")
                .collect(Collectors.joining(", "));
    }

    private String shown(String name) {
        return settings.getOrDefault(name, "its default");
    }
}
