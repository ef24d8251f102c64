package dev.streamgrad.learning;

import java.util.Arrays;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleSupplier;

/**
 * How well a model has predicted samples before it trained on them, since its start and over a window of the last
 * samples, beside two baselines that cost nothing: the majority class (or the running mean), and the last label.
 *
 * <p><b>Bounded memory.</b> The window is kept as sums over {@value #BLOCKS} blocks, so its cost does not grow with its
 * length: a block is a tenth of {@code window}, rounded down, and the figures cover nine full blocks and the one that
 * is being filled. The baselines need two numbers an output. Baselines are prequential too: they are asked before they
 * see the label.
 */
public final class PrequentialMetrics {
    /** How many blocks a window has. */
    public static final int BLOCKS = 10;

    /** The sums that a block holds, by index. */
    private static final int COUNT = 0;

    private static final int LOSS = 1;
    /** Right answers for a classifier, absolute errors for a regression; of the model and of both baselines. */
    static final int MODEL = 2;

    private static final int CONSTANT = 3;
    private static final int LAST = 4;
    /** The log-loss of a classifier, squared errors of a regression. */
    private static final int LOG_LOSS_OR_SQUARES = 5;
    /** Squared errors of the running mean; only a regression uses it. */
    private static final int CONSTANT_SQUARES = 6;

    /** How many sums a block holds. */
    public static final int SUMS = 7;

    private final Task task;
    private final int blockSize;
    private final double[] total;
    private final double[][] blocks;
    /** The block that is being filled, and how many are in use. */
    private int current;

    private int used;
    /** Per output: how often it was the class or at least ½, or its running mean; and the last label. */
    private final double[] constant;

    private final double[] lastLabel;

    PrequentialMetrics(Task task, int outputs, int window) {
        this.task = task;
        this.blockSize = Math.max(1, window / BLOCKS);
        this.total = new double[SUMS];
        this.blocks = new double[BLOCKS][];
        this.blocks[0] = new double[SUMS];
        this.used = 1;
        this.constant = new double[outputs];
        this.lastLabel = new double[outputs];
    }

    /**
     * Scores one prediction without counting it yet.
     *
     * @param loss the model's own loss
     * @param logLoss the log-loss, which only a classifier uses
     * @param scores overwritten with what {@link #add} is to add; {@link #SUMS} long
     * @return whether all of it, and every sum with it, is finite
     */
    boolean score(double[] prediction, double[] label, double loss, double logLoss, double[] scores) {
        boolean first = total[COUNT] == 0.0;
        Arrays.fill(scores, 0.0);
        scores[COUNT] = 1.0;
        scores[LOSS] = loss;
        switch (task) {
            case BINARY -> {
                scores[MODEL] = score(task, prediction, label);
                scores[CONSTANT] = majorityHalvesAre(label) ? 1.0 : 0.0;
                scores[LAST] = !first && sameHalves(lastLabel, label) ? 1.0 : 0.0;
                scores[LOG_LOSS_OR_SQUARES] = logLoss;
            }
            case MULTI_CLASS -> {
                int actual = greatest(label);
                scores[MODEL] = score(task, prediction, label);
                scores[CONSTANT] = greatest(constant) == actual ? 1.0 : 0.0;
                scores[LAST] = !first && greatest(lastLabel) == actual ? 1.0 : 0.0;
                scores[LOG_LOSS_OR_SQUARES] = logLoss;
            }
            case REGRESSION -> {
                scores[MODEL] = score(task, prediction, label);
                for (int i = 0; i < label.length; i++) {
                    double error = prediction[i] - label[i];
                    double constantError = constant[i] - label[i];
                    scores[CONSTANT] += Math.abs(constantError) / label.length;
                    scores[LAST] += Math.abs(lastLabel[i] - label[i]) / label.length;
                    scores[LOG_LOSS_OR_SQUARES] += error * error;
                    scores[CONSTANT_SQUARES] += constantError * constantError;
                }
            }
        }
        for (int i = 0; i < SUMS; i++) {
            if (!Double.isFinite(total[i] + scores[i])) {
                return false;
            }
        }
        return true;
    }

    /**
     * How good one prediction is: 1 if a classifier is right and 0 if it is not, or the absolute error of a regression,
     * its mean over the outputs.
     */
    public static double score(Task task, double[] prediction, double[] label) {
        return switch (task) {
            case BINARY -> sameHalves(prediction, label) ? 1.0 : 0.0;
            case MULTI_CLASS -> greatest(prediction) == greatest(label) ? 1.0 : 0.0;
            case REGRESSION -> {
                double error = 0.0;
                for (int i = 0; i < label.length; i++) {
                    error += Math.abs(prediction[i] - label[i]) / label.length;
                }
                yield error;
            }
        };
    }

    /**
     * Counts a prediction that {@link #score(double[], double[], double, double, double[])} has found finite. Allocates
     * a block for each tenth of the first window.
     */
    void add(double[] label, double[] scores) {
        double[] block = blocks[current];
        if (block[COUNT] >= blockSize) {
            current = (current + 1) % BLOCKS;
            used = Math.max(used, current + 1);
            if (blocks[current] == null) {
                blocks[current] = new double[SUMS];
            } else {
                Arrays.fill(blocks[current], 0.0);
            }
            block = blocks[current];
        }
        for (int i = 0; i < SUMS; i++) {
            block[i] += scores[i];
            total[i] += scores[i];
        }
        switch (task) {
            case BINARY -> {
                for (int i = 0; i < label.length; i++) {
                    constant[i] += label[i] >= 0.5 ? 1.0 : 0.0;
                }
            }
            case MULTI_CLASS -> constant[greatest(label)] += 1.0;
            case REGRESSION -> {
                for (int i = 0; i < label.length; i++) {
                    constant[i] += (label[i] - constant[i]) / total[COUNT];
                }
            }
        }
        System.arraycopy(label, 0, lastLabel, 0, label.length);
    }

    private static boolean sameHalves(double[] a, double[] b) {
        for (int i = 0; i < a.length; i++) {
            if ((a[i] >= 0.5) != (b[i] >= 0.5)) {
                return false;
            }
        }
        return true;
    }

    private boolean majorityHalvesAre(double[] label) {
        for (int i = 0; i < label.length; i++) {
            if ((2.0 * constant[i] > total[COUNT]) != (label[i] >= 0.5)) {
                return false;
            }
        }
        return true;
    }

    private static int greatest(double[] values) {
        int greatest = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[greatest]) {
                greatest = i;
            }
        }
        return greatest;
    }

    /** The figures since the model's start. */
    public Figures sinceStart() {
        return figures(total);
    }

    /** The figures over the window. */
    public Figures window() {
        double[] sums = new double[SUMS];
        for (int b = 0; b < used; b++) {
            for (int i = 0; i < SUMS; i++) {
                sums[i] += blocks[b][i];
            }
        }
        return figures(sums);
    }

    /**
     * What was counted over some samples. Without a sample every mean is NaN.
     *
     * @param samples how many samples
     * @param loss the mean of the model's own loss
     * @param score the share of right answers of a classifier, or the mean absolute error of a regression
     * @param constantScore the same of the majority class, or of the running mean
     * @param lastLabelScore the same of the last label
     * @param logLoss the mean log-loss of a classifier, NaN for a regression
     * @param r2 R² of a regression, {@code 1 − Σ(ŷ−y)² / Σ(ȳ−y)²} with {@code ȳ} the running mean before each sample: 1
     *     is perfect, 0 is no better than the mean; NaN for a classifier
     */
    public record Figures(
            long samples,
            double loss,
            double score,
            double constantScore,
            double lastLabelScore,
            double logLoss,
            double r2) {}

    private Figures figures(double[] sums) {
        double count = sums[COUNT];
        boolean regression = task == Task.REGRESSION;
        return new Figures(
                (long) count,
                sums[LOSS] / count,
                sums[MODEL] / count,
                sums[CONSTANT] / count,
                sums[LAST] / count,
                regression ? Double.NaN : sums[LOG_LOSS_OR_SQUARES] / count,
                regression ? 1.0 - sums[LOG_LOSS_OR_SQUARES] / sums[CONSTANT_SQUARES] : Double.NaN);
    }

    /** How many numbers {@link #write} hands out: they are the whole state. */
    public int size() {
        return 2 + SUMS * (1 + used) + 2 * constant.length;
    }

    /** The greatest {@link #size} with this many outputs. */
    public static long largest(int outputs) {
        return 2 + SUMS * (1L + BLOCKS) + 2L * outputs;
    }

    /** Hands the whole state out as numbers: {@link #restore} takes them back. */
    public void write(DoubleConsumer to) {
        to.accept(current);
        to.accept(used);
        accept(total, to);
        for (int b = 0; b < used; b++) {
            accept(blocks[b], to);
        }
        accept(constant, to);
        accept(lastLabel, to);
    }

    /** Takes a state as {@link #write} handed it out. */
    public void restore(DoubleSupplier from) {
        current = (int) from.getAsDouble();
        used = (int) from.getAsDouble();
        if (used < 1 || used > BLOCKS || current < 0 || current >= used) {
            throw new IllegalArgumentException("metrics must use 1 to " + BLOCKS
                    + " blocks, the current one among them; got " + used + " and " + current);
        }
        fill(total, from);
        for (int b = 0; b < used; b++) {
            if (blocks[b] == null) {
                blocks[b] = new double[SUMS];
            }
            fill(blocks[b], from);
        }
        fill(constant, from);
        fill(lastLabel, from);
    }

    private static void accept(double[] values, DoubleConsumer to) {
        for (double value : values) {
            to.accept(value);
        }
    }

    private static void fill(double[] values, DoubleSupplier from) {
        for (int i = 0; i < values.length; i++) {
            values[i] = from.getAsDouble();
        }
    }
}
