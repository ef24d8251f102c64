package dev.streamgrad.learning;

import java.util.function.DoubleUnaryOperator;
import org.apache.commons.math3.util.FastMath;

/**
 * HDDM-A, the drift detection method by Hoeffding's bounds with the A-test [1], for errors from 0 to 1: wrong or right,
 * above all. The bound holds for any distribution of them, so there is no threshold to tune but the confidence.
 *
 * <p>With {@code m} the mean of all {@code n} errors, the errors are cut where the mean was surely lowest: at each
 * error, with {@code ε(n) = √(ln(1/d) / 2n)},
 *
 * <pre>
 *   if low.m + ε(low.n) ≥ m + ε(n), then low ← (n, m)
 *   if high.m − ε(high.n) ≤ m − ε(n), then high ← (n, m)
 *   risen by confidence c:    m − low.m ≥ √((n − low.n) / (low.n · n) / 2 · ln(2/c))
 *   fallen by confidence c:  high.m − m ≥ √((n − high.n) / (high.n · n) / 2 · ln(2/c))
 * </pre>
 *
 * It is a drift where they have risen (two-sided: or fallen) by the confidence of a drift, else a warning where they
 * have by that of a warning.
 *
 * <p>Its state is seven numbers: {@code change}, {@code n}, {@code m}, {@code low.n}, {@code low.m}, {@code high.n},
 * {@code high.m}.
 *
 * <ol>
 *   <li>I. Frías-Blanco et al., <i>Online and non-parametric drift detection methods based on Hoeffding's bounds</i>,
 *       IEEE Transactions on Knowledge and Data Engineering 27 (2015).
 * </ol>
 */
public final class HddmA extends DriftDetector {
    private final boolean twoSided;
    /** ln(1/d), ln(2/d) and ln(2/w) of the confidences d of a drift and w of a warning. */
    private final double cutLog;

    private final double driftLog;
    private final double warningLog;

    private long n;
    private double mean;
    /** Where the mean was surely lowest, and surely highest. */
    private long lowN;

    private double lowMean;
    private long highN;
    private double highMean;

    /**
     * A detector that has seen nothing.
     *
     * @param driftConfidence how often, at most, a drift may be reported where there is none, over 0 and under 1; River
     *     has 0.001
     * @param warningConfidence the same of a warning, at least {@code driftConfidence}; River has 0.005
     * @param twoSided whether errors that become fewer are a change as well; River has false
     * @throws IllegalArgumentException naming the parameter, its rule and the value
     */
    public HddmA(double driftConfidence, double warningConfidence, boolean twoSided) {
        requireShare("drift.hddm.drift.confidence", driftConfidence, "0.001");
        requireShare("drift.hddm.warning.confidence", warningConfidence, "0.005");
        if (warningConfidence < driftConfidence) {
            throw SettingsReader.wrong(
                    "drift.hddm.warning.confidence",
                    "at least drift.hddm.drift.confidence (" + driftConfidence + ")",
                    warningConfidence + "; try 5 times that");
        }
        this.twoSided = twoSided;
        this.cutLog = FastMath.log(1.0 / driftConfidence);
        this.driftLog = FastMath.log(2.0 / driftConfidence);
        this.warningLog = FastMath.log(2.0 / warningConfidence);
    }

    @Override
    Change observe(double error) {
        n++;
        mean += 1.0 / n * (error - mean);
        double bound = bound(n);
        if (lowMean + bound(lowN) >= mean + bound) {
            lowN = n;
            lowMean = mean;
        }
        if (highMean - bound(highN) <= mean - bound) {
            highN = n;
            highMean = mean;
        }
        if (hasRisen(driftLog) || (twoSided && hasFallen(driftLog))) {
            return Change.DRIFT;
        }
        return hasRisen(warningLog) || (twoSided && hasFallen(warningLog)) ? Change.WARNING : Change.NONE;
    }

    /** Infinite without an error, so that the first is both cuts. */
    private double bound(long count) {
        return Math.sqrt(1.0 / (2.0 * count) * cutLog);
    }

    private boolean hasRisen(double log) {
        return lowN != n && mean - lowMean >= leastDifference(lowN, log);
    }

    private boolean hasFallen(double log) {
        return highN != n && highMean - mean >= leastDifference(highN, log);
    }

    private double leastDifference(long cut, double log) {
        return Math.sqrt((double) (n - cut) / cut / n / 2.0 * log);
    }

    @Override
    public double estimateBefore() {
        return change() == Change.NONE ? mean : isRise() ? lowMean : highMean;
    }

    @Override
    public double estimateAfter() {
        return change() == Change.NONE
                ? mean
                : isRise() ? meanSince(lowN, lowMean, n, mean) : meanSince(highN, highMean, n, mean);
    }

    /** Which side the change is on; one of them it is. */
    private boolean isRise() {
        return hasRisen(change() == Change.DRIFT ? driftLog : warningLog);
    }

    @Override
    public long window() {
        return n;
    }

    @Override
    public long most() {
        return 7;
    }

    @Override
    void traverseRest(DoubleUnaryOperator numbers) {
        n = count("n", numbers.applyAsDouble((double) n));
        mean = finite("mean", numbers.applyAsDouble(mean));
        lowN = whole("low.n", numbers.applyAsDouble((double) lowN), (double) n);
        lowMean = finite("low.mean", numbers.applyAsDouble(lowMean));
        highN = whole("high.n", numbers.applyAsDouble((double) highN), (double) n);
        highMean = finite("high.mean", numbers.applyAsDouble(highMean));
    }

    @Override
    void reset() {
        n = 0;
        mean = 0.0;
        lowN = 0;
        lowMean = 0.0;
        highN = 0;
        highMean = 0.0;
    }
}
