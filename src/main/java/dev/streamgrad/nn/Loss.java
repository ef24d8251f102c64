package dev.streamgrad.nn;

import org.apache.commons.math3.util.FastMath;

/**
 * What a prediction {@code ŷ} costs beside its label {@code y}, for one sample; PyTorch's definitions with
 * {@code reduction="mean"} over the outputs.
 *
 * <p>{@link #value} and {@link #delta} see the output layer as a whole, its pre-activations (logits) {@code z} and its
 * values {@code ŷ = f(z)}, because the two log-losses are only stable when they are taken from the logits.
 */
public enum Loss implements Named {
    /** Mean squared error, {@code Σ(ŷ−y)² / n}; gradient {@code 2(ŷ−y)/n}. */
    MSE("mse") {
        @Override
        public double value(double[] z, double[] predicted, double[] label) {
            double sum = 0.0;
            for (int i = 0; i < label.length; i++) {
                double error = predicted[i] - label[i];
                sum += error * error;
            }
            return sum / label.length;
        }

        @Override
        void gradient(double[] predicted, double[] label, double[] dA) {
            for (int i = 0; i < label.length; i++) {
                dA[i] = 2.0 * (predicted[i] - label[i]) / label.length;
            }
        }
    },

    /** Mean absolute error, {@code Σ|ŷ−y| / n}; gradient {@code sign(ŷ−y)/n}, 0 where they are equal. */
    MAE("mae") {
        @Override
        public double value(double[] z, double[] predicted, double[] label) {
            double sum = 0.0;
            for (int i = 0; i < label.length; i++) {
                sum += FastMath.abs(predicted[i] - label[i]);
            }
            return sum / label.length;
        }

        @Override
        void gradient(double[] predicted, double[] label, double[] dA) {
            for (int i = 0; i < label.length; i++) {
                dA[i] = FastMath.signum(predicted[i] - label[i]) / label.length;
            }
        }
    },

    /**
     * Huber's loss with δ = 1: {@code ½(ŷ−y)²} where {@code |ŷ−y| ≤ 1} and {@code |ŷ−y| − ½} beyond, over n. Huber,
     * 1964.
     */
    HUBER("huber") {
        @Override
        public double value(double[] z, double[] predicted, double[] label) {
            double sum = 0.0;
            for (int i = 0; i < label.length; i++) {
                double distance = FastMath.abs(predicted[i] - label[i]);
                sum += distance <= 1.0 ? 0.5 * distance * distance : distance - 0.5;
            }
            return sum / label.length;
        }

        @Override
        void gradient(double[] predicted, double[] label, double[] dA) {
            for (int i = 0; i < label.length; i++) {
                double error = predicted[i] - label[i];
                dA[i] = (FastMath.abs(error) <= 1.0 ? error : FastMath.signum(error)) / label.length;
            }
        }
    },

    /**
     * Binary cross-entropy on a sigmoid, {@code −Σ(y ln ŷ + (1−y) ln(1−ŷ)) / n}, computed from the logits as
     * {@code max(z,0) − zy + ln(1 + e^−|z|)}; the gradient by {@code z} is {@code (ŷ−y)/n}.
     */
    BINARY_CROSS_ENTROPY("binary-cross-entropy") {
        @Override
        public double value(double[] z, double[] predicted, double[] label) {
            double sum = 0.0;
            for (int i = 0; i < label.length; i++) {
                sum += FastMath.max(z[i], 0.0)
                        - z[i] * label[i]
                        + AllocationFree.log1p(FastMath.exp(-FastMath.abs(z[i])));
            }
            return sum / label.length;
        }

        @Override
        void gradient(double[] predicted, double[] label, double[] dA) {
            throw new UnsupportedOperationException("taken from the logits by delta");
        }

        @Override
        public void delta(Activation output, double[] z, double[] predicted, double[] label, double[] delta) {
            for (int i = 0; i < label.length; i++) {
                delta[i] = (predicted[i] - label[i]) / label.length;
            }
        }

        @Override
        public void requireOutput(Activation output) {
            requireOutput(output, Activation.SIGMOID);
        }
    },

    /**
     * Cross-entropy on a softmax, {@code −Σ yᵢ ln ŷᵢ}, computed from the logits as {@code Σ yᵢ (ln Σⱼ e^zⱼ − zᵢ)}; the
     * gradient by {@code z} is {@code ŷ Σy − y}. The label is a distribution over the classes.
     */
    CROSS_ENTROPY("cross-entropy") {
        @Override
        public double value(double[] z, double[] predicted, double[] label) {
            double max = Activation.max(z);
            double sumOfExp = 0.0;
            for (double logit : z) {
                sumOfExp += FastMath.exp(logit - max);
            }
            double logOfSum = FastMath.log(sumOfExp);
            double sum = 0.0;
            for (int i = 0; i < label.length; i++) {
                // A label of 0 counts nothing, even where the distance of two huge logits overflows.
                if (label[i] != 0.0) {
                    sum += label[i] * (logOfSum + (max - z[i]));
                }
            }
            return sum;
        }

        @Override
        void gradient(double[] predicted, double[] label, double[] dA) {
            throw new UnsupportedOperationException("taken from the logits by delta");
        }

        @Override
        public void delta(Activation output, double[] z, double[] predicted, double[] label, double[] delta) {
            double total = 0.0;
            for (double y : label) {
                total += y;
            }
            for (int i = 0; i < label.length; i++) {
                delta[i] = predicted[i] * total - label[i];
            }
        }

        @Override
        public void requireOutput(Activation output) {
            requireOutput(output, Activation.SOFTMAX);
        }
    };

    private final String id;

    Loss(String id) {
        this.id = id;
    }

    /**
     * The loss with this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static Loss of(String id) {
        return Named.parse(values(), "loss", id);
    }

    @Override
    public String id() {
        return id;
    }

    /**
     * The loss of one sample.
     *
     * @param z the output layer's pre-activations
     * @param predicted the output layer's values, {@code f(z)}
     * @param label the label, as wide as the output
     */
    public abstract double value(double[] z, double[] predicted, double[] label);

    /** Writes {@code ∂L/∂ŷ} into {@code dA}. */
    abstract void gradient(double[] predicted, double[] label, double[] dA);

    /**
     * Writes {@code ∂L/∂z} of the output layer into {@code delta}; for the log-losses the fused, stable form.
     *
     * @param output the output layer's activation, one that {@link #requireOutput} accepts
     */
    public void delta(Activation output, double[] z, double[] predicted, double[] label, double[] delta) {
        gradient(predicted, label, delta);
        output.backward(z, predicted, delta, delta);
    }

    /**
     * Refuses an output activation on which this loss makes no sense.
     *
     * @throws IllegalArgumentException naming the pair and the remedy
     */
    public void requireOutput(Activation output) {}

    final void requireOutput(Activation output, Activation required) {
        if (output != required) {
            throw new IllegalArgumentException("loss " + id + " needs the output activation " + required.id() + "; got "
                    + output.id() + "; set output.activation=" + required.id() + " or another loss");
        }
    }
}
