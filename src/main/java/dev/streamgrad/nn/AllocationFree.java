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

    private static final double SQRT_2_LESS_1 = 0.41421356237309503;

    /** ln 2, the bits that a double has room for beside a few of another, and the rest. */
    private static final double LN_2_HIGH = 0.6931471803691238;

    private static final double LN_2_LOW = 1.9082149292705877E-10;

    private static final double L1 = 0.6666666666666735;
    private static final double L2 = 0.3999999999940942;
    private static final double L3 = 0.2857142874366239;
    private static final double L4 = 0.22222198432149784;
    private static final double L5 = 0.1818357216161805;
    private static final double L6 = 0.15313837699209373;
    private static final double L7 = 0.14798198605116586;

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
     * {@code ln(1 + x)} for {@code x} from 0 to 1, within 1 unit in the last place: with {@code s = f / (2 + f)} it is
     * {@code 2 artanh s}, whose series in {@code s²} is cut short by the coefficients of Sun's fdlibm, 1993. Beyond √2
     * the half of {@code 1 + x} takes its place, so that {@code f} stays small. A quarter of the time of
     * {@link FastMath#log}, which every sample of a classifier would wait for.
     */
    static double log1p(double x) {
        boolean halved = x > SQRT_2_LESS_1;
        double f = halved ? 0.5 * (x - 1.0) : x;
        double s = f / (2.0 + f);
        double z = s * s;
        double r = z * (L1 + z * (L2 + z * (L3 + z * (L4 + z * (L5 + z * (L6 + z * L7))))));
        double half = 0.5 * f * f;
        if (!halved) {
            return f - (half - s * (half + r));
        }
        return LN_2_HIGH - ((half - (s * (half + r) + LN_2_LOW)) - f);
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
