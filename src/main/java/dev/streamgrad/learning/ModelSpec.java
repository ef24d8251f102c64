package dev.streamgrad.learning;

import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.Architecture;
import dev.streamgrad.nn.Initializer;
import dev.streamgrad.nn.LearningRateSchedule;
import dev.streamgrad.nn.Loss;
import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.nn.Optimizer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that decides, together with its samples in order, what a model becomes. A model keeps the spec it was
 * created with, so that its weights stay a function of the log.
 *
 * @param architecture layer sizes and activations
 * @param loss what is minimised
 * @param optimizer how, with its base learning rate
 * @param schedule the learning rate by step
 * @param initializer where version 0 comes from
 * @param seed the initializer's seed, from 0 to 2³² − 1
 * @param batchSize samples per optimizer step, at least 1
 * @param clipGradientNorm the greatest norm of a step's gradient; 0 is no limit
 * @param scaling what happens to features first
 * @param onDivergence what to do with a step that would not be finite
 * @param restoreAfter non-finite steps in a row until {@link OnDivergence#RESTORE} acts, at least 1
 * @param snapshotEvery optimizer steps between two snapshots, at least 1
 * @param metricsWindow samples in the metrics' window, at least {@value PrequentialMetrics#BLOCKS}
 */
public record ModelSpec(
        Architecture architecture,
        Loss loss,
        Optimizer optimizer,
        LearningRateSchedule schedule,
        Initializer initializer,
        long seed,
        int batchSize,
        double clipGradientNorm,
        FeatureScaling scaling,
        OnDivergence onDivergence,
        int restoreAfter,
        long snapshotEvery,
        int metricsWindow) {

    /** How far the probabilities of a label may be from adding up to 1. */
    private static final double DISTRIBUTION_TOLERANCE = 1e-6;

    /**
     * Checks the ranges and that the loss fits the output.
     *
     * @throws IllegalArgumentException naming the setting, its rule, the value and, where it is not plain, the remedy
     */
    public ModelSpec {
        loss.requireOutput(architecture.output());
        if (seed < 0 || seed > NumpyRandom.MAX_SEED) {
            throw new IllegalArgumentException("seed must be from 0 to " + NumpyRandom.MAX_SEED + "; got " + seed);
        }
        if (!(clipGradientNorm >= 0.0) || !Double.isFinite(clipGradientNorm)) {
            throw new IllegalArgumentException(
                    "clip.gradient.norm must be a finite number of at least 0 (0 is no limit); got "
                            + clipGradientNorm);
        }
        requireAtLeast("batch.size", 1, batchSize);
        requireAtLeast("divergence.restore.after", 1, restoreAfter);
        requireAtLeast("snapshot.every", 1, snapshotEvery);
        requireAtLeast("metrics.window", PrequentialMetrics.BLOCKS, metricsWindow);
    }

    private static void requireAtLeast(String field, long least, long value) {
        if (value < least) {
            throw new IllegalArgumentException(field + " must be at least " + least + "; got " + value);
        }
    }

    /**
     * The class's first model, what every setting is by default: 2-4-1, sigmoid, mean squared error, plain SGD, seed
     * 42.
     */
    public static ModelSpec xor() {
        return SpecSettings.parse(Map.of());
    }

    /** This spec with one setting changed, by its name in {@link SpecSettings}. */
    public ModelSpec with(String setting, String value) {
        Map<String, String> settings = new LinkedHashMap<>(SpecSettings.format(this));
        settings.put(setting, value);
        return SpecSettings.parse(settings);
    }

    /** What kind of answer the model gives. */
    public Task task() {
        return Task.of(architecture.output());
    }

    /**
     * Says what is wrong with a label, or null if the loss and the output allow it.
     *
     * @param label finite numbers, as many as there are outputs
     */
    public @Nullable String faultOf(double[] label) {
        Activation output = architecture.output();
        double sum = 0.0;
        for (int i = 0; i < label.length; i++) {
            if (label[i] < output.lowest() || label[i] > output.highest()) {
                return "label[" + i + "] must be from " + output.lowest() + " to " + output.highest()
                        + ", which is all that a " + output.id() + " output can reach; got " + label[i]
                        + "; rescale the label or set output.activation=identity";
            }
            sum += label[i];
        }
        if (loss == Loss.CROSS_ENTROPY && Math.abs(sum - 1.0) > DISTRIBUTION_TOLERANCE) {
            return "label must add up to 1, one probability for each class; got a sum of " + sum
                    + "; send the class index or a one-hot vector";
        }
        return null;
    }
}
