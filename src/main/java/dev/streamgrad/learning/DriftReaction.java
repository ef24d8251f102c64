package dev.streamgrad.learning;

import dev.streamgrad.nn.Named;

/**
 * What a drift for the worse does to a model, after the sample that shows it. One for the better does nothing: learning
 * is such a change itself. Nor does any to a frozen model.
 */
public enum DriftReaction implements Named {
    /** It is told, and the model goes on as it does. */
    ALERT("alert"),
    /** The learning rate is multiplied for some steps. */
    BOOST("boost"),
    /**
     * The model begins anew: weights as at version 0, an empty optimizer's memory, the schedule from its first step.
     * What it knows of features, labels and words stays, and so do its metrics.
     */
    RESET("reset");

    private final String id;

    DriftReaction(String id) {
        this.id = id;
    }

    /**
     * The reaction with this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static DriftReaction of(String id) {
        return Named.parse(values(), "drift.reaction", id);
    }

    @Override
    public String id() {
        return id;
    }
}
