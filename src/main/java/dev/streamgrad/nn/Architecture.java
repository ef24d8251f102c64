package dev.streamgrad.nn;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The shape of a multilayer perceptron: how wide each layer is and which function it applies.
 *
 * @param sizes the width of every layer from the features to the outputs, such as 2, 4, 1
 * @param activations the activation of every layer after the first, so one fewer than {@code sizes}
 */
public record Architecture(List<Integer> sizes, List<Activation> activations) {

    /**
     * Checks the shape.
     *
     * @throws IllegalArgumentException if there are fewer than two sizes, a size under 1, not one activation per layer,
     *     or a softmax before the last layer
     */
    public Architecture {
        sizes = List.copyOf(sizes);
        activations = List.copyOf(activations);
        if (sizes.size() < 2) {
            throw new IllegalArgumentException(
                    "layers must have at least two sizes, features and outputs; got " + sizes + "; try 2,4,1");
        }
        if (sizes.stream().anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException("every size in layers must be at least 1; got " + sizes);
        }
        if (activations.size() != sizes.size() - 1) {
            throw new IllegalArgumentException("there must be one activation per layer after the first ("
                    + (sizes.size() - 1) + "); got " + activations.size());
        }
        if (activations.subList(0, activations.size() - 1).contains(Activation.SOFTMAX)) {
            throw new IllegalArgumentException(
                    "softmax belongs on the output layer only; choose another hidden.activation");
        }
        long parameters = 0;
        for (int i = 1; i < sizes.size(); i++) {
            parameters += (sizes.get(i - 1) + 1L) * sizes.get(i);
        }
        if (parameters > Integer.MAX_VALUE / Double.BYTES) {
            throw new IllegalArgumentException("layers must have at most " + Integer.MAX_VALUE / Double.BYTES
                    + " parameters, so that a model's state fits one array; got " + parameters);
        }
    }

    /** The number of layers that have parameters. */
    public int depth() {
        return activations.size();
    }

    /** The number of features. */
    public int inputs() {
        return sizes.get(0);
    }

    /** The number of outputs. */
    public int outputs() {
        return sizes.get(sizes.size() - 1);
    }

    /** The activation of the last layer. */
    public Activation output() {
        return activations.get(activations.size() - 1);
    }

    /** How many weights and biases there are in all. */
    public int parameters() {
        int count = 0;
        for (int i = 1; i < sizes.size(); i++) {
            count += (sizes.get(i - 1) + 1) * sizes.get(i);
        }
        return count;
    }

    /** The sizes as people write them: {@code 2-4-1}. */
    @Override
    public String toString() {
        return sizes.stream().map(String::valueOf).collect(Collectors.joining("-"));
    }
}
