package dev.streamgrad.nn;

import java.util.Map;

/**
 * How a gradient changes the parameters. Each implementation follows PyTorch's definition, decay and bias corrections
 * included.
 */
public interface Optimizer {

    /** The name, as the setting {@code optimizer} has it. */
    String id();

    /** Its own numbers by the names of their settings, in a fixed order, the learning rate among them. */
    Map<String, Double> settings();

    /** The learning rate η before any {@link LearningRateSchedule}. */
    double learningRate();

    /** How many numbers the optimizer remembers for each parameter. */
    int slots();

    /**
     * Takes one step: reads {@code current}, writes {@code next}. Allocates nothing.
     *
     * @param gradient the gradient, or the sum of a mini-batch's
     * @param scale what the gradient is multiplied by first: one over the batch's size, times what clipping leaves
     * @param learningRate η of this step
     * @param step the number of this step, from 1
     * @param next overwritten completely
     * @return whether everything written is finite; if not, {@code next} is to be thrown away
     */
    boolean step(
            TrainingState current, Gradient gradient, double scale, double learningRate, long step, TrainingState next);
}
