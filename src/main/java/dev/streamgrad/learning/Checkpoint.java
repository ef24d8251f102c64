package dev.streamgrad.learning;

import dev.streamgrad.nn.TrainingState;
import org.jspecify.annotations.Nullable;

/** What {@link OnDivergence#RESTORE} goes back to: everything that a step changes, as it was at the last snapshot. */
final class Checkpoint {
    private final TrainingState state;
    private final @Nullable FeatureScaler scaler;
    private final @Nullable LabelScaler labelScaler;
    private long optimizerSteps;

    /** A checkpoint in the shape of these, which are copied. */
    Checkpoint(TrainingState state, @Nullable FeatureScaler scaler, @Nullable LabelScaler labelScaler) {
        this.state = state.copy();
        this.scaler = scaler == null ? null : scaler.another();
        this.labelScaler = labelScaler == null ? null : labelScaler.another();
    }

    TrainingState state() {
        return state;
    }

    @Nullable
    FeatureScaler scaler() {
        return scaler;
    }

    @Nullable
    LabelScaler labelScaler() {
        return labelScaler;
    }

    long optimizerSteps() {
        return optimizerSteps;
    }

    void setOptimizerSteps(long steps) {
        optimizerSteps = steps;
    }

    /** Takes over what a model is now. */
    void save(Model model) {
        state.set(model.state);
        FeatureScaler current = model.scaler();
        if (scaler != null && current != null) {
            scaler.set(current);
        }
        LabelScaler currentOfLabels = model.labelScaler();
        if (labelScaler != null && currentOfLabels != null) {
            labelScaler.set(currentOfLabels);
        }
        optimizerSteps = model.optimizerSteps;
    }

    /** Gives a model back what it was. */
    void restore(Model model) {
        model.state.set(state);
        FeatureScaler current = model.scaler();
        if (scaler != null && current != null) {
            current.set(scaler);
        }
        LabelScaler currentOfLabels = model.labelScaler();
        if (labelScaler != null && currentOfLabels != null) {
            currentOfLabels.set(labelScaler);
        }
        model.optimizerSteps = optimizerSteps;
    }
}
