package dev.streamgrad.learning;

import dev.streamgrad.nn.Gradient;
import dev.streamgrad.nn.Network;
import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.nn.TrainingState;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.commons.math3.util.FastMath;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One training step in this process: {@link Learner#learn}, which predicts, scores, trains and counts.
 *
 * <p>Beside it stand the two yardsticks that are measured in the same run: {@link #plainArrays241}, the least that a
 * 2-4-1 step can be, and {@link #copyBandwidth987k}, the memory traffic that a step of 987,210 parameters cannot avoid.
 * Other activations: {@code -p activation=tanh,gelu,silu}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class StepBenchmark {
    /** The parameters of 784-1000-200-10. */
    static final int LARGE = 784 * 1000 + 1000 + 1000 * 200 + 200 + 200 * 10 + 10;

    /** The four corners of XOR, so that no sample is a constant to the compiler. */
    private static final double[][] CORNERS = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};

    private static final double[][] LABELS = {{0}, {1}, {1}, {0}};

    /** A learner, a model, and samples that take turns. */
    @State(Scope.Thread)
    public abstract static class Step {
        private Learner learner;
        private Model model;
        private double[][] features;
        private double[][] labels;
        private int next;

        final void prepare(Map<String, String> settings, double[][] itsFeatures, double[][] itsLabels) {
            ModelSpec spec = SpecSettings.parse(settings);
            learner = new Learner(spec);
            model = new Model(spec);
            features = itsFeatures;
            labels = itsLabels;
            next = 0;
        }

        /** Four images' worth of numbers from 0 to 1, a fifth of them not 0, and a class each, as with digits. */
        final void prepareDigits(String layers, String activation, String optimizer) {
            NumpyRandom random = new NumpyRandom(7);
            double[][] images = new double[4][784];
            double[][] classes = new double[4][10];
            for (int i = 0; i < images.length; i++) {
                for (int p = 0; p < images[i].length; p++) {
                    images[i][p] = random.nextDouble() < 0.2 ? random.nextDouble() : 0.0;
                }
                classes[i][i] = 1.0;
            }
            prepare(
                    Map.of(
                            "layers", layers,
                            "hidden.activation", activation,
                            "output.activation", "softmax",
                            "loss", "cross-entropy",
                            "initializer", "he",
                            "learning.rate", "0.0001",
                            "optimizer", optimizer),
                    images,
                    classes);
        }

        final double step() {
            int i = next;
            next = (i + 1) & 3;
            if (learner.learn(model, features[i], labels[i], 1.0) != Learner.Outcome.TRAINED) {
                throw new IllegalStateException("the step is not finite");
            }
            return learner.loss();
        }
    }

    /** 2-4-1, sigmoid output, mean squared error. */
    @State(Scope.Thread)
    public static class Xor extends Step {
        @Param({"sigmoid", "tanh", "relu"})
        public String activation;

        @Param({"sgd", "momentum", "adam"})
        public String optimizer;

        @Setup
        public void setUp() {
            prepare(
                    Map.of("hidden.activation", activation, "optimizer", optimizer, "learning.rate", "0.01"),
                    CORNERS,
                    LABELS);
        }
    }

    /** 784-256-10, softmax and cross-entropy. */
    @State(Scope.Thread)
    public static class Digits extends Step {
        @Param({"relu"})
        public String activation;

        @Param({"sgd", "momentum", "adam"})
        public String optimizer;

        @Setup
        public void setUp() {
            prepareDigits("784,256,10", activation, optimizer);
        }
    }

    /** 784-1000-200-10, softmax and cross-entropy: 987,210 parameters. */
    @State(Scope.Thread)
    public static class LargeDigits extends Step {
        @Param({"relu"})
        public String activation;

        @Param({"sgd", "momentum", "adam"})
        public String optimizer;

        @Setup
        public void setUp() {
            prepareDigits("784,1000,200,10", activation, optimizer);
        }
    }

    @Benchmark
    public double step2x4x1(Xor xor) {
        return xor.step();
    }

    /**
     * The training step alone: forward, loss, backward, update into the spare arrays, swap if finite. Without metrics,
     * counters and policies, so it is what {@link #plainArrays241} does, in code that knows any network.
     */
    @State(Scope.Thread)
    public static class Bare {
        private final ModelSpec spec = ModelSpec.xor();
        private final Network network =
                new Network(spec.architecture(), spec.birth().loss());
        private TrainingState state;
        private TrainingState spare;
        private long steps;

        @Setup
        public void setUp() {
            state = new Model(spec).state();
            spare = TrainingState.zeros(
                    spec.architecture(), spec.birth().optimizer().slots());
        }

        double step(double learningRate) {
            int i = (int) (steps & 3);
            network.forward(state.parameters(), CORNERS[i]);
            double loss = network.loss(LABELS[i]);
            Gradient gradient = network.backward(state.parameters(), LABELS[i], 1.0);
            if (!network.isFinite()
                    || !spec.hyperparameters().optimizer().step(state, gradient, 1.0, learningRate, ++steps, spare)) {
                throw new IllegalStateException("the step is not finite");
            }
            TrainingState previous = state;
            state = spare;
            spare = previous;
            return loss;
        }
    }

    @Benchmark
    public double bareStep241(Bare bare) {
        return bare.step(0.01);
    }

    @Benchmark
    public double step784x256x10(Digits digits) {
        return digits.step();
    }

    @Benchmark
    public double step784x1000x200x10(LargeDigits digits) {
        return digits.step();
    }

    /**
     * The same 2-4-1 step, sigmoid, mean squared error and SGD, in arrays written for the purpose: forward, loss,
     * backward, update in place. The same exp; no metrics, no check that the numbers are finite, no counters.
     */
    @State(Scope.Thread)
    public static class PlainArrays {
        private final double[] w1 = new double[8];
        private final double[] b1 = new double[4];
        private final double[] w2 = new double[4];
        private final double[] hidden = new double[4];
        private double b2;
        private int next;

        @Setup
        public void setUp() {
            NumpyRandom random = new NumpyRandom(42);
            Arrays.setAll(w1, i -> random.nextGaussian() * 0.5);
            Arrays.setAll(w2, i -> random.nextGaussian() * 0.5);
            Arrays.fill(b1, 0.0);
            b2 = 0.0;
        }

        private static double sigmoid(double z) {
            if (z >= 0.0) {
                return 1.0 / (1.0 + FastMath.exp(-z));
            }
            double e = FastMath.exp(z);
            return e / (1.0 + e);
        }

        double step(double learningRate) {
            int i = next;
            next = (i + 1) & 3;
            double x0 = CORNERS[i][0];
            double x1 = CORNERS[i][1];
            double z = b2;
            for (int j = 0; j < 4; j++) {
                double h = sigmoid(b1[j] + x0 * w1[j] + x1 * w1[4 + j]);
                hidden[j] = h;
                z += h * w2[j];
            }
            double y = sigmoid(z);
            double error = y - LABELS[i][0];
            double delta = learningRate * 2.0 * error * y * (1.0 - y);
            for (int j = 0; j < 4; j++) {
                double h = hidden[j];
                double d = delta * w2[j] * h * (1.0 - h);
                w2[j] -= delta * h;
                w1[j] -= d * x0;
                w1[4 + j] -= d * x1;
                b1[j] -= d;
            }
            b2 -= delta;
            return error * error;
        }
    }

    @Benchmark
    public double plainArrays241(PlainArrays arrays) {
        return arrays.step(0.01);
    }

    /** Two arrays of as many doubles as the large network has parameters. */
    @State(Scope.Thread)
    public static class Traffic {
        private double[] weights = new double[LARGE];
        private double[] spare = new double[LARGE];

        @Setup
        public void setUp() {
            Arrays.fill(weights, 1.0);
        }

        /** Eight sums, because one would wait for its own additions and not for memory. */
        double read() {
            double[] w = weights;
            double s0 = 0.0;
            double s1 = 0.0;
            double s2 = 0.0;
            double s3 = 0.0;
            double s4 = 0.0;
            double s5 = 0.0;
            double s6 = 0.0;
            double s7 = 0.0;
            int i = 0;
            for (; i < w.length - 7; i += 8) {
                s0 += w[i];
                s1 += w[i + 1];
                s2 += w[i + 2];
                s3 += w[i + 3];
                s4 += w[i + 4];
                s5 += w[i + 5];
                s6 += w[i + 6];
                s7 += w[i + 7];
            }
            for (; i < w.length; i++) {
                s0 += w[i];
            }
            return s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
        }

        void copy() {
            System.arraycopy(weights, 0, spare, 0, LARGE);
            double[] read = weights;
            weights = spare;
            spare = read;
        }
    }

    /**
     * The traffic of a step of 987,210 parameters, and no arithmetic on the way: every double is read once (forward),
     * read again (backward) and written once, to the other of two arrays, which then swap. So 3 × 8 × 987,210 =
     * 23,693,040 bytes each time; the reads for ownership that a write may cost are not counted. The step's share of
     * this bandwidth is this time divided by its time.
     */
    @Benchmark
    public double copyBandwidth987k(Traffic traffic) {
        double sum = traffic.read();
        traffic.copy();
        return sum;
    }
}
