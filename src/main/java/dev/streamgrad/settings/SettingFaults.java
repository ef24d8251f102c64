package dev.streamgrad.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says what is wrong with a setting, in one line: its name, the rule, the value, and where it helps the remedy. */
final class SettingFaults {
    private static final Pattern INVALID_VALUE =
            Pattern.compile("Invalid value (?<value>.*) for configuration (?<key>[^:]+): (?<rule>.*)", Pattern.DOTALL);

    private SettingFaults() {}

    /** Kafka's message about a value, as a rule. */
    static String inOurWords(String message) {
        Matcher fault = INVALID_VALUE.matcher(message);
        if (!fault.matches()) {
            return message;
        }
        String rule = fault.group("rule")
                .replaceFirst("^Not a number of type (DOUBLE|FLOAT)$", "must be a number")
                .replaceFirst("^Not a number of type \\w+$", "must be a whole number")
                .replaceFirst("^Value must be no more than ", "must be at most ")
                .replaceFirst("^String must be non-empty$", "must not be empty")
                .replaceFirst("^String must be one of: ", "must be one of ")
                .replaceFirst("^(?:Value|String) must ", "must ")
                .replaceFirst("^(?!must )", "is wrong: ");
        String value = fault.group("value");
        return fault.group("key") + " " + rule + (value.isBlank() ? "" : "; got " + value);
    }

    static SettingsException unknown(String key) {
        Optional<String> fixed = KafkaConfig.whyFixed(key);
        if (fixed.isPresent()) {
            return new SettingsException("setting " + key + " cannot be set; " + fixed.get());
        }
        if (KafkaNames.isKnown(key)) {
            return new SettingsException("setting " + key + " is Kafka's own; write " + Settings.KAFKA_PREFIX + key);
        }
        return new SettingsException("setting " + key + " is unknown; "
                + nearest(key).map(name -> "did you mean " + name + "? ").orElse("the README lists all settings. ")
                + "Settings of Kafka itself start with " + Settings.KAFKA_PREFIX);
    }

    /** The setting that a misspelt name most likely stands for, if there is one that resembles it. */
    static Optional<String> nearest(String key) {
        return nearest(key, Settings.DEFINITION.names());
    }

    /** As {@link #nearest(String)}, among these. */
    static Optional<String> nearest(String key, Collection<String> names) {
        return names.stream()
                .min(Comparator.comparingInt(name -> distance(name, key)))
                .filter(name -> distance(name, key) <= Math.max(2, name.length() / 3));
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(substituted, Math.min(previous[j], row[j - 1]) + 1);
            }
            previous = row;
        }
        return previous[b.length()];
    }
}
