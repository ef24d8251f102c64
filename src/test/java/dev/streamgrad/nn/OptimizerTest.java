package dev.streamgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an optimizer says of a step whose numbers are too large. */
class OptimizerTest {
    private static final Architecture ONE_LAYER = new Architecture(List.of(3, 2), List.of(Activation.IDENTITY));

    /** The outer product of a sample, as a {@link Network} hands it out. */
    private static final class Outer implements Gradient {
        private final double[] factors;
        private final double[] delta;

        Outer(double[] factors, double[] delta) {
            this.factors = factors;
            this.delta = delta;
        }

        @Override
        public int depth() {
            return 1;
        }

        @Override
        public double[] factors(int l) {
            return factors;
        }

        @Override
        public double[][] rows(int l) {
            double[][] rows = new double[factors.length][];
            Arrays.fill(rows, delta);
            return rows;
        }

        @Override
        public double largest(int l) {
            return Sums.largest(delta);
        }

        @Override
        public double[] bias(int l) {
            return delta;
        }

        @Override
        public double norm(double scale) {
            throw new UnsupportedOperationException();
        }
    }

    /** Of any size, most of them so large or small that some products overflow and some just do not. */
    private static double any(Random random) {
        int kind = random.nextInt(20);
        if (kind == 0) {
            return 0.0;
        }
        if (kind == 1) {
            return random.nextBoolean() ? Double.MAX_VALUE : -Double.MAX_VALUE;
        }
        return Math.scalb(random.nextGaussian(), random.nextInt(2040) - 1020);
    }

    static List<Optimizer> optimizers() {
        return List.of(
                new Sgd(1.0, 0.0, false, 0.0),
                new Sgd(1.0, 0.0, false, 0.1),
                new Sgd(1.0, 0.9, false, 0.0),
                new Sgd(1.0, 0.9, false, 0.1),
                new Sgd(1.0, 0.9, true, 0.0),
                new Adam(0.1, 0.9, 0.999, 1e-8, 0.0, false),
                new Adam(0.1, 0.9, 0.999, 1e-8, 0.1, false),
                new Adam(0.1, 0.9, 0.999, 1e-8, 0.1, true),
                new Adam(0.1, 0.0, 0.0, 1e-8, 0.0, false));
    }

    /** Not all numbers are looked at: whether all are finite must be known nevertheless. */
    @ParameterizedTest
    @MethodSource("optimizers")
    void aStep_tellsWhetherAllItWroteIsFinite(Optimizer optimizer) {
        Random random = new Random(42);
        TrainingState current = TrainingState.zeros(ONE_LAYER, optimizer.slots());
        TrainingState next = TrainingState.zeros(ONE_LAYER, optimizer.slots());
        int[] outcomes = new int[2];
        for (int i = 0; i < 200_000; i++) {
            boolean ordinary = random.nextInt(4) == 0;
            current.parameters().fill(() -> ordinary ? random.nextGaussian() : finite(random));
            for (int slot = 0; slot < optimizer.slots(); slot++) {
                // The second is a mean of squares.
                boolean ofSquares = slot == 1;
                current.slots().get(slot).fill(() -> {
                    double number = ordinary ? random.nextGaussian() : finite(random);
                    return ofSquares ? Math.abs(number) : number;
                });
            }
            double[] factors = {any(random), any(random), any(random)};
            double[] delta = {any(random), any(random)};
            double scale = random.nextBoolean() ? 1.0 : Math.abs(any(random));
            double eta = random.nextBoolean() ? 0.3 : Math.abs(any(random));
            boolean told = optimizer.step(current, new Outer(factors, delta), scale, eta, 1 + i % 5, next);
            boolean[] finite = {true};
            next.parameters().forEach(number -> finite[0] &= Double.isFinite(number));
            next.slots().forEach(slot -> slot.forEach(number -> finite[0] &= Double.isFinite(number)));
            if (told != finite[0]) {
                assertThat(told)
                        .as("step %d: factors %s, delta %s", i, Arrays.toString(factors), Arrays.toString(delta))
                        .isEqualTo(finite[0]);
            }
            outcomes[told ? 1 : 0]++;
        }
        assertThat(outcomes[0]).isGreaterThan(1_000);
        assertThat(outcomes[1]).isGreaterThan(1_000);
    }

    private static double finite(Random random) {
        double number = any(random);
        return Double.isFinite(number) ? number : 1.0;
    }

    /** The gradient's square alone overflows, and divides what would show it to nothing. */
    @Test
    void aSquareThatOverflows_isToldOf_thoughTheWeightsAreFinite() {
        Adam adam = new Adam(0.1, 0.9, 0.999, 1e-8, 0.0, false);
        TrainingState current = TrainingState.zeros(ONE_LAYER, adam.slots());
        TrainingState next = TrainingState.zeros(ONE_LAYER, adam.slots());
        double[] factors = {1.0, 1.0, 1.0};
        assertThat(adam.step(current, new Outer(factors, new double[] {1e160, 1.0}), 1.0, 0.1, 1, next))
                .isFalse();
        boolean[] finite = {true};
        next.parameters().forEach(number -> finite[0] &= Double.isFinite(number));
        assertThat(finite[0]).as("the weights alone do not tell").isTrue();
        assertThat(adam.step(current, new Outer(factors, new double[] {1e150, 1.0}), 1.0, 0.1, 1, next))
                .isTrue();
    }
}
