package dev.streamgrad.encoding;

import dev.streamgrad.nn.Named;

/** What a feature does that is missing, null, blank or of a type that its own cannot take. */
public enum Missing implements Named {
    /** The record cannot be used. */
    DEAD_LETTER("dead-letter"),
    /** The feature's inputs are 0; a quantity that is scaled is a 0 like any other, and counts in its mean. */
    ZERO("zero"),
    /** A number is the mean of those that were there; the inputs of any other feature are 0. Needs scaling. */
    MEAN("mean");

    private final String id;

    Missing(String id) {
        this.id = id;
    }

    @Override
    public String id() {
        return id;
    }
}
