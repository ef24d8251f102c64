package dev.streamgrad.nn;

/**
 * The gradient of a loss by every weight and bias, row by row.
 *
 * <p>The gradient of one sample is an outer product {@code xᵀδ} in each layer, so a {@link Network} hands out its rows
 * without ever writing the matrix: beside the weights themselves that would be most of a large step's memory traffic.
 * That of a mini-batch is the sum in a {@link Parameters}.
 */
public interface Gradient {

    /** The number of layers. */
    int depth();

    /**
     * The gradient by the weights of input {@code i} of layer {@code l}, as wide as the layer's output: to be read
     * before the next call.
     */
    double[] row(int l, int i);

    /** The gradient by the biases of layer {@code l}. */
    double[] bias(int l);

    /** The Euclidean norm of all its numbers times {@code scale}; not finite if one of them, or a square, is not. */
    double norm(double scale);
}
