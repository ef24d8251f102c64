package dev.streamgrad.learning;

import dev.streamgrad.nn.TrainingState;
import org.jspecify.annotations.Nullable;

/** What {@link OnDivergence#RESTORE} goes back to: everything that a step changes, as it was at the last snapshot. */
final class Checkpoint {
    private final TrainingState state;
    private final @Nullable FeatureScaler scaler;
    private long optimizerSteps;

    /** A checkpoint in the shape of these, which are copied. */
    Checkpoint(TrainingState state, @Nullable FeatureScaler scaler) {
        this.state = state.copy();
        this.scaler = scaler == null ? null : scaler.another();
    }

    TrainingState state() {
        return state;
    }

    @Nullable
    FeatureScaler scaler() {
        return scaler;
    }

    long optimizerSteps() {
        return optimizerSteps;
    }

    void setOptimizerSteps(long steps) {
        optimizerSteps = steps;
    }

    /** Takes over what a model is now. */
    void save(TrainingState current, @Nullable FeatureScaler currentScaler, long steps) {
        state.set(current);
        if (scaler != null && currentScaler != null) {
            scaler.set(currentScaler);
        }
        optimizerSteps = steps;
    }
}
