package dev.streamgrad.learning;

import java.util.List;

/**
 * What a person watches of a model, taken right after one of its steps.
 *
 * @param version the version after the step
 * @param learningRate the learning rate of the next step
 * @param gradientNorm the norm of the step's gradient, before clipping
 * @param window the prequential figures over the window
 * @param driftWindow how many of the last errors its detector of drift remembers; {@link #UNWATCHED} without one
 * @param layers from the first after the features to the outputs
 */
public record Observation(
        long version,
        double learningRate,
        double gradientNorm,
        PrequentialMetrics.Figures window,
        long driftWindow,
        List<OfLayer> layers) {
    /** What {@link #driftWindow} is where nothing watches for drift. */
    public static final long UNWATCHED = -1;

    /** Copies the list. */
    public Observation {
        layers = List.copyOf(layers);
    }

    /**
     * One layer.
     *
     * @param updateRatio how much the step changed the layer's parameters, {@code |Δw| / |w|}: about 10⁻³ is usual; NaN
     *     if they were all zeros
     * @param deadUnits the share of units whose derivative was 0 for the step's last sample
     * @param saturatedUnits the share of units within 1 % of a bound of a bounded activation
     */
    public record OfLayer(double updateRatio, double deadUnits, double saturatedUnits) {}
}
