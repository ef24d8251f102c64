package dev.streamgrad.nn;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A constant with the one name that settings, JSON, the state format and the pages all use for it. */
public interface Named {

    /** The name, in lower case with hyphens, such as {@code leaky-relu}. */
    String id();

    /**
     * Finds a constant by its name.
     *
     * @param what what the name stands for, for the error's text, such as {@code activation}
     * @throws IllegalArgumentException if there is no such constant; the message lists those that exist
     */
    static <E extends Named> E parse(E[] constants, String what, String id) {
        for (E constant : constants) {
            if (constant.id().equals(id)) {
                return constant;
            }
        }
        throw new IllegalArgumentException(what + " must be one of "
                + Arrays.stream(constants).map(Named::id).collect(Collectors.joining(", ")) + "; got " + id);
    }
}
