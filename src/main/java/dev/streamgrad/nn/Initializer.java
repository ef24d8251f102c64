package dev.streamgrad.nn;

import java.util.function.DoubleSupplier;
import org.apache.commons.math3.util.FastMath;

/**
 * Where the parameters of version 0 come from. Each draws layer by layer, in canonical order, from {@link NumpyRandom}.
 */
public enum Initializer implements Named {
    /** Weights {@code randn · 0.5}, biases 0: {@code np.random.randn(in, out) * 0.5}, the notebook's. */
    NORMAL("normal") {
        @Override
        void initialize(Layer layer, NumpyRandom random) {
            fillWeights(layer, () -> random.nextGaussian() * 0.5);
        }
    },

    /** Weights uniform in {@code ±√(6/(in+out))}, biases 0 (Glorot and Bengio, 2010), for sigmoid and tanh. */
    XAVIER("xavier") {
        @Override
        void initialize(Layer layer, NumpyRandom random) {
            double bound = FastMath.sqrt(6.0 / (layer.in() + layer.out()));
            fillWeights(layer, () -> uniform(random, bound));
        }
    },

    /** Weights {@code randn · √(2/in)}, biases 0 (He and others, 2015), for ReLU and its kin. */
    HE("he") {
        @Override
        void initialize(Layer layer, NumpyRandom random) {
            double deviation = FastMath.sqrt(2.0 / layer.in());
            fillWeights(layer, () -> random.nextGaussian() * deviation);
        }
    },

    /** Weights and biases uniform in {@code ±1/√in}: the distribution of PyTorch's {@code nn.Linear}. */
    PYTORCH("pytorch") {
        @Override
        void initialize(Layer layer, NumpyRandom random) {
            double bound = 1.0 / FastMath.sqrt(layer.in());
            fillWeights(layer, () -> uniform(random, bound));
            double[] bias = layer.bias();
            for (int j = 0; j < bias.length; j++) {
                bias[j] = uniform(random, bound);
            }
        }
    },

    /** Everything 0: shows why symmetry has to be broken, because hidden neurons that start alike stay alike. */
    ZEROS("zeros") {
        @Override
        void initialize(Layer layer, NumpyRandom random) {
            fillWeights(layer, () -> 0.0);
        }
    };

    private final String id;

    Initializer(String id) {
        this.id = id;
    }

    /**
     * The initializer with this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static Initializer of(String id) {
        return Named.parse(values(), "initializer", id);
    }

    @Override
    public String id() {
        return id;
    }

    /** The parameters of version 0. */
    public Parameters initialize(Architecture architecture, NumpyRandom random) {
        Parameters parameters = Parameters.zeros(architecture);
        for (Layer layer : parameters.layers()) {
            initialize(layer, random);
        }
        return parameters;
    }

    abstract void initialize(Layer layer, NumpyRandom random);

    private static double uniform(NumpyRandom random, double bound) {
        return (2.0 * random.nextDouble() - 1.0) * bound;
    }

    private static void fillWeights(Layer layer, DoubleSupplier supplier) {
        for (double[] row : layer.rows()) {
            for (int j = 0; j < row.length; j++) {
                row[j] = supplier.getAsDouble();
            }
        }
    }
}
