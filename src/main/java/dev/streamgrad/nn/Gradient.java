package dev.streamgrad.nn;

/**
 * The gradient of a loss by every weight and bias, row by row.
 *
 * <p>The gradient of one sample is an outer product {@code xᵀδ} in each layer, so a row is handed out as a factor and a
 * vector that it multiplies. Neither the matrix nor a row of it is ever written: beside the weights themselves the
 * matrix would be most of a large step's memory traffic, and the rows a loop more for each. That of a mini-batch is the
 * sum in a {@link Parameters}, with the factor 1.
 */
public interface Gradient {

    /** The number of layers. */
    int depth();

    /** What each of {@link #rows} is to be multiplied by: as many as layer {@code l} has inputs. Not a copy. */
    double[] factors(int l);

    /**
     * The gradient by the weights of each input of layer {@code l}, divided by its factor; as wide as the layer's
     * output. Not a copy, and all of them may be the same array.
     */
    double[][] rows(int l);

    /**
     * The greatest magnitude in {@link #rows} and {@link #bias} of layer {@code l}; not finite if one of them is not.
     */
    double largest(int l);

    /** The gradient by the biases of layer {@code l}. */
    double[] bias(int l);

    /** The Euclidean norm of all its numbers times {@code scale}; not finite if one of them, or a square, is not. */
    double norm(double scale);
}
