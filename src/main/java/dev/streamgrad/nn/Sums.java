package dev.streamgrad.nn;

/**
 * Sums over arrays in {@link #LANES} sums at a time, which are added at the end.
 *
 * <p>One running sum waits for each of its additions, about four cycles on present processors; eight that do not depend
 * on each other keep the adders busy [1]. Which number goes into which sum depends on its position alone, and the order
 * in which the eight are added is fixed, so the bits are the same on every machine and JVM: a compiler may not reorder
 * floating-point additions [2], and none of it is a fused multiply-add, which would round once instead of twice. The
 * price is that the bits are not those of a plain loop, nor of a library that splits the sum otherwise; the error is no
 * greater, about that of pairwise summation over eight parts [3]. Below eight numbers there is only the plain loop.
 *
 * <p>Left out: the incubating Vector API, which would be faster for wide layers, needs a flag to start, and changes its
 * number of lanes, and so its bits, from machine to machine; Kahan's summation, which costs three more operations a
 * number for an error that training does not feel.
 *
 * <ol>
 *   <li>A. Fog, <i>Optimizing software in C++</i>, on loop-carried dependency chains.
 *   <li>The Java Language Specification, 15.7 and 15.18.2: left to right, as if by IEEE 754, and strict since Java 17.
 *   <li>N. J. Higham, <i>The accuracy of floating point summation</i>, SIAM J. Sci. Comput. 14 (1993).
 * </ol>
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
