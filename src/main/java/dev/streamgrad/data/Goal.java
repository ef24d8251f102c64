package dev.streamgrad.data;

/**
 * What a model with a dataset's own settings reaches, prequentially over the last {@value #WINDOW} samples.
 *
 * @param score at least this share of right answers; for a regression, at least this R²
 * @param from not asked before so many samples, because the dataset has yet to change
 * @param within reached after at most so many samples
 */
public record Goal(double score, long from, long within) {
    /** How many samples the score is taken over. */
    public static final int WINDOW = 1000;
}
