package dev.streamgrad.records;

import org.jspecify.annotations.Nullable;

/**
 * A record that cannot be used. The message is one bounded line with the field, its rule, the value and the remedy: it
 * becomes the dead letter's reason, a header that any tool may print. Bad records are an ordinary case, so there is no
 * stack trace to pay for.
 */
public final class BadRecordException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_VALUE = 60;
    private static final int REPLACEMENT = 0xFFFD;

    private final Reason reason;

    /**
     * A reason to refuse a record.
     *
     * @param reason its kind, of which there are few
     * @param message field, rule, value and remedy; {@link #oneLine} makes it fit to be printed, so that nothing from
     *     the record gets around that
     */
    public BadRecordException(Reason reason, String message) {
        super(oneLine(message), null, false, false);
        this.reason = reason;
    }

    /** The kinds of reason. */
    public enum Reason {
        /** The key is missing or cannot name a model. */
        KEY,
        /** The value is not one JSON object in UTF-8. */
        JSON,
        /** The value is not in the format that the settings name for the samples topic. */
        FORMAT,
        /** A field is missing, of the wrong type or length, or out of range. */
        FIELD,
        /** The record is well-formed, but training on it would make a number that is not finite. */
        DIVERGENCE,
        /** The record, or what it asks for, is larger than a setting allows. */
        LIMIT,
        /** The record is a command that is none, or that its model cannot obey. */
        COMMAND
    }

    /** The kind of reason. */
    public Reason reason() {
        return reason;
    }

    /** The message, which is never null here. */
    public String text() {
        return String.valueOf(getMessage());
    }

    /** A value as an error shows it: as {@link #oneLine} makes it, and not too long. */
    public static String shown(@Nullable String value) {
        if (value == null) {
            return "nothing";
        }
        boolean tooLong = value.codePointCount(0, value.length()) > LONGEST_VALUE;
        return oneLine(tooLong ? value.substring(0, value.offsetByCodePoints(0, LONGEST_VALUE)) + "…" : value);
    }

    /**
     * The text with U+FFFD, the replacement character, in place of what would break the line, hide or reorder what
     * stands around it, or cannot be encoded: control characters, the separators of lines and paragraphs, the controls
     * of writing direction, byte order marks, noncharacters and halves of surrogate pairs. They are listed here and not
     * asked of {@link Character#getType}, which follows the JVM's release: a reason is the same on every one.
     */
    public static String oneLine(String text) {
        if (text.codePoints().noneMatch(BadRecordException::isUnfit)) {
            return text;
        }
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> clean.appendCodePoint(isUnfit(c) ? REPLACEMENT : c));
        return clean.toString();
    }

    private static boolean isUnfit(int c) {
        return Character.isISOControl(c)
                // Of a pair, codePoints() makes one code point: this is half of one.
                || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
                || c == 0x2028
                || c == 0x2029
                || c == 0x061C
                || c == 0x200E
                || c == 0x200F
                || (c >= 0x202A && c <= 0x202E)
                || (c >= 0x2066 && c <= 0x2069)
                || c == 0xFEFF
                || (c >= 0xFDD0 && c <= 0xFDEF)
                || (c & 0xFFFE) == 0xFFFE;
    }
}
