package dev.streamgrad.learning;

import dev.streamgrad.json.ShortestDecimal;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.Architecture;
import dev.streamgrad.nn.Loss;
import org.jspecify.annotations.Nullable;

/**
 * What a model is born with and keeps for life: its shape, what it minimises, and where its first weights come from.
 * What may change while it lives is in {@link Hyperparameters}.
 *
 * @param architecture layer sizes and activations
 * @param loss what is minimised
 * @param optimizer which optimizer; it decides what the model has to remember
 * @param scaling what happens to features first
 * @param labelScaling in what units the network sees labels
 * @param origin where version 0 comes from
 */
public record Birth(
        Architecture architecture,
        Loss loss,
        OptimizerKind optimizer,
        FeatureScaling scaling,
        LabelScaling labelScaling,
        Origin origin) {
    /** How far the probabilities of a label may be from adding up to 1. */
    private static final double DISTRIBUTION_TOLERANCE = 1e-6;

    /**
     * Checks that the loss and the scaling of labels fit the output.
     *
     * @throws IllegalArgumentException naming the setting, its rule, the value and, where it is not plain, the remedy
     */
    public Birth {
        loss.requireOutput(architecture.output());
        if (labelScaling != LabelScaling.NONE && architecture.output() != Activation.IDENTITY) {
            throw new IllegalArgumentException("label.scaling " + labelScaling.id()
                    + " needs the output activation identity, because any other bounds what is to be scaled back; got "
                    + architecture.output().id()
                    + "; set output.activation=identity to learn numbers, or label.scaling=none to learn classes");
        }
    }

    /** What kind of answer the model gives. */
    public Task task() {
        return Task.of(architecture.output());
    }

    /** Whether features are standardised, so that the model keeps their statistics. */
    public boolean scales() {
        return scaling != FeatureScaling.NONE;
    }

    /** Whether labels are standardised, so that the model keeps their statistics. */
    public boolean scalesLabels() {
        return labelScaling != LabelScaling.NONE;
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
                return "label[" + i + "] must be from " + ShortestDecimal.text(output.lowest()) + " to "
                        + ShortestDecimal.text(output.highest()) + ", which is all that a " + output.id()
                        + " output can reach; got " + ShortestDecimal.text(label[i])
                        + "; rescale the label or set output.activation=identity";
            }
            sum += label[i];
        }
        if (loss == Loss.CROSS_ENTROPY && Math.abs(sum - 1.0) > DISTRIBUTION_TOLERANCE) {
            return "label must add up to 1, one probability for each class; got a sum of "
                    + ShortestDecimal.text(sum)
                    + "; send the class index or a one-hot vector";
        }
        return null;
    }
}
