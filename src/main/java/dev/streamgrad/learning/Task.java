package dev.streamgrad.learning;

import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.Named;

/**
 * What kind of answer a model gives, which decides the metrics beside the loss. It follows from the output's
 * activation.
 */
public enum Task implements Named {
    /** Each sigmoid output says yes (at least ½) or no; a sample is right if all of them are. */
    BINARY("binary"),
    /** The greatest softmax output is the class. */
    MULTI_CLASS("multi-class"),
    /** Outputs are numbers. */
    REGRESSION("regression");

    private final String id;

    Task(String id) {
        this.id = id;
    }

    @Override
    public String id() {
        return id;
    }

    static Task of(Activation output) {
        return switch (output) {
            case SIGMOID -> BINARY;
            case SOFTMAX -> MULTI_CLASS;
            default -> REGRESSION;
        };
    }
}
