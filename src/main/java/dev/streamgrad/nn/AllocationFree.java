package dev.streamgrad.nn;

import org.apache.commons.math3.util.FastMath;

/**
 * The few functions whose {@link FastMath} versions allocate at every call ({@code tanh}, {@code log1p}, {@code pow}),
 * made from those that do not ({@code exp}, {@code log}). Tests hold them beside the originals.
 */
final class AllocationFree {
    /** Where 1 − 2/(e²ᶻ+1) starts to be as good as the rational approximation. */
    private static final double TANH_SMALL = 0.625;

    /** From here on tanh is 1 to the last bit. */
    private static final double TANH_LARGE = 22.0;

    private AllocationFree() {}

    /**
     * The hyperbolic tangent, within 2 units in the last place: near 0 by the rational function of Cody and Waite,
     * 1980, with the coefficients of Moshier's Cephes; elsewhere by {@code exp}.
     */
    static double tanh(double z) {
        double x = FastMath.abs(z);
        if (x > TANH_LARGE) {
            return z > 0.0 ? 1.0 : -1.0;
        }
        if (x >= TANH_SMALL) {
            double t = 1.0 - 2.0 / (FastMath.exp(2.0 * x) + 1.0);
            return z > 0.0 ? t : -t;
        }
        double s = z * z;
        double p = (-0.9643991794250523 * s - 99.28772310019185) * s - 1614.6876844170845;
        double q = ((s + 112.81167849163293) * s + 2235.4883906010045) * s + 4844.063053251255;
        return z + z * (s * (p / q));
    }

    /**
     * {@code ln(1 + x)} for {@code x ≥ 0}, by Kahan's correction: the rounding of {@code 1 + x} cancels between
     * numerator and denominator.
     */
    static double log1p(double x) {
        double u = 1.0 + x;
        return u == 1.0 ? x : FastMath.log(u) * x / (u - 1.0);
    }

    /** {@code base} to a power of at least 0, by repeated squaring. */
    static double power(double base, long exponent) {
        double result = 1.0;
        double square = base;
        for (long e = exponent; e > 0; e >>= 1) {
            if ((e & 1) != 0) {
                result *= square;
            }
            square *= square;
        }
        return result;
    }

    /** {@code cos πx} for {@code x} from 0 to 1, asked for in the half where {@code FastMath.cos} reduces nothing. */
    static double cosPi(double x) {
        return x <= 0.5 ? FastMath.cos(FastMath.PI * x) : -FastMath.cos(FastMath.PI * (1.0 - x));
    }
}
