package dev.streamgrad.learning;

import dev.streamgrad.json.ShortestDecimal;
import dev.streamgrad.nn.LearningRateSchedule;
import dev.streamgrad.nn.Optimizer;

/**
 * How a model learns. Unlike its {@link Birth}, none of it has a say in what shape the weights have, so it is part of
 * the model's state: it could change while the model lives.
 *
 * @param optimizer with its base learning rate and its other numbers
 * @param schedule the learning rate by step
 * @param batchSize samples per optimizer step, at least 1
 * @param trainEvery of how many samples one is trained on, at least 1
 * @param clipGradientNorm the greatest norm of a step's gradient; 0 is no limit
 * @param onDivergence what to do with a step that would not be finite
 * @param restoreAfter non-finite steps in a row until {@link OnDivergence#RESTORE} acts, at least 1
 * @param snapshotEvery optimizer steps between two snapshots, at least 1
 * @param metricsWindow samples in the metrics' window, at least {@value PrequentialMetrics#BLOCKS}
 * @param maxRecordBytes the largest record that it takes, key and value together, at least 1
 * @param drift how its errors are watched, and what a drift does
 */
public record Hyperparameters(
        Optimizer optimizer,
        LearningRateSchedule schedule,
        int batchSize,
        int trainEvery,
        double clipGradientNorm,
        OnDivergence onDivergence,
        int restoreAfter,
        long snapshotEvery,
        int metricsWindow,
        int maxRecordBytes,
        DriftPolicy drift) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming the setting, its rule and the value
     */
    public Hyperparameters {
        if (!(clipGradientNorm >= 0.0) || !Double.isFinite(clipGradientNorm)) {
            throw new IllegalArgumentException(
                    "clip.gradient.norm must be a finite number of at least 0 (0 is no limit); got "
                            + ShortestDecimal.text(clipGradientNorm));
        }
        requireAtLeast("batch.size", 1, batchSize);
        requireAtLeast(SpecSettings.TRAIN_EVERY, 1, trainEvery);
        requireAtLeast("divergence.restore.after", 1, restoreAfter);
        requireAtLeast("snapshot.every", 1, snapshotEvery);
        requireAtLeast("metrics.window", PrequentialMetrics.BLOCKS, metricsWindow);
        requireAtLeast("max.record.bytes", 1, maxRecordBytes);
    }

    private static void requireAtLeast(String field, long least, long value) {
        if (value < least) {
            throw new IllegalArgumentException(field + " must be at least " + least + "; got " + value);
        }
    }
}
