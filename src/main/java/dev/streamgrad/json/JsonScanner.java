package dev.streamgrad.json;

import com.fasterxml.jackson.core.io.NumberInput;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON [1] in UTF-8 from a byte array, value by value. Not thread-safe.
 *
 * <p><b>Why not Jackson's parser.</b> It is made for one document; made for every record, it cost more than the
 * record's own characters. This one is kept, and allocates nothing for a document that is well-formed. It is no faster
 * on long documents, and it does not try to be: whatever is not met once a sample goes through Jackson. It is one state
 * machine over one array and one position, which is why it stands in one long file.
 *
 * <p><b>Numbers.</b> Up to 18 digits are gathered in a long; where the value is at most 2⁵³ and the power of ten is
 * exact, one division or multiplication rounds correctly [2]. All others go to Jackson's {@code NumberInput}, which is
 * exact too. So a double is the one that {@code Double.parseDouble} gives, on every JVM; a test compares them.
 *
 * <p><b>Limits.</b> Nesting, the digits of a number and what is kept of a string are bounded, so that no document can
 * take more memory or time than its length explains.
 *
 * <ol>
 *   <li>RFC 8259, and RFC 3629 for what of UTF-8 is well-formed.
 *   <li>W. D. Clinger, <i>How to read floating point numbers accurately</i>, PLDI 1990: the fast path.
 * </ol>
 *
 * <p>As Jackson does here, it passes over a byte order mark, and takes {@code NaN}, {@code Infinity} and
 * {@code -Infinity} for numbers, so that an error can say in which field they stand.
 *
 * <p>The caller goes through the value that {@link #value} has opened:
 *
 * <pre>
 *   for (boolean first = true; scanner.field(first); first = false) { … scanner.value() … }
 * </pre>
 */
public final class JsonScanner {
    /** How many digits a number may have: they are copied, and to read them takes longer than in proportion. */
    public static final int MOST_DIGITS = 1000;

    /** How much of a string is kept. Longer ones are checked and counted; nothing here needs their text. */
    private static final int KEPT = 2 * MOST_DIGITS;

    /** The powers of ten that are doubles. */
    private static final double[] POWERS_OF_TEN = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };

    /** Up to here every whole number is a double. */
    private static final long MOST_EXACT = 1L << 53;

    /** Whatever has this many digits is a long. */
    private static final int DIGITS_OF_LONG = 18;

    /** No exponent of this size is a double's, whatever digits stand before it. */
    private static final int HUGE_EXPONENT = 100_000;

    /** How much of an unknown word an error shows. */
    private static final int LONGEST_SHOWN = 60;

    /** What stands for half of a surrogate pair. */
    private static final int REPLACEMENT = 0xFFFD;

    /** What a value is. */
    public enum Kind {
        OBJECT("an object"),
        ARRAY("an array"),
        STRING("a string"),
        NUMBER("a number"),
        TRUE("true"),
        FALSE("false"),
        NULL("null");

        private final String shown;

        Kind(String shown) {
            this.shown = shown;
        }

        /** As an error names it. */
        public String shown() {
            return shown;
        }
    }

    /** The bytes are not JSON. Without a stack trace: that is an ordinary case. */
    public static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message, null, false, false);
        }
    }

    /** The JSON is nested too deep, or a number is too long. */
    public static final class TooLargeException extends Exception {
        private static final long serialVersionUID = 1L;

        /** Without a message: which limits there are is the reader's to say. */
        public TooLargeException() {
            super(null, null, false, false);
        }
    }

    private byte[] in = {};
    /** The next byte. */
    private int at;

    /** The last string, as far as it is kept, and its whole length. */
    private final char[] kept = new char[KEPT];

    private int length;
    /** Where the last string stands, without its quotes, and whether there are escapes in it. */
    private int stringStart;

    private int stringEnd;
    private boolean escaped;
    /** The last number, and where it stands. */
    private double number;

    private int numberStart;
    private int numberEnd;
    private boolean numberIsWhole;

    /** Begins a document. The array is read from until the next call. */
    public void start(byte[] document) {
        start(document, 0);
    }

    /** Begins a document that other bytes precede: it goes from this offset to the end of the array. */
    public void start(byte[] bytes, int offset) {
        in = bytes;
        boolean mark = bytes.length - offset >= 3
                && bytes[offset] == (byte) 0xEF
                && bytes[offset + 1] == (byte) 0xBB
                && bytes[offset + 2] == (byte) 0xBF;
        at = mark ? offset + 3 : offset;
    }

    /** Whether nothing but blanks is left. */
    public boolean isAtEnd() {
        return skipBlanks() < 0;
    }

    /** Reads a value: a string, number or word whole, of an object or array the bracket that opens it. */
    public Kind value() throws MalformedException, TooLargeException {
        int c = skipBlanks();
        return switch (c) {
            case '{' -> {
                at++;
                yield Kind.OBJECT;
            }
            case '[' -> {
                at++;
                yield Kind.ARRAY;
            }
            case '"' -> {
                at++;
                readString();
                yield Kind.STRING;
            }
            case 't' -> {
                readWord("true");
                yield Kind.TRUE;
            }
            case 'f' -> {
                readWord("false");
                yield Kind.FALSE;
            }
            case 'n' -> {
                readWord("null");
                yield Kind.NULL;
            }
            default -> {
                readNumber(c);
                yield Kind.NUMBER;
            }
        };
    }

    /**
     * Goes on to the next field of an object, and reads its name.
     *
     * @return whether there is one; if not, the object is closed
     */
    public boolean field(boolean first) throws MalformedException {
        if (!element(first, '}')) {
            return false;
        }
        if (skipBlanks() != '"') {
            throw unexpected();
        }
        at++;
        readString();
        if (skipBlanks() != ':') {
            throw unexpected();
        }
        at++;
        return true;
    }

    /**
     * Goes on to the next element of an array.
     *
     * @return whether there is one; if not, the array is closed
     */
    public boolean element(boolean first) throws MalformedException {
        return element(first, ']');
    }

    private boolean element(boolean first, char closing) throws MalformedException {
        int c = skipBlanks();
        if (c == closing) {
            at++;
            return false;
        }
        if (!first) {
            if (c != ',') {
                throw unexpected();
            }
            at++;
        }
        return true;
    }

    /**
     * Reads and forgets the rest of a value.
     *
     * @param depth how many objects and arrays are open, without the value itself
     */
    public void skip(Kind opened, int depth) throws MalformedException, TooLargeException {
        if (opened != Kind.OBJECT && opened != Kind.ARRAY) {
            return;
        }
        if (depth >= Json.DEEPEST) {
            throw new TooLargeException();
        }
        for (boolean first = true; opened == Kind.OBJECT ? field(first) : element(first); first = false) {
            skip(value(), depth + 1);
        }
    }

    /** Whether the last string or name is this one. */
    public boolean isString(String other) {
        if (length != other.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (kept[i] != other.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The hash of the last string or name, as {@link String#hashCode} has it, as far as it is kept. */
    public int stringHash() {
        int hash = 0;
        int end = Math.min(length, KEPT);
        for (int i = 0; i < end; i++) {
            hash = 31 * hash + kept[i];
        }
        return hash;
    }

    /** How many characters the last string or name has. */
    public int stringLength() {
        return length;
    }

    /** The last string or name, or its beginning if it is longer than {@value #KEPT}. */
    public String string() {
        return new String(kept, 0, Math.min(length, KEPT));
    }

    /** Where the last string begins in the document, behind its quote. */
    public int stringStart() {
        return stringStart;
    }

    /** Where the last string ends in the document, before its quote. */
    public int stringEnd() {
        return stringEnd;
    }

    /** Whether the last string has escapes, so that its text is not the bytes that stand in the document. */
    public boolean isEscaped() {
        return escaped;
    }

    /**
     * Writes the text of the last string in UTF-8, whatever its length. Half of a surrogate pair, which only an escape
     * can send, becomes U+FFFD, as strict readers make it.
     *
     * @param to has room for as many bytes as the string takes in the document, from {@code start} on
     * @return how many bytes it took
     */
    public int copyString(byte[] to, int start) {
        int end = at;
        int n = start;
        at = stringStart;
        try {
            while (at < stringEnd) {
                if (in[at] != '\\') {
                    to[n++] = in[at++];
                    continue;
                }
                char unit = readEscape();
                int codePoint = unit;
                if (Character.isHighSurrogate(unit) && at < stringEnd && in[at] == '\\' && in[at + 1] == 'u') {
                    int low = at;
                    char next = readEscape();
                    if (Character.isLowSurrogate(next)) {
                        codePoint = Character.toCodePoint(unit, next);
                    } else {
                        at = low;
                    }
                }
                n = put(codePoint, to, n);
            }
            return n - start;
        } catch (MalformedException e) {
            throw new IllegalStateException("a string that was read must be well-formed", e);
        } finally {
            at = end;
        }
    }

    private static int put(int codePoint, byte[] to, int n) {
        int c = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE ? REPLACEMENT : codePoint;
        int at = n;
        if (c < 0x80) {
            to[at++] = (byte) c;
        } else if (c < 0x800) {
            to[at++] = (byte) (0xC0 | c >> 6);
            to[at++] = continuation(c);
        } else if (c < 0x10000) {
            to[at++] = (byte) (0xE0 | c >> 12);
            to[at++] = continuation(c >> 6);
            to[at++] = continuation(c);
        } else {
            to[at++] = (byte) (0xF0 | c >> 18);
            to[at++] = continuation(c >> 12);
            to[at++] = continuation(c >> 6);
            to[at++] = continuation(c);
        }
        return at;
    }

    private static byte continuation(int bits) {
        return (byte) (0x80 | (bits & 0x3F));
    }

    /** Where the last number begins in the document. */
    public int numberStart() {
        return numberStart;
    }

    /** Where the last number ends in the document. */
    public int numberEnd() {
        return numberEnd;
    }

    /** Whether the last number is written as a whole one: digits, perhaps behind a minus. */
    public boolean numberIsWhole() {
        return numberIsWhole;
    }

    /** The document that is read. */
    public byte[] document() {
        return in;
    }

    /** The last number, the double next to its decimal. Infinite if that is out of range. */
    public double number() {
        return number;
    }

    /** The last number as it stands in the document. */
    public String numberText() {
        return new String(in, numberStart, numberEnd - numberStart, StandardCharsets.US_ASCII);
    }

    /** Returns the next byte that is not blank, which is left to be read; -1 at the end. */
    private int skipBlanks() {
        byte[] bytes = in;
        int i = at;
        while (i < bytes.length) {
            byte c = bytes[i];
            if (c > ' ' || c < 0) {
                at = i;
                return c & 0xFF;
            }
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                at = i;
                return c;
            }
            i++;
        }
        at = i;
        return -1;
    }

    private void readWord(String word) throws MalformedException {
        int start = at;
        for (int i = 0; i < word.length(); i++) {
            if (next() != word.charAt(i)) {
                at = start;
                throw unexpected();
            }
            at++;
        }
    }

    /** The byte to be read next, or -1 at the end. */
    private int next() {
        return at < in.length ? in[at] & 0xFF : -1;
    }

    /**
     * A decimal of few digits is a whole number that is a double, times or divided by a power of ten that is one too; a
     * single operation on them rounds correctly (Clinger, 1990). Other decimals are left to Jackson.
     */
    private void readNumber(int first) throws MalformedException, TooLargeException {
        numberStart = at;
        boolean negative = first == '-';
        if (negative) {
            at++;
        }
        int c = negative ? next() : first;
        if (c == 'N' && !negative) {
            readWord("NaN");
            number = Double.NaN;
            numberIsWhole = false;
            numberEnd = at;
            return;
        }
        if (c == 'I') {
            readWord("Infinity");
            number = negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            numberIsWhole = false;
            numberEnd = at;
            return;
        }
        byte[] bytes = in;
        int i = at;
        int whole = i;
        long digits = 0;
        while (i < bytes.length && isDigit(bytes[i])) {
            digits = digits * 10 + (bytes[i++] - '0');
        }
        int count = i - whole;
        if (count == 0 || (count > 1 && bytes[whole] == '0')) {
            throw unexpected();
        }
        boolean isWhole = true;
        int exponent = 0;
        int powerDigits = 0;
        if (i < bytes.length && bytes[i] == '.') {
            isWhole = false;
            int fraction = ++i;
            while (i < bytes.length && isDigit(bytes[i])) {
                digits = digits * 10 + (bytes[i++] - '0');
            }
            exponent = fraction - i;
            count -= exponent;
            if (exponent == 0) {
                at = i;
                throw unexpected();
            }
        }
        if (i < bytes.length && (bytes[i] | 0x20) == 'e') {
            isWhole = false;
            i++;
            boolean down = i < bytes.length && bytes[i] == '-';
            if (down || (i < bytes.length && bytes[i] == '+')) {
                i++;
            }
            int power = i;
            int value = 0;
            while (i < bytes.length && isDigit(bytes[i])) {
                value = Math.min(HUGE_EXPONENT, value * 10 + (bytes[i++] - '0'));
            }
            if (i == power) {
                at = i;
                throw unexpected();
            }
            exponent += down ? -value : value;
            powerDigits = i - power;
        }
        at = i;
        numberEnd = i;
        numberIsWhole = isWhole;
        if (count + powerDigits > MOST_DIGITS) {
            throw new TooLargeException();
        }
        if (count <= DIGITS_OF_LONG && isWhole) {
            // A whole number has no -0.
            number = (double) (negative ? -digits : digits);
        } else if (count <= DIGITS_OF_LONG
                && digits <= MOST_EXACT
                && exponent > -POWERS_OF_TEN.length
                && exponent < POWERS_OF_TEN.length) {
            double magnitude = exponent < 0 ? digits / POWERS_OF_TEN[-exponent] : digits * POWERS_OF_TEN[exponent];
            number = negative ? -magnitude : magnitude;
        } else {
            // The characters take the place of the last string's: nothing asks for that any more.
            for (int k = numberStart; k < numberEnd; k++) {
                kept[k - numberStart] = (char) bytes[k];
            }
            length = numberEnd - numberStart;
            number = NumberInput.parseDouble(kept, 0, length, true);
        }
    }

    private static boolean isDigit(byte c) {
        return c >= '0' && c <= '9';
    }

    /** Reads up to and with the closing quote. */
    private void readString() throws MalformedException {
        byte[] bytes = in;
        int i = at;
        int n = 0;
        stringStart = i;
        escaped = false;
        while (i < bytes.length) {
            byte c = bytes[i];
            if (c == '"') {
                at = i + 1;
                stringEnd = i;
                length = n;
                return;
            }
            if (c < ' ' || c == '\\') {
                at = i;
                escaped |= c == '\\';
                int codePoint = c == '\\' ? readEscape() : readBeyondAscii();
                if (codePoint >= Character.MIN_SUPPLEMENTARY_CODE_POINT) {
                    keep(n++, Character.highSurrogate(codePoint));
                    keep(n++, Character.lowSurrogate(codePoint));
                } else {
                    keep(n++, (char) codePoint);
                }
                i = at;
            } else {
                keep(n++, (char) c);
                i++;
            }
        }
        at = i;
        throw unexpected();
    }

    private void keep(int index, char c) {
        if (index < KEPT) {
            kept[index] = c;
        }
    }

    private char readEscape() throws MalformedException {
        at++;
        int escaped = next();
        int c =
                switch (escaped) {
                    case '"', '\\', '/' -> escaped;
                    case 'b' -> '\b';
                    case 'f' -> '\f';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    case 'u' -> readUnit();
                    default -> throw unexpected();
                };
        at++;
        return (char) c;
    }

    /** Four hexadecimal digits, without going beyond the last. */
    private int readUnit() throws MalformedException {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            at++;
            int digit = Character.digit(next(), 16);
            if (digit < 0) {
                throw unexpected();
            }
            unit = unit * 16 + digit;
        }
        return unit;
    }

    /** One character of two to four bytes (RFC 3629): as short as it can be, and no surrogate. */
    private int readBeyondAscii() throws MalformedException {
        int c = next();
        int more = c >= 0xC2 && c < 0xE0 ? 1 : c >= 0xE0 && c < 0xF0 ? 2 : c >= 0xF0 && c < 0xF5 ? 3 : 0;
        if (more == 0) {
            throw unexpected();
        }
        int codePoint = c & (0x3F >> more);
        for (int i = 0; i < more; i++) {
            at++;
            int continuation = next();
            if ((continuation & 0xC0) != 0x80 || continuation < 0) {
                throw unexpected();
            }
            codePoint = codePoint << 6 | (continuation & 0x3F);
        }
        boolean overlong = codePoint < (more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000);
        boolean surrogate = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
        if (overlong || surrogate || codePoint > Character.MAX_CODE_POINT) {
            throw unexpected();
        }
        at++;
        return codePoint;
    }

    /** What stands where something else should: in the words of Jackson's own errors. */
    private MalformedException unexpected() {
        int c = next();
        if (c < 0) {
            return new MalformedException("Unexpected end-of-input");
        }
        if (c >= 0x80) {
            return new MalformedException(String.format("Invalid UTF-8 byte 0x%02x", c));
        }
        int end = at;
        while (end < in.length && end - at < LONGEST_SHOWN && Character.isLetterOrDigit(in[end])) {
            end++;
        }
        return new MalformedException(
                end > at
                        ? "Unrecognized token '" + new String(in, at, end - at, StandardCharsets.US_ASCII) + "'"
                        : "Unexpected character (" + (c < ' ' ? "" : "'" + (char) c + "' ") + "code " + c + ")");
    }
}
