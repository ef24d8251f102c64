package dev.streamgrad.learning;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/**
 * Writes a double as {@link Double#toString} has done since JDK 19, on every JVM: the shortest decimal of at least two
 * digits that reads back to the same bits. Before that some doubles have more digits than they need, and what is
 * compared as text would differ between releases.
 */
final class ShortestDecimal {
    /** No double needs more digits (IEEE 754, 17 significant digits). */
    private static final int MOST_DIGITS = 17;

    private ShortestDecimal() {}

    /**
     * The decimal of a finite number: plain from 10⁻³ to under 10⁷, otherwise with an exponent.
     *
     * @throws NumberFormatException if it is not finite
     */
    static String of(double value) {
        if (value == 0.0) {
            return 1.0 / value < 0.0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = shortest(value).stripTrailingZeros();
        double magnitude = Math.abs(value);
        if (magnitude >= 1e-3 && magnitude < 1e7) {
            return shortest.setScale(Math.max(1, shortest.scale())).toPlainString();
        }
        int exponent = shortest.precision() - shortest.scale() - 1;
        BigDecimal mantissa = shortest.scaleByPowerOfTen(-exponent);
        return mantissa.setScale(Math.max(1, mantissa.scale())).toPlainString() + "E" + exponent;
    }

    /**
     * Below a power of two the doubles are denser, so the nearest decimal may miss where its neighbour above reads
     * back.
     */
    private static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 2; digits < MOST_DIGITS; digits++) {
            for (RoundingMode mode : List.of(RoundingMode.HALF_EVEN, RoundingMode.UP)) {
                BigDecimal rounded = exact.round(new MathContext(digits, mode));
                if (rounded.doubleValue() == value) {
                    return rounded;
                }
            }
        }
        return exact.round(new MathContext(MOST_DIGITS, RoundingMode.HALF_EVEN));
    }
}
