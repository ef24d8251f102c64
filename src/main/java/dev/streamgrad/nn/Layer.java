package dev.streamgrad.nn;

import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;

/**
 * The parameters of one layer, or any other numbers of the same shape: its gradient, an optimizer's memory of it.
 *
 * @param weights in × out, as in {@code z = xW + b}
 * @param biases out
 */
public record Layer(Array2DRowRealMatrix weights, ArrayRealVector biases) {

    /**
     * Checks the shapes.
     *
     * @throws IllegalArgumentException if the biases are not as many as the weights' columns
     */
    public Layer {
        if (weights.getColumnDimension() != biases.getDimension()) {
            throw new IllegalArgumentException("biases must be as many as the columns of the weights ("
                    + weights.getColumnDimension() + "); got " + biases.getDimension());
        }
    }

    /** A layer of zeros. */
    static Layer zeros(int in, int out) {
        // Row by row: the virtual machine makes an array of arrays slowly, and models are made often.
        double[][] rows = new double[in][];
        for (int i = 0; i < in; i++) {
            rows[i] = new double[out];
        }
        return new Layer(new Array2DRowRealMatrix(rows, false), new ArrayRealVector(out));
    }

    /** The number of inputs. */
    public int in() {
        return weights.getRowDimension();
    }

    /** The number of outputs. */
    public int out() {
        return weights.getColumnDimension();
    }

    /** The array behind the weights, one row per input: the hot path works on it, and a write changes the layer. */
    double[][] rows() {
        return weights.getDataRef();
    }

    /** The array behind the biases, as {@link #rows}. */
    double[] bias() {
        return biases.getDataRef();
    }

    /**
     * How much this layer differs from another of its shape, {@code |W − V| / |V|} over weights and biases; NaN where
     * {@code V} is all zeros.
     */
    public double relativeChangeFrom(Layer before) {
        double changes = 0.0;
        double squares = 0.0;
        for (int i = 0; i < in(); i++) {
            for (int j = 0; j < out(); j++) {
                double change = rows()[i][j] - before.rows()[i][j];
                changes += change * change;
            }
            squares += Sums.ofSquares(before.rows()[i]);
        }
        for (int j = 0; j < out(); j++) {
            double change = bias()[j] - before.bias()[j];
            changes += change * change;
        }
        squares += Sums.ofSquares(before.bias());
        return Math.sqrt(changes) / Math.sqrt(squares);
    }

    Layer copy() {
        return new Layer((Array2DRowRealMatrix) weights.copy(), biases.copy());
    }
}
