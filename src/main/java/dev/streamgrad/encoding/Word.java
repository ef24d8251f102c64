package dev.streamgrad.encoding;

import dev.streamgrad.json.ShortestDecimal;
import java.nio.charset.StandardCharsets;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * The value of a field as a word, in UTF-8, where it stands: text as it is, a whole number as its digits, however many
 * they are, another number as its shortest decimal, true and false. It is kept and taken again; nothing is allocated.
 */
final class Word {
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);

    /** Up to here a whole number is a double. */
    private static final double MOST_WHOLE = 1L << 53;

    private final byte[] decimal = new byte[ShortestDecimal.LONGEST];
    private byte[] hashed = new byte[64];
    private byte[] bytes = {};
    private int from;
    private int to;

    /** Takes the word in a slot; returns whether there is something that reads as one. */
    boolean take(FieldValues values, int slot) {
        switch (values.kind(slot)) {
            case TEXT -> set(values.text(slot), values.from(slot), values.to(slot));
            case TRUE -> set(TRUE, 0, TRUE.length);
            case FALSE -> set(FALSE, 0, FALSE.length);
            case NUMBER -> {
                return takeNumber(values, slot);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean takeNumber(FieldValues values, int slot) {
        if (values.to(slot) > values.from(slot)) {
            set(values.text(slot), values.from(slot), values.to(slot));
            return true;
        }
        double number = values.number(slot);
        if (!Double.isFinite(number)) {
            return false;
        }
        long whole = (long) number;
        int end = whole == number && Math.abs(number) < MOST_WHOLE
                ? ShortestDecimal.write(whole, decimal, 0)
                : ShortestDecimal.write(number, decimal, 0);
        set(decimal, 0, end);
        return true;
    }

    private void set(byte[] in, int start, int end) {
        bytes = in;
        from = start;
        to = end;
    }

    /** How many bytes it has. */
    int length() {
        return to - from;
    }

    /** Its index in a dictionary, as {@link Dictionary#indexOf}. */
    int indexIn(Dictionary dictionary) {
        return dictionary.indexOf(bytes, from, to);
    }

    /** Notes it in a dictionary. */
    void noteIn(Dictionary dictionary) {
        dictionary.note(bytes, from, to);
    }

    /** MurmurHash3 of a prefix and the word. */
    int hash(byte[] prefix) {
        int length = prefix.length + length();
        if (hashed.length < length) {
            hashed = new byte[Math.max(length, 2 * hashed.length)];
        }
        System.arraycopy(prefix, 0, hashed, 0, prefix.length);
        System.arraycopy(bytes, from, hashed, prefix.length, length());
        return MurmurHash3.hash32x86(hashed, 0, length, 0);
    }
}
