package dev.streamgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SgdTest {
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

    /** Most weights are not looked at: whether all are finite must be known nevertheless. */
    @ParameterizedTest
    @ValueSource(doubles = {0.0, 0.1})
    void aStep_tellsWhetherAllItWroteIsFinite(double weightDecay) {
        Random random = new Random(42);
        Sgd sgd = new Sgd(1.0, 0.0, false, weightDecay);
        TrainingState current = TrainingState.zeros(ONE_LAYER, sgd.slots());
        TrainingState next = TrainingState.zeros(ONE_LAYER, sgd.slots());
        int[] outcomes = new int[2];
        for (int i = 0; i < 200_000; i++) {
            current.parameters().fill(() -> {
                double weight = any(random);
                return Double.isFinite(weight) ? weight : 1.0;
            });
            double[] factors = {any(random), any(random), any(random)};
            double[] delta = {any(random), any(random)};
            double scale = random.nextBoolean() ? 1.0 : Math.abs(any(random));
            double eta = random.nextBoolean() ? 0.3 : Math.abs(any(random));
            boolean told = sgd.step(current, new Outer(factors, delta), scale, eta, 1, next);
            boolean[] finite = {true};
            next.parameters().forEach(number -> finite[0] &= Double.isFinite(number));
            if (told != finite[0]) {
                assertThat(told)
                        .as("step %d: factors %s, delta %s", i, Arrays.toString(factors), Arrays.toString(delta))
                        .isEqualTo(finite[0]);
            }
            outcomes[told ? 1 : 0]++;
        }
        assertThat(outcomes[0]).isGreaterThan(10_000);
        assertThat(outcomes[1]).isGreaterThan(10_000);
    }
}
