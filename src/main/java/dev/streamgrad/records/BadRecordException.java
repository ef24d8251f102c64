package dev.streamgrad.records;

import org.jspecify.annotations.Nullable;

/**
 * A record that cannot be used. The message is one bounded line with the field, its rule, the value and the remedy: it
 * becomes the dead letter's reason. Bad records are an ordinary case, so there is no stack trace to pay for.
 */
public final class BadRecordException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_VALUE = 60;

    private final Reason reason;

    /**
     * A reason to refuse a record.
     *
     * @param reason its kind, of which there are few
     * @param message field, rule, value and remedy
     */
    public BadRecordException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    /** The kinds of reason. */
    public enum Reason {
        /** The key is missing or cannot name a model. */
        KEY,
        /** The value is not one JSON object in UTF-8. */
        JSON,
        /** A field is missing, of the wrong type or length, or out of range. */
        FIELD,
        /** The record is well-formed, but training on it would make a number that is not finite. */
        DIVERGENCE,
        /** The record, or what it asks for, is larger than a setting allows. */
        LIMIT
    }

    /** The kind of reason. */
    public Reason reason() {
        return reason;
    }

    /** The message, which is never null here. */
    public String text() {
        return String.valueOf(getMessage());
    }

    /** A value as an error shows it: on one line, without control characters, and not too long. */
    public static String shown(@Nullable String value) {
        if (value == null) {
            return "nothing";
        }
        StringBuilder shown = new StringBuilder();
        value.codePoints()
                .limit(LONGEST_VALUE)
                .forEach(c -> shown.appendCodePoint(
                        Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? '\uFFFD' : c));
        return value.length() > LONGEST_VALUE ? shown + "…" : shown.toString();
    }
}
