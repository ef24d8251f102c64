package dev.streamgrad.travel;

import java.util.Arrays;

/** How well a model predicted, sample by sample: means of all and of the last, and the loss over time in columns. */
public final class Course {
    /** So many samples are the last ones. */
    public static final int RECENT = 1_000;
    /** At most twice as many columns are held as are wanted; then two become one. */
    private static final int MOST_COLUMNS = 128;

    private long samples;
    private double loss;
    private double score;
    private final double[] recentLoss = new double[RECENT];
    private final double[] recentScore = new double[RECENT];
    private final double[] columns = new double[MOST_COLUMNS];
    private final long[] counts = new long[MOST_COLUMNS];
    private long samplesPerColumn = 1;

    Course() {}

    /**
     * Adds a sample.
     *
     * @param place how many samples there were before it, those that could not be scored among them
     */
    void add(long place, double lossOfIt, double scoreOfIt) {
        int recent = (int) (samples % RECENT);
        recentLoss[recent] = lossOfIt;
        recentScore[recent] = scoreOfIt;
        samples++;
        loss += lossOfIt;
        score += scoreOfIt;
        while (place / samplesPerColumn >= MOST_COLUMNS) {
            for (int i = 0; i < MOST_COLUMNS; i++) {
                boolean kept = i < MOST_COLUMNS / 2;
                columns[i] = kept ? columns[2 * i] + columns[2 * i + 1] : 0.0;
                counts[i] = kept ? counts[2 * i] + counts[2 * i + 1] : 0;
            }
            samplesPerColumn *= 2;
        }
        int column = (int) (place / samplesPerColumn);
        columns[column] += lossOfIt;
        counts[column]++;
    }

    /** How many samples were scored. */
    public long samples() {
        return samples;
    }

    /** The mean loss; NaN of no sample. */
    public double loss() {
        return loss / samples;
    }

    /** The share of right predictions, or the mean absolute error of a regression; NaN of no sample. */
    public double score() {
        return score / samples;
    }

    /** The mean loss of the last {@link #RECENT} samples. */
    public double recentLoss() {
        return recent(recentLoss);
    }

    /** The same of {@link #score}. */
    public double recentScore() {
        return recent(recentScore);
    }

    private double recent(double[] values) {
        int used = (int) Math.min(samples, RECENT);
        return Arrays.stream(values, 0, used).sum() / used;
    }

    /** How many samples a column of {@link #losses} is of. */
    public long samplesPerColumn() {
        return samplesPerColumn;
    }

    /** The mean loss in each column, the oldest first; NaN where no sample was scored. */
    public double[] losses() {
        int used = MOST_COLUMNS;
        while (used > 0 && counts[used - 1] == 0) {
            used--;
        }
        double[] means = new double[used];
        for (int i = 0; i < used; i++) {
            means[i] = columns[i] / counts[i];
        }
        return means;
    }
}
