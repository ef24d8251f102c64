package dev.streamgrad.learning;

import java.util.Map;

/** Reads model settings by name and type; what is wrong is refused by name, rule and value. */
record SettingsReader(Map<String, String> settings) {

    String text(String key) {
        return settings.getOrDefault(key, "").trim();
    }

    double number(String key) {
        try {
            return Double.parseDouble(text(key));
        } catch (NumberFormatException e) {
            throw wrong(key, "a number", text(key));
        }
    }

    long whole(String key) {
        try {
            return Long.parseLong(text(key));
        } catch (NumberFormatException e) {
            throw wrong(key, "a whole number", text(key));
        }
    }

    boolean truth(String key) {
        String text = text(key);
        if (!text.equals("true") && !text.equals("false")) {
            throw wrong(key, "true or false", text);
        }
        return text.equals("true");
    }

    int wholeInt(String key) {
        long value = whole(key);
        if (value != (int) value) {
            throw wrong(key, "at most " + Integer.MAX_VALUE, Long.toString(value));
        }
        return (int) value;
    }

    static IllegalArgumentException wrong(String key, String rule, String value) {
        return new IllegalArgumentException(key + " must be " + rule + "; got " + value);
    }
}
