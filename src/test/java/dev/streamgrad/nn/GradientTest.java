package dev.streamgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Backpropagation beside central differences: every hidden activation, output, loss and depth that go together. */
class GradientTest {
    private static final double STEP = 1e-5;

    @TestFactory
    Stream<DynamicTest> everyCombination_isTheCentralDifference() {
        List<DynamicTest> tests = new ArrayList<>();
        for (List<Integer> sizes : List.of(List.of(3, 2), List.of(3, 4, 2), List.of(2, 5, 4, 3, 2))) {
            for (Activation hidden : Activation.values()) {
                for (Activation output : Activation.values()) {
                    for (Loss loss : Loss.values()) {
                        if (hidden != Activation.SOFTMAX && allowed(loss, output)) {
                            tests.add(DynamicTest.dynamicTest(
                                    hidden.id() + ", " + output.id() + ", " + loss.id() + ", " + sizes,
                                    () -> check(sizes, hidden, output, loss)));
                        }
                    }
                }
            }
        }
        assertThat(tests).hasSizeGreaterThan(500);
        return tests.stream();
    }

    private static boolean allowed(Loss loss, Activation output) {
        try {
            loss.requireOutput(output);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void check(List<Integer> sizes, Activation hidden, Activation output, Loss loss) {
        List<Activation> activations = new ArrayList<>(Collections.nCopies(sizes.size() - 2, hidden));
        activations.add(output);
        Architecture architecture = new Architecture(sizes, activations);
        NumpyRandom random = new NumpyRandom(17);
        Parameters parameters = Initializer.PYTORCH.initialize(architecture, random);
        double[] features = new double[architecture.inputs()];
        Arrays.setAll(features, i -> random.nextGaussian());
        double[] label = {0.3, 0.7};
        Network network = new Network(architecture, loss);

        network.forward(parameters, features);
        Parameters gradient = Parameters.zeros(architecture);
        gradient.add(network.backward(parameters, label, 1.0));
        List<Double> analytic = numbers(gradient);
        List<Double> point = numbers(parameters);
        for (int i = 0; i < point.size(); i++) {
            double above = lossWith(network, parameters, point, i, STEP, features, label);
            double below = lossWith(network, parameters, point, i, -STEP, features, label);
            double expected = (above - below) / (2 * STEP);
            assertThat(analytic.get(i))
                    .as("parameter %d", i)
                    .isCloseTo(expected, within(1e-7 + 1e-6 * Math.abs(expected)));
        }
    }

    private static double lossWith(
            Network network,
            Parameters parameters,
            List<Double> point,
            int changed,
            double by,
            double[] features,
            double[] label) {
        int[] at = {0};
        parameters.fill(() -> point.get(at[0]) + (at[0]++ == changed ? by : 0.0));
        network.forward(parameters, features);
        return network.loss(label);
    }

    private static List<Double> numbers(Parameters parameters) {
        List<Double> numbers = new ArrayList<>();
        parameters.forEach(numbers::add);
        return numbers;
    }

    @Test
    void weightOfASample_multipliesItsGradient_andAccumulationAdds() {
        Architecture architecture = new Architecture(List.of(2, 3, 1), List.of(Activation.TANH, Activation.SIGMOID));
        Parameters parameters = Initializer.NORMAL.initialize(architecture, new NumpyRandom(1));
        Network network = new Network(architecture, Loss.MSE);
        network.forward(parameters, new double[] {0.5, -1.0});
        Parameters once = Parameters.zeros(architecture);
        once.add(network.backward(parameters, new double[] {1.0}, 1.0));
        Parameters threefold = Parameters.zeros(architecture);
        threefold.add(network.backward(parameters, new double[] {1.0}, 1.0));
        threefold.add(network.backward(parameters, new double[] {1.0}, 2.0));
        List<Double> single = numbers(once);
        List<Double> triple = numbers(threefold);
        for (int i = 0; i < single.size(); i++) {
            assertThat(triple.get(i)).isCloseTo(3 * single.get(i), within(1e-15));
        }
    }
}
