package dev.streamgrad.cli;

import dev.streamgrad.learning.Task;
import dev.streamgrad.records.Prediction;
import java.util.Arrays;
import java.util.List;

/** Loss and score of the last predictions, as a consumer of the predictions topic can compute them. */
final class RecentPredictions {
    /** A regression whose squared error is a hundred times the variance of the labels. */
    private static final double WORST_R_SQUARED = -99.0;
    /** A classifier that gives the right class a probability of e^-100. */
    private static final double WORST_LOSS = 100.0;

    private final Task task;
    private final double[] losses;
    private final double[] right;
    private final double[] squaredErrors;
    private final double[] labels;
    /** Whether the majority class so far, and the last label, were right; asked before they see the label. */
    private final double[] majorityRight;

    private final double[] lastRight;
    private final double[] lastSquaredErrors;
    /** Per output, how often it was the class, or at least ½. */
    private double[] classes = new double[0];

    private List<Double> lastLabel = List.of();
    private long count;

    RecentPredictions(Task task, int size) {
        this.task = task;
        this.losses = new double[size];
        this.right = new double[size];
        this.squaredErrors = new double[size];
        this.labels = new double[size];
        this.majorityRight = new double[size];
        this.lastRight = new double[size];
        this.lastSquaredErrors = new double[size];
    }

    /** Takes a prediction that has a label. */
    void add(Prediction prediction, List<Double> label, double loss) {
        int at = (int) (count++ % losses.length);
        losses[at] = loss;
        right[at] = isRight(prediction.prediction(), label) ? 1.0 : 0.0;
        double error = prediction.prediction().get(0) - label.get(0);
        squaredErrors[at] = error * error;
        labels[at] = label.get(0);
        addBaselines(at, label);
    }

    private void addBaselines(int at, List<Double> label) {
        if (lastLabel.isEmpty()) {
            classes = new double[label.size()];
            lastRight[at] = 0.0;
            lastSquaredErrors[at] = label.get(0) * label.get(0);
        } else {
            lastRight[at] = isRight(lastLabel, label) ? 1.0 : 0.0;
            double error = lastLabel.get(0) - label.get(0);
            lastSquaredErrors[at] = error * error;
        }
        majorityRight[at] = isRight(majority(), label) ? 1.0 : 0.0;
        for (int i = 0; i < classes.length; i++) {
            classes[i] +=
                    task == Task.MULTI_CLASS ? (i == greatest(label) ? 1.0 : 0.0) : label.get(i) >= 0.5 ? 1.0 : 0.0;
        }
        lastLabel = label;
    }

    private List<Double> majority() {
        // This sample is counted already, but its label not yet.
        return Arrays.stream(classes)
                .mapToObj(often -> task == Task.MULTI_CLASS ? often : 2.0 * often > count - 1 ? 1.0 : 0.0)
                .toList();
    }

    private boolean isRight(List<Double> prediction, List<Double> label) {
        if (task == Task.MULTI_CLASS) {
            return greatest(prediction) == greatest(label);
        }
        for (int i = 0; i < label.size(); i++) {
            if ((prediction.get(i) >= 0.5) != (label.get(i) >= 0.5)) {
                return false;
            }
        }
        return true;
    }

    /** The place of the greatest, the first of equal ones. */
    static int greatest(List<Double> values) {
        int greatest = 0;
        for (int i = 1; i < values.size(); i++) {
            if (values.get(i) > values.get(greatest)) {
                greatest = i;
            }
        }
        return greatest;
    }

    /** How many predictions have been added. */
    long count() {
        return count;
    }

    /** Whether there have been as many as the window is long. */
    boolean isFull() {
        return count >= losses.length;
    }

    /** The mean loss over the last {@code n} of the window. */
    double loss(int n) {
        return mean(losses, n);
    }

    /** The share of right answers over the last {@code n}, or R² of a regression's first output. */
    double score(int n) {
        if (task != Task.REGRESSION) {
            return mean(right, n);
        }
        return rSquared(squaredErrors, n);
    }

    /**
     * What costs nothing to reach, in the unit of {@link #score}: by answering the majority class so far or the last
     * label, whichever is better; for a regression the mean, whose R² is 0, or the last label.
     */
    double baseline(int n) {
        return task == Task.REGRESSION
                ? Math.max(0.0, rSquared(lastSquaredErrors, n))
                : Math.max(mean(majorityRight, n), mean(lastRight, n));
    }

    /** Whether it is worse than useless by so much that its weights must be running away. */
    boolean isDiverging(int n) {
        return task == Task.REGRESSION ? !(score(n) > WORST_R_SQUARED) : !(loss(n) < WORST_LOSS);
    }

    private double rSquared(double[] squares, int n) {
        double mean = mean(labels, n);
        double variance = 0.0;
        int used = used(n);
        for (int i = 0; i < used; i++) {
            double distance = labels[index(i)] - mean;
            variance += distance * distance;
        }
        return 1.0 - mean(squares, n) * used / variance;
    }

    private double mean(double[] values, int n) {
        int used = used(n);
        double sum = 0.0;
        for (int i = 0; i < used; i++) {
            sum += values[index(i)];
        }
        return sum / used;
    }

    private int used(int n) {
        return (int) Math.min(Math.min(n, losses.length), count);
    }

    /** The place of the {@code i}-th last. */
    private int index(int i) {
        return (int) ((count - 1 - i) % losses.length);
    }
}
