package dev.streamgrad.learning;

import dev.streamgrad.nn.Named;

/**
 * In what units a regression's network sees its labels. Predictions and metrics are in the labels' own, whichever it
 * is.
 *
 * <p>The weights of a network begin near 0, and its learning rate suits numbers around 1. To reach labels around 1,000
 * takes thousands of steps, or a rate under which a label of 1,000 throws the weights off.
 */
public enum LabelScaling implements Named {
    /** The labels' own. */
    NONE("none"),
    /**
     * Deviations from the mean, by the running mean and deviation of the model's labels, as
     * {@link FeatureScaling#RUNNING} has it for features; see {@link LabelScaler}.
     */
    RUNNING("running");

    private final String id;

    LabelScaling(String id) {
        this.id = id;
    }

    /**
     * The scaling with this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static LabelScaling of(String id) {
        return Named.parse(values(), "label.scaling", id);
    }

    @Override
    public String id() {
        return id;
    }
}
