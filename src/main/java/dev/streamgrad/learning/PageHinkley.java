package dev.streamgrad.learning;

import dev.streamgrad.nn.Named;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/**
 * The Page–Hinkley test [1], for errors of any size: losses of a regression, above all. With {@code m} the mean of all
 * {@code n} errors {@code x} so far:
 *
 * <pre>
 *   rise ← α·rise + (x − m) − δ     risen:  rise − min(rise) &gt; λ
 *   fall ← α·fall + (x − m) + δ     fallen: max(fall, −1) − fall &gt; λ
 * </pre>
 *
 * It knows no warning. λ is in the unit of the errors, so it has to be chosen for them.
 *
 * <p>The mean does not tell what a change was from and to, so the place of the minimum and the maximum, which is where
 * the change began [1], is remembered with the mean there. Its state is eleven numbers: {@code change}, {@code n},
 * {@code m}, {@code rise}, {@code fall}, {@code min}, {@code max}, {@code n} and {@code m} at the minimum, {@code n}
 * and {@code m} at the maximum.
 *
 * <ol>
 *   <li>E. S. Page, <i>Continuous inspection schemes</i>, Biometrika 41 (1954).
 * </ol>
 */
public final class PageHinkley extends DriftDetector {
    /** What {@code max(fall)} starts from, as in River. */
    private static final double FIRST_MAXIMUM = -1.0;

    /** Which changes are reported. */
    public enum Mode implements Named {
        /** Errors that become greater. */
        UP,
        /** Errors that become smaller. */
        DOWN,
        /** Either. */
        BOTH;

        /**
         * The mode with this name.
         *
         * @throws IllegalArgumentException if there is none; the message lists those that exist
         */
        public static Mode of(String id) {
            return Named.parse(values(), "drift.page-hinkley.mode", id);
        }

        @Override
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final long minSamples;
    private final double delta;
    private final double threshold;
    private final double alpha;
    private final Mode mode;

    private long n;
    private double mean;
    private double rise;
    private double fall;
    private double minRise;
    private double maxFall = FIRST_MAXIMUM;
    private long nAtMin;
    private double meanAtMin;
    private long nAtMax;
    private double meanAtMax;

    /**
     * A detector that has seen nothing.
     *
     * @param minSamples from how many errors on it reports, at least 1; River has 30
     * @param delta δ, what a change has to exceed, in the unit of the errors, at least 0; River has 0.005
     * @param threshold λ, in the unit of the errors, over 0; River has 50
     * @param alpha α, how much of a sum is kept at each error, over 0 to 1; River has 0.9999
     * @param mode which changes are reported; River has {@link Mode#BOTH}
     * @throws IllegalArgumentException naming the parameter, its rule and the value
     */
    public PageHinkley(long minSamples, double delta, double threshold, double alpha, Mode mode) {
        requireAtLeast("drift.page-hinkley.min.samples", 1, minSamples, "30");
        if (!(delta >= 0.0 && delta <= LARGEST_ERROR)) {
            throw SettingsReader.wrong("drift.page-hinkley.delta", "from 0 to " + LARGEST_ERROR, delta + "; try 0.005");
        }
        if (!(threshold > 0.0) || !Double.isFinite(threshold)) {
            throw SettingsReader.wrong(
                    "drift.page-hinkley.threshold", "a finite number over 0", threshold + "; try 50");
        }
        if (!(alpha > 0.0 && alpha <= 1.0)) {
            throw SettingsReader.wrong("drift.page-hinkley.alpha", "over 0 and at most 1", alpha + "; try 0.9999");
        }
        this.minSamples = minSamples;
        this.delta = delta;
        this.threshold = threshold;
        this.alpha = alpha;
        this.mode = mode;
    }

    @Override
    Change observe(double error) {
        n++;
        mean += 1.0 / n * (error - mean);
        double distance = error - mean;
        rise = alpha * rise + distance - delta;
        fall = alpha * fall + distance + delta;
        if (n == 1 || rise < minRise) {
            minRise = rise;
            nAtMin = n;
            meanAtMin = mean;
        }
        if (fall > maxFall) {
            maxFall = fall;
            nAtMax = n;
            meanAtMax = mean;
        }
        return n >= minSamples && (hasRisen() || hasFallen()) ? Change.DRIFT : Change.NONE;
    }

    private boolean hasRisen() {
        return mode != Mode.DOWN && rise - minRise > threshold;
    }

    private boolean hasFallen() {
        return mode != Mode.UP && maxFall - fall > threshold;
    }

    @Override
    public double estimateBefore() {
        return change() == Change.NONE ? mean : hasRisen() ? meanAtMin : meanAtMax;
    }

    @Override
    public double estimateAfter() {
        return change() == Change.NONE
                ? mean
                : hasRisen() ? meanSince(nAtMin, meanAtMin, n, mean) : meanSince(nAtMax, meanAtMax, n, mean);
    }

    @Override
    public long window() {
        return n;
    }

    @Override
    public long most() {
        return 11;
    }

    @Override
    void traverseRest(DoubleUnaryOperator numbers) {
        n = count("n", numbers.applyAsDouble((double) n));
        mean = finite("mean", numbers.applyAsDouble(mean));
        rise = finite("rise", numbers.applyAsDouble(rise));
        fall = finite("fall", numbers.applyAsDouble(fall));
        minRise = finite("min", numbers.applyAsDouble(minRise));
        maxFall = finite("max", numbers.applyAsDouble(maxFall));
        nAtMin = whole("min.n", numbers.applyAsDouble((double) nAtMin), (double) n);
        meanAtMin = finite("min.mean", numbers.applyAsDouble(meanAtMin));
        nAtMax = whole("max.n", numbers.applyAsDouble((double) nAtMax), (double) n);
        meanAtMax = finite("max.mean", numbers.applyAsDouble(meanAtMax));
    }

    @Override
    void reset() {
        n = 0;
        mean = 0.0;
        rise = 0.0;
        fall = 0.0;
        minRise = 0.0;
        maxFall = FIRST_MAXIMUM;
        nAtMin = 0;
        meanAtMin = 0.0;
        nAtMax = 0;
        meanAtMax = 0.0;
    }
}
