package dev.streamgrad.nn;

/**
 * Sums over arrays in {@link #LANES} sums at a time, which are added at the end: one sum would wait for each of its
 * additions. Which number goes into which sum depends on the position alone, so the bits are the same on every machine.
 */
final class Sums {
    private static final int LANES = 8;

    /** The lowest bit of a double's exponent. */
    private static final long LEAST_EXPONENT = 1L << 52;

    private Sums() {}

    /** {@code Σ vᵢwᵢ} over the length of {@code w}. */
    static double ofProducts(double[] v, double[] w) {
        int n = w.length;
        int whole = n - n % LANES;
        double tail = 0.0;
        for (int j = whole; j < n; j++) {
            tail += v[j] * w[j];
        }
        if (whole == 0) {
            return tail;
        }
        double s0 = 0.0;
        double s1 = 0.0;
        double s2 = 0.0;
        double s3 = 0.0;
        double s4 = 0.0;
        double s5 = 0.0;
        double s6 = 0.0;
        double s7 = 0.0;
        for (int j = 0; j < whole; j += LANES) {
            s0 += v[j] * w[j];
            s1 += v[j + 1] * w[j + 1];
            s2 += v[j + 2] * w[j + 2];
            s3 += v[j + 3] * w[j + 3];
            s4 += v[j + 4] * w[j + 4];
            s5 += v[j + 5] * w[j + 5];
            s6 += v[j + 6] * w[j + 6];
            s7 += v[j + 7] * w[j + 7];
        }
        return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7)) + tail;
    }

    /** {@code Σ vᵢ²}. */
    static double ofSquares(double[] v) {
        return ofProducts(v, v);
    }

    /**
     * Whether every number is finite: those that are not have all bits of the exponent set, and only there does one
     * more carry into the sign. No branch, no rounding, and no sum that waits for another.
     */
    static boolean areFinite(double[] v) {
        long carried = 0;
        for (double value : v) {
            carried |= (Double.doubleToRawLongBits(value) & Long.MAX_VALUE) + LEAST_EXPONENT;
        }
        return carried >= 0;
    }

    /** The greatest magnitude; NaN if there is one. By the bits, whose order is that of the magnitudes. */
    static double largest(double[] v) {
        long largest = 0;
        for (double value : v) {
            largest = Math.max(largest, Double.doubleToRawLongBits(value) & Long.MAX_VALUE);
        }
        return Double.longBitsToDouble(largest);
    }
}
