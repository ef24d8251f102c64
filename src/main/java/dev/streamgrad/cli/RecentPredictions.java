package dev.streamgrad.cli;

import dev.streamgrad.learning.Task;
import dev.streamgrad.records.Prediction;
import java.util.List;

/** Loss and score of the last predictions, as a consumer of the predictions topic can compute them. */
final class RecentPredictions {
    private final Task task;
    private final double[] losses;
    private final double[] right;
    private final double[] squaredErrors;
    private final double[] labels;
    private long count;

    RecentPredictions(Task task, int size) {
        this.task = task;
        this.losses = new double[size];
        this.right = new double[size];
        this.squaredErrors = new double[size];
        this.labels = new double[size];
    }

    /** Takes a prediction that has a label. */
    void add(Prediction prediction, List<Double> label, double loss) {
        int at = (int) (count++ % losses.length);
        losses[at] = loss;
        right[at] = isRight(prediction.prediction(), label) ? 1.0 : 0.0;
        double error = prediction.prediction().get(0) - label.get(0);
        squaredErrors[at] = error * error;
        labels[at] = label.get(0);
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

    private static int greatest(List<Double> values) {
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
        double mean = mean(labels, n);
        double variance = 0.0;
        int used = used(n);
        for (int i = 0; i < used; i++) {
            double distance = labels[index(i)] - mean;
            variance += distance * distance;
        }
        return 1.0 - mean(squaredErrors, n) * used / variance;
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
