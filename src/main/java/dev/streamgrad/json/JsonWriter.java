package dev.streamgrad.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes one JSON document after the other into an array that it keeps: the counterpart of {@link JsonScanner}, for the
 * records that are written once per sample. A generator of a library checks and remembers where in a document it is and
 * makes two objects for each double, which took more time than the training step. Here the caller puts brackets, commas
 * and names where they belong, as {@link #raw} text. The bytes are the same. Not thread-safe.
 */
public final class JsonWriter {
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    /** The most bytes that a UTF-16 unit takes, as an escape. */
    private static final int LONGEST_UNIT = 6;

    /** Up to here whole numbers are written as such. */
    private static final double MOST_WHOLE = 1e15;

    private byte[] bytes = new byte[256];
    private int at;

    /** Text that stands in documents as it is. */
    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Forgets what was written. */
    public void start() {
        at = 0;
    }

    /** The document, as an array of its own. */
    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, at);
    }

    public void raw(byte[] ascii) {
        ensureRoom(ascii.length);
        System.arraycopy(ascii, 0, bytes, at, ascii.length);
        at += ascii.length;
    }

    public void number(long value) {
        ensureRoom(ShortestDecimal.LONGEST);
        at = ShortestDecimal.write(value, bytes, at);
    }

    /**
     * Writes a number as {@link Json#writeNumber} does.
     *
     * @throws IllegalArgumentException if it is not finite
     */
    public void number(double value) {
        long whole = (long) value;
        if (whole == value && Math.abs(value) < MOST_WHOLE && (whole != 0 || 1.0 / value > 0.0)) {
            number(whole);
            return;
        }
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("JSON has no " + value);
        }
        ensureRoom(ShortestDecimal.LONGEST);
        at = ShortestDecimal.write(value, bytes, at);
    }

    /** Writes the elements of an array, with commas between them and without its brackets. */
    public void elements(double[] values) {
        for (int i = 0; i < values.length; i++) {
            if (i > 0) {
                ensureRoom(1);
                bytes[at++] = ',';
            }
            number(values[i]);
        }
    }

    /**
     * Writes a string with its quotes, in UTF-8. Surrogates are escaped, whether they are a pair or, as only an escape
     * can send it, half of one.
     */
    public void string(String value) {
        ensureRoom(value.length() * LONGEST_UNIT + 2);
        bytes[at++] = '"';
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c >= 0x80) {
                beyondAscii(c);
            } else if (c == '"' || c == '\\') {
                bytes[at++] = '\\';
                bytes[at++] = (byte) c;
            } else if (c < ' ') {
                control(c);
            } else {
                bytes[at++] = (byte) c;
            }
        }
        bytes[at++] = '"';
    }

    private void beyondAscii(char c) {
        if (Character.isSurrogate(c)) {
            escape(c);
            return;
        }
        if (c < 0x800) {
            bytes[at++] = (byte) (0xC0 | c >> 6);
        } else {
            bytes[at++] = (byte) (0xE0 | c >> 12);
            continuation(c >> 6);
        }
        continuation(c);
    }

    private void continuation(int bits) {
        bytes[at++] = (byte) (0x80 | (bits & 0x3F));
    }

    private void control(char c) {
        int letter =
                switch (c) {
                    case '\b' -> 'b';
                    case '\f' -> 'f';
                    case '\n' -> 'n';
                    case '\r' -> 'r';
                    case '\t' -> 't';
                    default -> 0;
                };
        if (letter == 0) {
            escape(c);
        } else {
            bytes[at++] = '\\';
            bytes[at++] = (byte) letter;
        }
    }

    private void escape(char c) {
        bytes[at++] = '\\';
        bytes[at++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            bytes[at++] = HEX[c >> shift & 0xF];
        }
    }

    private void ensureRoom(int more) {
        if (bytes.length - at < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, at + more));
        }
    }
}
