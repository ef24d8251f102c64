package dev.streamgrad.lesson;

import dev.streamgrad.data.Dataset;
import dev.streamgrad.learning.Model;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.Architecture;
import dev.streamgrad.nn.Initializer;
import dev.streamgrad.nn.LearningRateSchedule;
import dev.streamgrad.nn.Loss;
import dev.streamgrad.nn.Named;
import dev.streamgrad.nn.Network;
import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.nn.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

/** The experiments of the class. Each prints what it shows and returns whether its claim held. */
public enum Lesson implements Named {
    /** One neuron and exclusive or. */
    SINGLE_NEURON(
            "single-neuron",
            "One neuron cannot learn XOR: no line separates its corners, so at most 3 of 4 are right.") {
        @Override
        boolean show(Consumer<String> out) {
            int best = 0;
            for (int seed = 0; seed < SEEDS; seed++) {
                best = Math.max(
                        best,
                        new Trial("layers", "2,1", "learning.rate", "1.0", "seed", "" + seed)
                                .train(5000)
                                .right());
            }
            Trial shown = new Trial("layers", "2,1", "learning.rate", "1.0").train(5000);
            Plot.of("loss of a 2-1 network", shown.losses(), "epochs").forEach(out);
            answers(shown, out);
            say(out, "best of %d seeds: %d of 4 right, %d %%", SEEDS, best, 25 * best);
            return best <= 3 && shown.loss() > 0.2;
        }
    },

    /** The hidden layer. */
    HIDDEN_LAYER("hidden-layer", "With four hidden neurons the same training learns XOR: 4 of 4 right.") {
        @Override
        boolean show(Consumer<String> out) {
            int learned = 0;
            for (int seed = 0; seed < SEEDS; seed++) {
                learned += new Trial("learning.rate", "1.0", "seed", "" + seed)
                                        .train(20_000)
                                        .right()
                                == 4
                        ? 1
                        : 0;
            }
            Trial shown = new Trial("learning.rate", "1.0").train(10_000);
            Plot.of("loss of a 2-4-1 network", shown.losses(), "epochs").forEach(out);
            answers(shown, out);
            say(out, "%d of %d seeds learn", learned, SEEDS);
            return learned == SEEDS && shown.right() == 4;
        }
    },

    /** Zero weights. */
    SYMMETRY("symmetry", "Hidden neurons that start with the same weights stay the same for ever; random ones part.") {
        @Override
        boolean show(Consumer<String> out) {
            Trial zeros = new Trial("initializer", "zeros", "learning.rate", "1.0").train(10_000);
            Trial random = new Trial("learning.rate", "1.0").train(10_000);
            say(out, "hidden weights after 10,000 epochs, a row for each input, a column for each neuron:");
            matrix("from zeros", zeros.model(), out);
            matrix("from randn · 0.5", random.model(), out);
            say(out, "from zeros %d of 4 are right, from random weights %d", zeros.right(), random.right());
            return columnsAreEqual(zeros.model())
                    && zeros.right() < 4
                    && !columnsAreEqual(random.model())
                    && random.right() == 4;
        }
    },

    /** Three learning rates. */
    LEARNING_RATE("learning-rate", "Too small a learning rate hardly moves, too large a one overshoots; 2.0 learns.") {
        @Override
        boolean show(Consumer<String> out) {
            Trial small = new Trial("learning.rate", "0.0001").train(10_000);
            Trial good = new Trial("learning.rate", "2.0").train(10_000);
            Trial large = new Trial("learning.rate", "100").train(10_000);
            say(out, "%12s %12s %12s %12s", "epoch", "0.0001", "2.0", "100");
            for (int epoch = 0; epoch < 10_000; epoch = epoch == 0 ? 10 : epoch * 10) {
                say(
                        out,
                        "%,12d %12.6f %12.6f %12.6f",
                        epoch,
                        small.losses().get(epoch),
                        good.losses().get(epoch),
                        large.losses().get(epoch));
            }
            say(out, "%,12d %12.6f %12.6f %12.6f", 10_000, small.loss(), good.loss(), large.loss());
            Plot.of("loss at 2.0", good.losses(), "epochs").forEach(out);
            say(out, "right: %d, %d and %d of 4", small.right(), good.right(), large.right());
            double moved = small.losses().get(0) - small.loss();
            return moved < 0.01 && good.right() == 4 && good.loss() < 0.01 && large.loss() > 0.1;
        }
    },

    /** Words as numbers. */
    CATEGORIES(
            "categories",
            "A number for each word puts them in an order that they do not have; with an input for each, one neuron suffices.") {
        @Override
        boolean show(Consumer<String> out) {
            say(out, "one neuron, features=code");
            int asNumber = new Colours("code").train(out);
            say(out, "one neuron, features=colour:category(red,green,blue)");
            int asWords = new Colours("colour:category(red,green,blue)").train(out);
            say(out, "right: %d of 3 from the number, %d of 3 from an input for each word", asNumber, asWords);
            return asNumber < 3 && asWords == 3;
        }
    },

    /** Gradients in a deep network. */
    VANISHING_GRADIENT(
            "vanishing-gradient",
            "In ten sigmoid layers the gradient all but vanishes on its way to the first; with ReLU or GELU it arrives.") {
        @Override
        boolean show(Consumer<String> out) {
            double[] sigmoid = gradientNorms(Activation.SIGMOID, Initializer.XAVIER);
            double[] relu = gradientNorms(Activation.RELU, Initializer.HE);
            double[] gelu = gradientNorms(Activation.GELU, Initializer.HE);
            say(out, "mean norm of the weights' gradient in each layer of a 2-16-…-16-1 network before training:");
            say(out, "%8s %14s %14s %14s", "layer", "sigmoid", "relu", "gelu");
            for (int l = 0; l < sigmoid.length; l++) {
                say(out, "%8d %14.2e %14.2e %14.2e", l + 1, sigmoid[l], relu[l], gelu[l]);
            }
            double ofSigmoid = sigmoid[0] / sigmoid[sigmoid.length - 1];
            double ofRelu = relu[0] / relu[relu.length - 1];
            double ofGelu = gelu[0] / gelu[gelu.length - 1];
            say(out, "first layer's over last layer's: sigmoid %.1e, ReLU %.1e, GELU %.1e", ofSigmoid, ofRelu, ofGelu);
            return ofSigmoid < 1e-4 && ofRelu > 1e-2 && ofGelu > 1e-2;
        }
    },

    /** Five optimizers. */
    OPTIMIZERS("optimizers", "Momentum, Nesterov, Adam and AdamW learn XOR in fewer steps than plain SGD.") {
        @Override
        boolean show(Consumer<String> out) {
            say(out, "steps until the loss stays under 0.01, 2-4-1, seed 42:");
            boolean holds = true;
            int plain = 0;
            for (String[] trial : new String[][] {
                {"sgd", "0.5"}, {"momentum", "0.5"}, {"nesterov", "0.5"}, {"adam", "0.05"}, {"adamw", "0.05"}
            }) {
                Trial run = new Trial("optimizer", trial[0], "learning.rate", trial[1], "schedule", "constant")
                        .train(20_000);
                int steps = run.epochsUntilLossUnder(0.01);
                say(out, "%10s at %-5s %,7d steps", trial[0], trial[1], steps);
                holds &= run.right() == 4 && (plain == 0 || steps < plain);
                plain = plain == 0 ? steps : plain;
            }
            return holds;
        }
    },

    /** Four schedules. */
    SCHEDULES(
            "schedules", "A schedule changes the learning rate by the step alone: where each starts, peaks and ends.") {
        @Override
        boolean show(Consumer<String> out) {
            int steps = 600;
            List<Double> decay = rates(new LearningRateSchedule.StepDecay(100, 0.5), steps);
            List<Double> cosine = rates(new LearningRateSchedule.Cosine(500, 0.01), steps);
            List<Double> warmup = rates(new LearningRateSchedule.WarmupCosine(50, 500, 0.0), steps);
            Plot.of("constant", rates(new LearningRateSchedule.Constant(), steps), "steps")
                    .forEach(out);
            Plot.of("step-decay, every 100 by 0.5", decay, "steps").forEach(out);
            Plot.of("cosine, 500 steps down to 0.01", cosine, "steps").forEach(out);
            Plot.of("warmup-cosine, 50 up, 500 in all", warmup, "steps").forEach(out);
            return decay.get(0) == 1.0
                    && decay.get(steps - 1) == 1.0 / 32
                    && cosine.get(0) == 1.0
                    && cosine.get(steps - 1) == 0.01
                    && warmup.get(0) == 1.0 / 50
                    && warmup.get(49) == 1.0
                    && Collections.max(warmup) == 1.0
                    && warmup.get(steps - 1) == 0.0;
        }

        private List<Double> rates(LearningRateSchedule schedule, int steps) {
            List<Double> rates = new ArrayList<>();
            for (int step = 0; step < steps; step++) {
                rates.add(schedule.at(1.0, step));
            }
            return rates;
        }
    },

    /** The notebook. */
    NUMPY("numpy", "The class notebook's run in NumPy, number for number: seed 42, learning rate 2.0, 10,000 epochs.") {
        @Override
        boolean show(Consumer<String> out) {
            // The notebook takes the gradient of half the squared error: the same steps at half the rate with the true
            // one.
            Trial run = new Trial("learning.rate", "1.0").train(10_000);
            for (int epoch = 0; epoch < 10_000; epoch += 1000) {
                say(out, "Epoch %5d | Loss: %.6f", epoch, run.losses().get(epoch));
            }
            say(out, "Epoch %5d | Loss: %.6f", 9999, run.loss());
            for (int i = 0; i < Dataset.CORNERS.size(); i++) {
                answer(i, run.lastPredictions()[i], out);
            }
            double[] numpy = {0.018704300422037124, 0.9844805478012834, 0.9844143971642608, 0.01508167761976448};
            boolean holds = isClose(run.losses().get(0), 0.2556753002334093)
                    && isClose(run.losses().get(1000), 0.20331348878688346)
                    && isClose(run.loss(), 0.00026526806660149367);
            for (int i = 0; i < numpy.length; i++) {
                holds &= isClose(run.lastPredictions()[i], numpy[i]);
            }
            return holds;
        }
    },

    /** The PyTorch program. */
    PYTORCH(
            "pytorch",
            "The class's PyTorch program, number for number: nn.Linear's weights, MSELoss, SGD at 2.0, full batches.") {
        @Override
        boolean show(Consumer<String> out) {
            Model model = new Model(Trial.spec("learning.rate", "2.0"));
            Iterator<Double> weights = List.of(
                            0.000608895,
                            0.147871497,
                            -0.135691316,
                            -0.44082047,
                            -0.225050557,
                            -0.490840003,
                            0.029769564,
                            0.663372702,
                            -0.049220652,
                            -0.06204749,
                            0.048984205,
                            0.035688701,
                            0.036894987,
                            -0.325663816,
                            -0.010238138,
                            0.243356118,
                            -0.134421455)
                    .iterator();
            model.parameters().fill(weights::next);
            Trial run = new Trial(model).train(2000);
            Plot.of("loss", run.losses(), "epochs").forEach(out);
            double[][] pytorch = {
                {1, 0.251377456544646},
                {10, 0.2502206347755591},
                {100, 0.2500651887944378},
                {1000, 0.020328874995144804},
                {2000, 0.0010358493403002731}
            };
            say(out, "%8s %22s %22s", "step", "here", "PyTorch");
            boolean holds = true;
            for (double[] step : pytorch) {
                double here = run.losses().get((int) step[0] - 1);
                say(out, "%8.0f %22.16f %22.16f", step[0], here, step[1]);
                holds &= isClose(here, step[1]);
            }
            answers(run, out);
            return holds && run.right() == 4;
        }
    };

    private static final int SEEDS = 10;
    /** The seed of the class, and of every model by default. */
    private static final long FIRST_SEED = 42;

    private final String id;
    private final String claim;

    Lesson(String id, String claim) {
        this.id = id;
        this.claim = claim;
    }

    /**
     * The lesson with this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static Lesson of(String id) {
        return Named.parse(values(), "lesson", id);
    }

    @Override
    public String id() {
        return id;
    }

    /** What the lesson claims. */
    public String claim() {
        return claim;
    }

    /**
     * Runs the experiment.
     *
     * @param out takes what it shows, a line at a time
     * @return whether the run agrees with the claim
     */
    public boolean run(Consumer<String> out) {
        out.accept(claim);
        out.accept("");
        boolean holds = show(out);
        out.accept("");
        out.accept(holds ? "✓ the run agrees" : "✗ the run contradicts the claim");
        return holds;
    }

    abstract boolean show(Consumer<String> out);

    private static void say(Consumer<String> out, String format, Object... values) {
        out.accept(String.format(Locale.ROOT, format, values));
    }

    private static void answers(Trial trial, Consumer<String> out) {
        for (int i = 0; i < Dataset.CORNERS.size(); i++) {
            answer(i, trial.answer(i), out);
        }
    }

    private static void answer(int corner, double answer, Consumer<String> out) {
        double target = Objects.requireNonNull(Dataset.XOR.truthTable()).get(corner);
        say(
                out,
                "[%.0f %.0f] → %.2f (rounded: %d) | target: %.0f %s",
                Dataset.CORNERS.get(corner).get(0),
                Dataset.CORNERS.get(corner).get(1),
                answer,
                Math.round(answer),
                target,
                Math.round(answer) == Math.round(target) ? "✓" : "✗");
    }

    private static void matrix(String title, Model model, Consumer<String> out) {
        say(out, "  %s", title);
        for (double[] row : model.parameters().layer(0).weights().getData()) {
            StringBuilder line = new StringBuilder("   ");
            for (double weight : row) {
                line.append(String.format(Locale.ROOT, " %9.5f", weight));
            }
            out.accept(line.toString());
        }
    }

    private static boolean columnsAreEqual(Model model) {
        for (double[] row : model.parameters().layer(0).weights().getData()) {
            if (Arrays.stream(row).distinct().count() > 1) {
                return false;
            }
        }
        return true;
    }

    private static boolean isClose(double actual, double expected) {
        return Math.abs(actual - expected) <= Math.max(1e-12, 1e-9 * Math.abs(expected));
    }

    /** The mean over the corners of exclusive or and some seeds of the norm of ∂L/∂W, layer by layer. */
    private static double[] gradientNorms(Activation hidden, Initializer initializer) {
        int depth = 11;
        List<Integer> sizes = new ArrayList<>(Collections.nCopies(depth, 16));
        sizes.set(0, 2);
        sizes.add(1);
        List<Activation> activations = new ArrayList<>(Collections.nCopies(depth, hidden));
        activations.set(depth - 1, Activation.SIGMOID);
        Architecture architecture = new Architecture(sizes, activations);
        Network network = new Network(architecture, Loss.BINARY_CROSS_ENTROPY);
        Parameters gradient = Parameters.zeros(architecture);
        double[] norms = new double[depth];
        for (int seed = 0; seed < SEEDS; seed++) {
            Parameters parameters = initializer.initialize(architecture, new NumpyRandom(FIRST_SEED + seed));
            for (int i = 1; i < Dataset.CORNERS.size(); i++) {
                List<Double> corner = Dataset.CORNERS.get(i);
                network.forward(parameters, new double[] {corner.get(0), corner.get(1)});
                double label = Objects.requireNonNull(Dataset.XOR.truthTable()).get(i);
                gradient.clear();
                gradient.add(network.backward(parameters, new double[] {label}, 1.0));
                for (int l = 0; l < depth; l++) {
                    norms[l] += gradient.layer(l).weights().getFrobeniusNorm() / (SEEDS * (Dataset.CORNERS.size() - 1));
                }
            }
        }
        return norms;
    }
}
