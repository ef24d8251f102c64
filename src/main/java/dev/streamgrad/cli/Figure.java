package dev.streamgrad.cli;

import java.util.Locale;

/** Numbers as they stand in a line on a terminal: never wide, whatever a model that diverges makes of them. */
final class Figure {
    private static final double WIDE = 1e5;

    private Figure() {}

    /** With so many decimals, or with an exponent where the number would be too wide, or zero by rounding alone. */
    static String of(double value, int decimals) {
        double magnitude = Math.abs(value);
        boolean plain = value == 0.0 || (magnitude < WIDE && magnitude >= 0.5 / power(decimals));
        return plain || !Double.isFinite(value)
                ? String.format(Locale.ROOT, "%." + decimals + "f", value)
                : String.format(Locale.ROOT, "%.2e", value).replace("e+", "e");
    }

    private static double power(int decimals) {
        double power = 1.0;
        for (int i = 0; i < decimals; i++) {
            power *= 10.0;
        }
        return power;
    }
}
