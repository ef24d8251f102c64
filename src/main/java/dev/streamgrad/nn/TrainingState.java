package dev.streamgrad.nn;

import java.util.ArrayList;
import java.util.List;

/**
 * What an optimizer's step changes: the parameters and the optimizer's own memory of each of them.
 *
 * <p>A step reads one state and writes another, so it is atomic: the new state is used only if all of it is finite. The
 * two then swap roles, and no number is copied.
 *
 * @param parameters the weights and biases
 * @param slots the optimizer's memory, {@link Optimizer#slots} of the same shape
 */
public record TrainingState(Parameters parameters, List<Parameters> slots) {

    /** Copies the list, not the numbers. */
    public TrainingState {
        slots = List.copyOf(slots);
    }

    /**
     * Zeros in the shape of {@code architecture}.
     *
     * @param slots how many numbers the optimizer remembers for each parameter, {@link Optimizer#slots}
     */
    public static TrainingState zeros(Architecture architecture, int slots) {
        List<Parameters> memory = new ArrayList<>(slots);
        for (int s = 0; s < slots; s++) {
            memory.add(Parameters.zeros(architecture));
        }
        return new TrainingState(Parameters.zeros(architecture), memory);
    }

    /** Takes over the numbers of {@code other}, which has the same shape. */
    public void set(TrainingState other) {
        parameters.set(other.parameters);
        for (int s = 0; s < slots.size(); s++) {
            slots.get(s).set(other.slots.get(s));
        }
    }

    /** A deep copy. */
    public TrainingState copy() {
        return new TrainingState(
                parameters.copy(), slots.stream().map(Parameters::copy).toList());
    }
}
