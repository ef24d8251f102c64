package dev.streamgrad.nn;

import org.apache.commons.math3.special.Erf;
import org.apache.commons.math3.util.FastMath;

/**
 * A layer's non-linearity {@code a = f(z)}, its derivative and its range.
 *
 * <p>Each function is stable over the whole double range: a finite {@code z} never gives NaN, and sigmoid at ±1000 is 0
 * or 1. The element-wise functions are defined by {@link #value} and {@link #derivative}; {@link #SOFTMAX} couples its
 * outputs and overrides the vector forms {@link #apply} and {@link #backward}, which are what a {@link Network} calls.
 */
public enum Activation implements Named {
    /** {@code f(z) = z}. */
    IDENTITY("identity", Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY) {
        @Override
        public double value(double z) {
            return z;
        }

        @Override
        public double derivative(double z, double a) {
            return 1.0;
        }
    },

    /** {@code f(z) = 1 / (1 + e⁻ᶻ)}, {@code f′ = a(1 − a)}. Each branch raises e to a power of at most 0. */
    SIGMOID("sigmoid", 0.0, 1.0) {
        @Override
        public double value(double z) {
            if (z >= 0.0) {
                return 1.0 / (1.0 + FastMath.exp(-z));
            }
            double e = FastMath.exp(z);
            return e / (1.0 + e);
        }

        @Override
        public double derivative(double z, double a) {
            return a * (1.0 - a);
        }
    },

    /** {@code f(z) = tanh z}, {@code f′ = 1 − a²}. */
    TANH("tanh", -1.0, 1.0) {
        @Override
        public double value(double z) {
            return AllocationFree.tanh(z);
        }

        @Override
        public double derivative(double z, double a) {
            return 1.0 - a * a;
        }
    },

    /** {@code f(z) = max(0, z)}; the derivative at 0 is 0, as in PyTorch. */
    RELU("relu", 0.0, Double.POSITIVE_INFINITY) {
        @Override
        public double value(double z) {
            // Not z > 0 ? z : 0, which would make a 0 of NaN and hide an overflow before it.
            return z <= 0.0 ? 0.0 : z;
        }

        @Override
        public double derivative(double z, double a) {
            return z > 0.0 ? 1.0 : 0.0;
        }
    },

    /** {@code f(z) = z} above 0 and {@code 0.01 z} elsewhere; the derivative at 0 is 0.01, as in PyTorch. */
    LEAKY_RELU("leaky-relu", Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY) {
        @Override
        public double value(double z) {
            return z > 0.0 ? z : LEAK * z;
        }

        @Override
        public double derivative(double z, double a) {
            return z > 0.0 ? 1.0 : LEAK;
        }
    },

    /**
     * {@code f(z) = z Φ(z)} with the standard normal distribution {@code Φ(z) = ½ erfc(−z/√2)}; {@code f′ = Φ(z) + z
     * φ(z)}. By erfc, so that nothing cancels for negative {@code z}. Hendrycks and Gimpel, 2016.
     */
    GELU("gelu", -0.17, Double.POSITIVE_INFINITY) {
        @Override
        public double value(double z) {
            return z * normalDistribution(z);
        }

        @Override
        public double derivative(double z, double a) {
            return normalDistribution(z) + z * (FastMath.exp(-0.5 * z * z) / SQRT_2_PI);
        }
    },

    /**
     * {@code f(z) = ½ z (1 + tanh u)} with {@code u = √(2/π) (z + 0.044715 z³)}, the usual approximation of
     * {@link #GELU}.
     */
    GELU_TANH("gelu-tanh", -0.1701, Double.POSITIVE_INFINITY) {
        @Override
        public double value(double z) {
            return 0.5 * z * (1.0 + tanhInner(z));
        }

        @Override
        public double derivative(double z, double a) {
            double t = tanhInner(z);
            double slope = 1.0 - t * t;
            // Where tanh has saturated its slope is 0, and 0 times an overflowing z² would be NaN.
            double bend = slope == 0.0 ? 0.0 : 0.5 * z * slope * SQRT_2_OVER_PI * (1.0 + 3.0 * GELU_CUBIC * z * z);
            return 0.5 * (1.0 + t) + bend;
        }
    },

    /** {@code f(z) = z σ(z)}, also called Swish; {@code f′ = σ(z)(1 + z(1 − σ(z)))}. */
    SILU("silu", -0.2785, Double.POSITIVE_INFINITY) {
        @Override
        public double value(double z) {
            return z * SIGMOID.value(z);
        }

        @Override
        public double derivative(double z, double a) {
            double s = SIGMOID.value(z);
            return s * (1.0 + z * (1.0 - s));
        }
    },

    /**
     * {@code f(z)ᵢ = e^zᵢ / Σⱼ e^zⱼ}, for an output layer; computed on {@code z − max z}, so that nothing overflows.
     */
    SOFTMAX("softmax", 0.0, 1.0) {
        @Override
        public double value(double z) {
            throw new UnsupportedOperationException("softmax couples a layer's outputs; use apply");
        }

        @Override
        public double derivative(double z, double a) {
            throw new UnsupportedOperationException("softmax couples a layer's outputs; use backward");
        }

        @Override
        public void apply(double[] z, double[] a) {
            double max = max(z);
            double sum = 0.0;
            for (int i = 0; i < z.length; i++) {
                a[i] = FastMath.exp(z[i] - max);
                sum += a[i];
            }
            for (int i = 0; i < z.length; i++) {
                a[i] /= sum;
            }
        }

        /** {@code ∂L/∂zᵢ = aᵢ (∂L/∂aᵢ − Σⱼ aⱼ ∂L/∂aⱼ)}. */
        @Override
        public void backward(double[] z, double[] a, double[] dA, double[] dZ) {
            double mean = 0.0;
            for (int i = 0; i < a.length; i++) {
                mean += a[i] * dA[i];
            }
            for (int i = 0; i < a.length; i++) {
                dZ[i] = a[i] * (dA[i] - mean);
            }
        }
    };

    private static final double LEAK = 0.01;
    private static final double GELU_CUBIC = 0.044715;
    private static final double SQRT_2 = FastMath.sqrt(2.0);
    private static final double SQRT_2_PI = FastMath.sqrt(2.0 * FastMath.PI);
    private static final double SQRT_2_OVER_PI = FastMath.sqrt(2.0 / FastMath.PI);

    private final String id;
    private final double lowest;
    private final double highest;

    Activation(String id, double lowest, double highest) {
        this.id = id;
        this.lowest = lowest;
        this.highest = highest;
    }

    /**
     * The activation with this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static Activation of(String id) {
        return Named.parse(values(), "activation", id);
    }

    @Override
    public String id() {
        return id;
    }

    /** The greatest lower bound of the values, −∞ if there is none. */
    public double lowest() {
        return lowest;
    }

    /** The least upper bound of the values, +∞ if there is none. */
    public double highest() {
        return highest;
    }

    /**
     * {@code f(z)}.
     *
     * @throws UnsupportedOperationException for {@link #SOFTMAX}
     */
    public abstract double value(double z);

    /**
     * {@code f′(z)}, given {@code a = f(z)}, which most derivatives reuse.
     *
     * @throws UnsupportedOperationException for {@link #SOFTMAX}
     */
    public abstract double derivative(double z, double a);

    /** Writes {@code f(z)} into {@code a}; both have the layer's width. Allocates nothing. */
    public void apply(double[] z, double[] a) {
        for (int i = 0; i < z.length; i++) {
            a[i] = value(z[i]);
        }
    }

    /** The chain rule: writes {@code ∂L/∂z} into {@code dZ}, given {@code z}, {@code a = f(z)} and {@code ∂L/∂a}. */
    public void backward(double[] z, double[] a, double[] dA, double[] dZ) {
        for (int i = 0; i < z.length; i++) {
            dZ[i] = dA[i] * derivative(z[i], a[i]);
        }
    }

    static double max(double[] values) {
        double max = values[0];
        for (int i = 1; i < values.length; i++) {
            if (values[i] > max) {
                max = values[i];
            }
        }
        return max;
    }

    private static double normalDistribution(double z) {
        return 0.5 * Erf.erfc(-z / SQRT_2);
    }

    private static double tanhInner(double z) {
        return AllocationFree.tanh(SQRT_2_OVER_PI * (z + GELU_CUBIC * z * z * z));
    }
}
