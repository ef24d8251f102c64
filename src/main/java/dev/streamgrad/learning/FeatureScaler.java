package dev.streamgrad.learning;

/**
 * Running mean and variance of each feature by Welford's method (1962), and the standardisation by them, whose rule is
 * the model's {@link FeatureScaling}.
 *
 * <p>Scaling changes no statistics, so a request is scaled as a sample is. Memory is two numbers a feature.
 */
public final class FeatureScaler {
    private final FeatureScaling rule;
    private final double[] mean;
    private final double[] squares;
    private long count;

    FeatureScaler(FeatureScaling rule, int features) {
        this.rule = rule;
        this.mean = new double[features];
        this.squares = new double[features];
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
            scaled[i] = rule.scaled(features[i], count, mean[i], squares[i]);
        }
    }

    /** Whether the statistics would stay finite with these features. */
    boolean accepts(double[] features) {
        for (int i = 0; i < features.length; i++) {
            double distance = features[i] - mean[i];
            double updated = mean[i] + distance / (count + 1);
            if (!Double.isFinite(squares[i] + distance * (features[i] - updated))) {
                return false;
            }
        }
        return true;
    }

    void update(double[] features) {
        count++;
        for (int i = 0; i < features.length; i++) {
            double distance = features[i] - mean[i];
            mean[i] += distance / count;
            squares[i] += distance * (features[i] - mean[i]);
        }
    }

    /** A scaler of the same rule and features that has seen nothing. */
    FeatureScaler another() {
        return new FeatureScaler(rule, mean.length);
    }

    void set(FeatureScaler other) {
        System.arraycopy(other.mean, 0, mean, 0, mean.length);
        System.arraycopy(other.squares, 0, squares, 0, squares.length);
        count = other.count;
    }

    void restoreCount(long seen) {
        count = seen;
    }
}
