package dev.streamgrad.learning;

import dev.streamgrad.nn.Named;

/** What to do with a step that would not be finite. It is never applied, whatever is chosen here. */
public enum OnDivergence implements Named {
    /** The sample is refused and the model stays as it was. */
    SKIP("skip"),
    /**
     * As skip; after several in a row the model goes back to its state at the last snapshot, at half the learning rate.
     */
    RESTORE("restore"),
    /** The application stops. */
    STOP("stop");

    private final String id;

    OnDivergence(String id) {
        this.id = id;
    }

    /**
     * The policy with this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static OnDivergence of(String id) {
        return Named.parse(values(), "on.divergence", id);
    }

    @Override
    public String id() {
        return id;
    }
}
