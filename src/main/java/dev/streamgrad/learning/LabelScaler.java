package dev.streamgrad.learning;

import org.apache.commons.math3.util.FastMath;

/**
 * The way from a model's labels to what its network is trained on, and back from the network's outputs to predictions:
 * {@link LabelScaling#RUNNING}.
 *
 * <p>A prediction is {@code mean + deviation · output}, of the samples before it: a request has no label, and a sample
 * is tested before it is taken. The network is then trained on {@code (label − mean) / deviation}, of the samples
 * including this one, which is bounded however far off a label is. As long as labels have not varied, the deviation is
 * 0: a prediction is their mean, whatever the output, and the network is trained on 0. River's
 * {@code TargetStandardScaler} has the same order; its deviation is that of a sample, n − 1, and this one that of
 * features.
 *
 * <p>Each number of a label has its own statistics. Memory is two numbers each.
 */
public final class LabelScaler {
    private final FeatureScaler statistics;

    LabelScaler(int outputs) {
        this(new FeatureScaler(FeatureScaling.RUNNING, outputs));
    }

    private LabelScaler(FeatureScaler statistics) {
        this.statistics = statistics;
    }

    /** How many labels the statistics have seen. */
    public long count() {
        return statistics.count();
    }

    /** The mean of each number of the labels. The live array. */
    public double[] mean() {
        return statistics.mean();
    }

    /** The sum of squared distances from the mean of each number of the labels. The live array. */
    public double[] squares() {
        return statistics.squares();
    }

    /** What the network is trained on for a label that {@link #update} has not counted yet. */
    void scale(double[] label, double[] scaled) {
        statistics.scale(label, scaled);
    }

    /** The prediction that outputs of the network stand for. */
    void unscale(double[] outputs, double[] prediction) {
        long count = statistics.count();
        for (int i = 0; i < outputs.length; i++) {
            double squares = statistics.squares()[i];
            double deviation = squares > 0.0 ? FastMath.sqrt(squares / count) : 0.0;
            prediction[i] = statistics.mean()[i] + deviation * outputs[i];
        }
    }

    /** Whether the statistics would stay finite with this label. */
    boolean accepts(double[] label) {
        return statistics.accepts(label);
    }

    void update(double[] label) {
        statistics.update(label);
    }

    /** A scaler of as many numbers that has seen nothing. */
    LabelScaler another() {
        return new LabelScaler(statistics.another());
    }

    void set(LabelScaler other) {
        statistics.set(other.statistics);
    }

    void restoreCount(long seen) {
        statistics.restoreCount(seen);
    }
}
