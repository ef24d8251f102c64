package dev.streamgrad.nn;

import org.apache.commons.math3.random.BitsStreamGenerator;
import org.apache.commons.math3.util.FastMath;

/**
 * NumPy's legacy generator, bit for bit: {@code np.random.seed(s)}, then {@code random_sample} and {@code randn}. What
 * a notebook draws, Streamgrad draws.
 *
 * <p>Underneath is MT19937 (Matsumoto and Nishimura, 1998). On top are NumPy's 53-bit doubles, {@code (a·2²⁶ + b)/2⁵³}
 * from 27 and 26 bits, and Marsaglia's polar method for normals, whose second value is kept for the next call and
 * handed out after the first.
 *
 * <p>Commons Math's own {@code MersenneTwister} is not used: its {@code setSeed(int)} extends the sign of a seed from
 * 2³¹ on and then draws other numbers than NumPy does (a test holds both beside each other for the seeds where they
 * agree).
 */
public final class NumpyRandom extends BitsStreamGenerator {
    /** The greatest seed NumPy accepts, 2³² − 1. */
    public static final long MAX_SEED = 0xFFFF_FFFFL;

    private static final int N = 624;
    private static final int M = 397;
    private static final int UPPER_BIT = 0x8000_0000;
    private static final int MATRIX = 0x9908_B0DF;

    private final int[] state = new int[N];
    private int index;
    private double keptGaussian;
    private boolean gaussianKept;

    /**
     * {@code np.random.seed(seed)}.
     *
     * @param seed from 0 to {@link #MAX_SEED}
     * @throws IllegalArgumentException if the seed is out of range
     */
    public NumpyRandom(long seed) {
        setSeed(seed);
    }

    @Override
    public void setSeed(long seed) {
        if (seed < 0 || seed > MAX_SEED) {
            throw new IllegalArgumentException("seed must be from 0 to " + MAX_SEED + "; got " + seed);
        }
        state[0] = (int) seed;
        for (int i = 1; i < N; i++) {
            state[i] = 1_812_433_253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
        index = N;
        gaussianKept = false;
        clear();
    }

    @Override
    public void setSeed(int seed) {
        setSeed(Integer.toUnsignedLong(seed));
    }

    /** Not NumPy's way of seeding: only one number is taken. */
    @Override
    public void setSeed(int[] seed) {
        throw new UnsupportedOperationException("seed with one number from 0 to " + MAX_SEED);
    }

    @Override
    protected int next(int bits) {
        if (index == N) {
            twist();
            index = 0;
        }
        int y = state[index++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9D2C_5680;
        y ^= (y << 15) & 0xEFC6_0000;
        y ^= y >>> 18;
        return y >>> (32 - bits);
    }

    private void twist() {
        for (int i = 0; i < N; i++) {
            int y = (state[i] & UPPER_BIT) | (state[(i + 1) % N] & ~UPPER_BIT);
            state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : MATRIX);
        }
    }

    /** {@code np.random.random_sample()}: uniform in [0, 1), a multiple of 2⁻⁵³. */
    @Override
    public double nextDouble() {
        int a = next(27);
        int b = next(26);
        return (a * 67_108_864.0 + b) / 9_007_199_254_740_992.0;
    }

    /** {@code np.random.randn()}: a standard normal. */
    @Override
    public double nextGaussian() {
        if (gaussianKept) {
            gaussianKept = false;
            return keptGaussian;
        }
        double x1;
        double x2;
        double squaredRadius;
        do {
            x1 = 2.0 * nextDouble() - 1.0;
            x2 = 2.0 * nextDouble() - 1.0;
            squaredRadius = x1 * x1 + x2 * x2;
        } while (squaredRadius >= 1.0 || squaredRadius == 0.0);
        double factor = FastMath.sqrt(-2.0 * FastMath.log(squaredRadius) / squaredRadius);
        keptGaussian = factor * x1;
        gaussianKept = true;
        return factor * x2;
    }
}
