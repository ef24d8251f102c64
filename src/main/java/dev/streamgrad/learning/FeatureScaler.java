package dev.streamgrad.learning;

import java.util.Arrays;

/**
 * Running mean and variance of each feature by Welford's method (1962), and the standardisation by them, whose rule is
 * the model's {@link FeatureScaling}.
 *
 * <p>Scaling changes no statistics, so a request is scaled as a sample is. Memory is two numbers a feature.
 *
 * <p>Of the inputs that a mapping makes, only quantities are standardised. One that is missing is NaN: it is its mean,
 * which scales to 0, and changes no statistics; each then has a number of samples of its own.
 */
public final class FeatureScaler {
    private final FeatureScaling rule;
    private final double[] mean;
    private final double[] squares;
    /** Which features are standardised. */
    private final boolean[] chosen;
    /** How many samples each feature was in; empty if every one was in all. */
    private final double[] counts;

    private long count;

    /** A scaler for models of this birth. */
    FeatureScaler(Birth birth) {
        this(
                birth.scaling(),
                birth.mapping() == null
                        ? all(birth.architecture().inputs())
                        : birth.mapping().quantities(),
                birth.hasGaps());
    }

    /** A scaler of features all of which are quantities that are always there. */
    FeatureScaler(FeatureScaling rule, int features) {
        this(rule, all(features), false);
    }

    private FeatureScaler(FeatureScaling rule, boolean[] chosen, boolean gaps) {
        this.rule = rule;
        this.chosen = chosen;
        this.mean = new double[chosen.length];
        this.squares = new double[chosen.length];
        this.counts = new double[gaps ? chosen.length : 0];
    }

    private static boolean[] all(int features) {
        boolean[] all = new boolean[features];
        Arrays.fill(all, true);
        return all;
    }

    /** How many samples each feature was in; empty if every one was in all. The live array. */
    public double[] counts() {
        return counts;
    }

    private long count(int feature) {
        return counts.length == 0 ? count : (long) counts[feature];
    }

    /** Whether a feature is standardised. */
    public boolean scales(int feature) {
        return chosen[feature];
    }

    /** How many samples the statistics have seen. */
    public long count() {
        return count;
    }

    /** The mean of each feature. The live array. */
    public double[] mean() {
        return mean;
    }

    /** The sum of squared distances from the mean of each feature. The live array. */
    public double[] squares() {
        return squares;
    }

    void scale(double[] features, double[] scaled) {
        for (int i = 0; i < features.length; i++) {
            scaled[i] = !chosen[i]
                    ? features[i]
                    : Double.isNaN(features[i]) ? 0.0 : rule.scaled(features[i], count(i), mean[i], squares[i]);
        }
    }

    /** Whether the statistics would stay finite with these features. */
    boolean accepts(double[] features) {
        for (int i = 0; i < features.length; i++) {
            if (!chosen[i] || Double.isNaN(features[i])) {
                continue;
            }
            double distance = features[i] - mean[i];
            double updated = mean[i] + distance / (count(i) + 1);
            if (!Double.isFinite(squares[i] + distance * (features[i] - updated))) {
                return false;
            }
        }
        return true;
    }

    void update(double[] features) {
        count++;
        for (int i = 0; i < features.length; i++) {
            if (!chosen[i] || Double.isNaN(features[i])) {
                continue;
            }
            if (counts.length > 0) {
                counts[i]++;
            }
            double distance = features[i] - mean[i];
            mean[i] += distance / count(i);
            squares[i] += distance * (features[i] - mean[i]);
        }
    }

    /** A scaler of the same rule and features that has seen nothing. */
    FeatureScaler another() {
        return new FeatureScaler(rule, chosen, counts.length > 0);
    }

    void set(FeatureScaler other) {
        System.arraycopy(other.mean, 0, mean, 0, mean.length);
        System.arraycopy(other.squares, 0, squares, 0, squares.length);
        System.arraycopy(other.counts, 0, counts, 0, counts.length);
        count = other.count;
    }

    void restoreCount(long seen) {
        count = seen;
    }
}
