package dev.streamgrad.learning;

import dev.streamgrad.encoding.Label;
import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.encoding.Missing;
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
 * @param mapping how records become features and label; null if they are samples in the form of arrays
 * @param labelScaling in what units the network sees labels
 * @param origin where version 0 comes from
 */
public record Birth(
        Architecture architecture,
        Loss loss,
        OptimizerKind optimizer,
        FeatureScaling scaling,
        @Nullable Mapping mapping,
        LabelScaling labelScaling,
        Origin origin) {
    /** How far the probabilities of a label may be from adding up to 1. */
    private static final double DISTRIBUTION_TOLERANCE = 1e-6;

    /**
     * Checks that the loss and the scaling of labels fit the output, and the mapping the ends of the network.
     *
     * @throws IllegalArgumentException naming the setting, its rule, the value and, where it is not plain, the remedy
     */
    public Birth {
        loss.requireOutput(architecture.output());
        if (mapping != null) {
            requireFit(mapping, architecture, scaling);
        }
        if (labelScaling != LabelScaling.NONE && architecture.output() != Activation.IDENTITY) {
            throw new IllegalArgumentException("label.scaling " + labelScaling.id()
                    + " needs the output activation identity, because any other bounds what is to be scaled back; got "
                    + architecture.output().id()
                    + "; set output.activation=identity to learn numbers, or label.scaling=none to learn classes");
        }
    }

    private static void requireFit(Mapping mapping, Architecture architecture, FeatureScaling scaling) {
        if (mapping.inputs() != architecture.inputs()) {
            throw new IllegalArgumentException("layers must start with " + mapping.inputs()
                    + ", the inputs that features have; got " + architecture.inputs()
                    + "; write * for it, as in layers=*,16,*");
        }
        Label label = mapping.label();
        Activation output = architecture.output();
        boolean softmax = output == Activation.SOFTMAX;
        if (label.isClass() && !softmax && output != Activation.SIGMOID) {
            throw new IllegalArgumentException(
                    "output.activation must be softmax or sigmoid where the label is a class;" + " got " + output.id());
        }
        if (label.isClass() && !softmax && label.count() != 2) {
            throw new IllegalArgumentException(
                    "output.activation must be softmax for " + label.count() + " classes; got " + output.id());
        }
        if (label.isClass() && architecture.outputs() != (softmax ? label.count() : 1)) {
            throw new IllegalArgumentException("layers must end with " + (softmax ? label.count() : 1) + " for "
                    + label.count() + " classes and " + output.id() + "; got " + architecture.outputs()
                    + "; write * for it");
        }
        if (mapping.missing() == Missing.MEAN && scaling == FeatureScaling.NONE) {
            throw new IllegalArgumentException(
                    "missing must not be mean without features.scaling, which knows the mean;"
                            + " got features.scaling=none; set features.scaling=running");
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

    /** Whether a quantity may be missing, so that each has a number of samples of its own. */
    public boolean hasGaps() {
        return scales() && mapping != null && mapping.mayHaveGaps();
    }

    /** Whether the model learns words as they come. */
    public boolean hasVocabulary() {
        return mapping != null && !mapping.dictionaries().isEmpty();
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
