package dev.streamgrad.learning;

import org.apache.commons.math3.util.FastMath;

/**
 * Running mean and variance of each feature by Welford's method (1962), and the standardisation {@code (x − mean) /
 * deviation} by them.
 *
 * <p>Test, then update: a sample is scaled by the statistics of the samples before it. A feature that has not varied
 * yet is only centred. Memory is two numbers a feature.
 */
public final class FeatureScaler {
    private final double[] mean;
    private final double[] squares;
    private long count;

    FeatureScaler(int features) {
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
            double variance = count < 2 ? 0.0 : squares[i] / count;
            double centred = features[i] - mean[i];
            scaled[i] = variance > 0.0 ? centred / FastMath.sqrt(variance) : centred;
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

    void set(FeatureScaler other) {
        System.arraycopy(other.mean, 0, mean, 0, mean.length);
        System.arraycopy(other.squares, 0, squares, 0, squares.length);
        count = other.count;
    }

    void restoreCount(long seen) {
        count = seen;
    }
}
