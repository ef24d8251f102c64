package dev.streamgrad.nn;

import java.util.Arrays;

/**
 * A multilayer perceptron as a function of its {@link Parameters}: the prediction, its loss, and the gradient of that
 * loss by backpropagation (Rumelhart, Hinton and Williams, 1986).
 *
 * <p>With layer {@code l}'s input {@code x}, weights {@code W} (in × out) and biases {@code b}:
 *
 * <pre>
 *   forward    z = xW + b                 a = f(z), which is the next layer's x
 *   backward   δ = ∂L/∂z                  ∂L/∂W = xᵀδ     ∂L/∂b = δ     ∂L/∂x = δWᵀ
 * </pre>
 *
 * <p>An instance owns the scratch for one sample and allocates nothing after its construction. {@link #backward} and
 * {@link #loss} refer to the last {@link #forward}. Not thread-safe: one instance per thread, shared by all models of
 * the same architecture and loss.
 *
 * <p>The loops run over rows, {@code z += xᵢ Wᵢ}, because a row of an in × out matrix is contiguous; the order of every
 * sum is fixed, so the bits are the same on every JVM.
 */
public final class Network {
    private final Architecture architecture;
    private final Loss loss;
    private final Activation[] activations;
    /** Those of the last forward pass, the caller's own. */
    private double[] features;
    /** Per layer: pre-activations, values, and the loss's gradient by the pre-activations. */
    private final double[][] z;

    private final double[][] a;
    private final double[][] delta;
    /** Per layer: its delta, once for each input. */
    private final double[][][] deltaRows;

    private final Gradient outerProducts = new OuterProducts();
    /** Whether every pre-activation of the last forward pass is finite. */
    private boolean finite;

    /**
     * A network with its scratch.
     *
     * @throws IllegalArgumentException if the loss makes no sense on the output's activation
     */
    public Network(Architecture architecture, Loss loss) {
        loss.requireOutput(architecture.output());
        this.architecture = architecture;
        this.loss = loss;
        this.activations = architecture.activations().toArray(new Activation[0]);
        this.features = new double[architecture.inputs()];
        this.z = scratch(architecture);
        this.a = scratch(architecture);
        this.delta = scratch(architecture);
        this.deltaRows = new double[delta.length][][];
        for (int l = 0; l < delta.length; l++) {
            deltaRows[l] = new double[architecture.sizes().get(l)][];
            Arrays.fill(deltaRows[l], delta[l]);
        }
    }

    private static double[][] scratch(Architecture architecture) {
        double[][] perLayer = new double[architecture.depth()][];
        for (int l = 0; l < perLayer.length; l++) {
            perLayer[l] = new double[architecture.sizes().get(l + 1)];
        }
        return perLayer;
    }

    /** The shape. */
    public Architecture architecture() {
        return architecture;
    }

    /**
     * Predicts one sample.
     *
     * @param x the features; {@link #backward} and its gradient read them again
     * @return the outputs, as {@link #prediction}
     */
    public double[] forward(Parameters parameters, double[] x) {
        features = x;
        double[] in = x;
        finite = true;
        for (int l = 0; l < z.length; l++) {
            affine(in, parameters.rows(l), parameters.bias(l), z[l]);
            finite &= Sums.areFinite(z[l]);
            activations[l].apply(z[l], a[l]);
            in = a[l];
        }
        return in;
    }

    /**
     * Whether the last {@link #forward} stayed within the doubles. The outputs alone do not tell: a saturated sigmoid
     * of an infinite sum is a harmless-looking 1.
     */
    public boolean isFinite() {
        return finite;
    }

    /** The outputs of the last {@link #forward}: the network's own array, overwritten by the next. */
    public double[] prediction() {
        return a[a.length - 1];
    }

    /** The values of layer {@code l} in the last {@link #forward}, as {@link #prediction}. */
    public double[] values(int l) {
        return a[l];
    }

    /** The inputs of layer {@code l} in the last {@link #forward}, as {@link #prediction}. */
    public double[] inputs(int l) {
        return input(l);
    }

    /**
     * The pre-activations of layer {@code l}, {@code z = xW + b}, in the last {@link #forward}, as {@link #prediction}.
     */
    public double[] preActivations(int l) {
        return z[l];
    }

    /**
     * The gradient of the loss by the pre-activations of layer {@code l}, {@code δ = ∂L/∂z}, of the last
     * {@link #backward}, as {@link #prediction}.
     */
    public double[] deltas(int l) {
        return delta[l];
    }

    /** Whether the derivative of unit {@code j} of layer {@code l} was 0 in the last {@link #forward}. */
    public boolean isDead(int l, int j) {
        return activations[l] != Activation.SOFTMAX && activations[l].derivative(z[l][j], a[l][j]) == 0.0;
    }

    /**
     * The share of units of layer {@code l} whose derivative was 0 in the last {@link #forward}: nothing passes back.
     */
    public double deadUnits(int l) {
        int dead = 0;
        for (int j = 0; j < a[l].length; j++) {
            dead += isDead(l, j) ? 1 : 0;
        }
        return (double) dead / a[l].length;
    }

    /**
     * The share of units of layer {@code l} whose value in the last {@link #forward} was within 1 % of the width of the
     * activation's range from one of its bounds; 0 where the range is not bounded on both sides.
     */
    public double saturatedUnits(int l) {
        double margin = 0.01 * (activations[l].highest() - activations[l].lowest());
        if (!Double.isFinite(margin)) {
            return 0.0;
        }
        int saturated = 0;
        for (double value : a[l]) {
            saturated += value < activations[l].lowest() + margin || value > activations[l].highest() - margin ? 1 : 0;
        }
        return (double) saturated / a[l].length;
    }

    /** The loss of the last {@link #forward} beside {@code label}, as wide as the output. */
    public double loss(double[] label) {
        return loss(loss, label);
    }

    /** Another loss of the last {@link #forward}, to look at it without training by it. */
    public double loss(Loss other, double[] label) {
        return other.value(z[z.length - 1], prediction(), label);
    }

    /**
     * The gradient of the last {@link #forward}'s loss, times {@code weight}.
     *
     * @param parameters those of the forward pass
     * @param label as wide as the output
     * @param weight the sample's weight; 1 is the plain gradient
     * @return the network's own, valid until the next {@link #forward}
     */
    public Gradient backward(Parameters parameters, double[] label, double weight) {
        int last = z.length - 1;
        loss.delta(activations[last], z[last], a[last], label, delta[last]);
        if (weight != 1.0) {
            for (int j = 0; j < delta[last].length; j++) {
                delta[last][j] *= weight;
            }
        }
        for (int l = last; l > 0; l--) {
            double[] upstream = delta[l - 1];
            multiplyTransposed(parameters.rows(l), delta[l], upstream);
            activations[l - 1].backward(z[l - 1], a[l - 1], upstream, upstream);
        }
        return outerProducts;
    }

    /** {@code ∂L/∂W = xᵀδ} and {@code ∂L/∂b = δ} of each layer, a row at a time. */
    private final class OuterProducts implements Gradient {
        @Override
        public int depth() {
            return delta.length;
        }

        @Override
        public double[] factors(int l) {
            return input(l);
        }

        @Override
        public double[][] rows(int l) {
            return deltaRows[l];
        }

        @Override
        public double largest(int l) {
            return Sums.largest(delta[l]);
        }

        @Override
        public double[] bias(int l) {
            return delta[l];
        }

        /** {@code |xᵀδ| = |x||δ|}. */
        @Override
        public double norm(double scale) {
            double sum = 0.0;
            for (int l = 0; l < delta.length; l++) {
                sum += (Sums.ofSquares(input(l)) + 1.0) * Sums.ofSquares(delta[l]);
            }
            return Math.abs(scale) * Math.sqrt(sum);
        }
    }

    private double[] input(int l) {
        return l == 0 ? features : a[l - 1];
    }

    /**
     * {@code z = xW + b}, four rows at a time, because each pass reads and writes the whole of {@code z}; what is left
     * is one or two rows. A number of {@code z} is the same sum in the same order as with one row at a time.
     */
    private static void affine(double[] x, double[][] weights, double[] bias, double[] z) {
        double[] from = bias;
        int i = 0;
        for (; i < x.length - 3; i += 4) {
            addRows(
                    from,
                    x[i],
                    weights[i],
                    x[i + 1],
                    weights[i + 1],
                    x[i + 2],
                    weights[i + 2],
                    x[i + 3],
                    weights[i + 3],
                    z);
            from = z;
        }
        if (i < x.length - 1) {
            addRows(from, x[i], weights[i], x[i + 1], weights[i + 1], z);
            from = z;
            i += 2;
        }
        if (i < x.length) {
            addRow(from, x[i], weights[i], z);
        }
    }

    private static void addRow(double[] from, double x0, double[] w0, double[] z) {
        for (int j = 0; j < z.length; j++) {
            z[j] = from[j] + x0 * w0[j];
        }
    }

    private static void addRows(double[] from, double x0, double[] w0, double x1, double[] w1, double[] z) {
        for (int j = 0; j < z.length; j++) {
            z[j] = from[j] + x0 * w0[j] + x1 * w1[j];
        }
    }

    private static void addRows(
            double[] from,
            double x0,
            double[] w0,
            double x1,
            double[] w1,
            double x2,
            double[] w2,
            double x3,
            double[] w3,
            double[] z) {
        for (int j = 0; j < z.length; j++) {
            z[j] = from[j] + x0 * w0[j] + x1 * w1[j] + x2 * w2[j] + x3 * w3[j];
        }
    }

    /** {@code dx = δWᵀ}. */
    private static void multiplyTransposed(double[][] weights, double[] delta, double[] dx) {
        for (int i = 0; i < dx.length; i++) {
            dx[i] = Sums.ofProducts(weights[i], delta);
        }
    }
}
