package dev.streamgrad.data;

import java.math.BigInteger;
import java.util.regex.Pattern;

/** Which texts of a CSV file are numbers, and which number each is. */
final class CsvNumber {
    /** Without what Java reads besides, such as {@code 1d}, {@code 0x1p3} and {@code NaN}. */
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?");

    private static final Pattern WHOLE = Pattern.compile("[-+]?\\d+");
    private static final Pattern DECIMAL_COMMA = Pattern.compile("[-+]?\\d*,\\d+([eE][-+]?\\d+)?");
    /** A post code or a part number: its zeros mean something, so it is a text. */
    private static final Pattern LEADING_ZERO = Pattern.compile("[-+]?0\\d.*");

    private static final int LONGEST_LONG = 18;
    private static final int LONGEST = 1000;

    private CsvNumber() {}

    /** Whether it is a finite number. */
    static boolean isNumber(String text) {
        return text.length() <= LONGEST && NUMBER.matcher(text).matches() && Double.isFinite(Double.parseDouble(text));
    }

    /** Whether it is a number with a comma where a point should be. */
    static boolean hasDecimalComma(String text) {
        return DECIMAL_COMMA.matcher(text).matches();
    }

    /** A value as a record would have it: a number or a boolean where it is one, and else the text. */
    static Object typed(String text, boolean decimalComma) {
        String plain = decimalComma && hasDecimalComma(text) ? text.replace(',', '.') : text;
        if (isNumber(plain)) {
            return LEADING_ZERO.matcher(plain).matches() && plain.indexOf('.') < 0 ? text : number(plain);
        }
        if (text.equalsIgnoreCase("true")) {
            return true;
        }
        return text.equalsIgnoreCase("false") ? (Object) false : text;
    }

    private static Number number(String plain) {
        if (!WHOLE.matcher(plain).matches()) {
            return Double.valueOf(plain);
        }
        String digits = plain.startsWith("+") ? plain.substring(1) : plain;
        return digits.length() <= LONGEST_LONG ? (Number) Long.valueOf(digits) : new BigInteger(digits);
    }
}
