package dev.streamgrad.nn;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One number for every weight and bias of an {@link Architecture}: the parameters themselves, a gradient, or an
 * optimizer's memory.
 *
 * <p><b>Canonical order</b>, the order of {@link #forEach}, {@link #fill}, the state format and the fingerprint: layer
 * by layer from the features to the outputs; within a layer its weights row by row (one row per input), then its
 * biases.
 */
public final class Parameters implements Gradient {
    private final Layer[] layers;
    /** The arrays behind the layers: a step of a small network would spend its time on the way to them. */
    private final double[][][] rows;

    private final double[][] biases;

    /** The factors of a {@link Gradient}, made when these parameters are first asked to be one. */
    private double @Nullable [][] ones;

    private Parameters(Layer[] layers) {
        this.layers = layers;
        this.rows = new double[layers.length][][];
        this.biases = new double[layers.length][];
        for (int l = 0; l < layers.length; l++) {
            rows[l] = layers[l].rows();
            biases[l] = layers[l].bias();
        }
    }

    /** Zeros in the shape of {@code architecture}. */
    public static Parameters zeros(Architecture architecture) {
        Layer[] layers = new Layer[architecture.depth()];
        for (int l = 0; l < layers.length; l++) {
            layers[l] = Layer.zeros(
                    architecture.sizes().get(l), architecture.sizes().get(l + 1));
        }
        return new Parameters(layers);
    }

    /** The given layers, not copied. */
    public static Parameters of(List<Layer> layers) {
        return new Parameters(layers.toArray(new Layer[0]));
    }

    @Override
    public int depth() {
        return layers.length;
    }

    /**
     * Layer {@code l}, counted from 0 after the features. It is the live one: a write to its matrix changes these
     * parameters.
     */
    public Layer layer(int l) {
        return layers[l];
    }

    @Override
    public double[] factors(int l) {
        if (ones == null) {
            ones = new double[rows.length][];
            for (int each = 0; each < rows.length; each++) {
                ones[each] = new double[rows[each].length];
                Arrays.fill(ones[each], 1.0);
            }
        }
        return ones[l];
    }

    @Override
    public double[][] rows(int l) {
        return rows[l];
    }

    @Override
    public double largest(int l) {
        double largest = Sums.largest(biases[l]);
        for (double[] row : rows[l]) {
            largest = Math.max(largest, Sums.largest(row));
        }
        return largest;
    }

    @Override
    public double[] bias(int l) {
        return biases[l];
    }

    /** The layers from the features to the outputs. */
    public List<Layer> layers() {
        return List.of(layers);
    }

    /** Hands every number to {@code consumer}, in canonical order. */
    public void forEach(DoubleConsumer consumer) {
        for (Layer layer : layers) {
            for (double[] row : layer.rows()) {
                for (double weight : row) {
                    consumer.accept(weight);
                }
            }
            for (double bias : layer.bias()) {
                consumer.accept(bias);
            }
        }
    }

    /** Replaces every number by the next of {@code supplier}, in canonical order. */
    public void fill(DoubleSupplier supplier) {
        for (Layer layer : layers) {
            for (double[] row : layer.rows()) {
                for (int j = 0; j < row.length; j++) {
                    row[j] = supplier.getAsDouble();
                }
            }
            double[] bias = layer.bias();
            for (int j = 0; j < bias.length; j++) {
                bias[j] = supplier.getAsDouble();
            }
        }
    }

    @Override
    public double norm(double scale) {
        double sum = 0.0;
        for (Layer layer : layers) {
            for (double[] row : layer.rows()) {
                sum += Sums.ofSquares(row);
            }
            sum += Sums.ofSquares(layer.bias());
        }
        return Math.abs(scale) * Math.sqrt(sum);
    }

    /** Adds a gradient, number by number. */
    public void add(Gradient gradient) {
        for (int l = 0; l < layers.length; l++) {
            double[] factors = gradient.factors(l);
            double[][] gradients = gradient.rows(l);
            double[][] rows = this.rows[l];
            for (int i = 0; i < rows.length; i++) {
                add(rows[i], gradients[i], factors[i]);
            }
            add(layers[l].bias(), gradient.bias(l), 1.0);
        }
    }

    private static void add(double[] to, double[] values, double factor) {
        for (int j = 0; j < to.length; j++) {
            to[j] += factor * values[j];
        }
    }

    /** Takes over the numbers of {@code other}, which has the same shape. */
    public void set(Parameters other) {
        for (int l = 0; l < layers.length; l++) {
            double[][] rows = layers[l].rows();
            double[][] otherRows = other.layers[l].rows();
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(otherRows[i], 0, rows[i], 0, rows[i].length);
            }
            double[] bias = layers[l].bias();
            System.arraycopy(other.layers[l].bias(), 0, bias, 0, bias.length);
        }
    }

    /** Makes every number 0. */
    public void clear() {
        fill(() -> 0.0);
    }

    /** A deep copy. */
    public Parameters copy() {
        Layer[] copies = new Layer[layers.length];
        for (int l = 0; l < copies.length; l++) {
            copies[l] = layers[l].copy();
        }
        return new Parameters(copies);
    }
}
