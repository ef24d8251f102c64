package dev.streamgrad.learning;

import dev.streamgrad.nn.Named;

/** What happens to features before the network sees them. */
public enum FeatureScaling implements Named {
    /** Nothing. */
    NONE("none"),
    /** {@code (x − mean) / deviation}, with the mean and deviation of the model's samples so far. */
    STANDARD("standard");

    private final String id;

    FeatureScaling(String id) {
        this.id = id;
    }

    /**
     * The scaling with this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static FeatureScaling of(String id) {
        return Named.parse(values(), "features.scaling", id);
    }

    @Override
    public String id() {
        return id;
    }
}
