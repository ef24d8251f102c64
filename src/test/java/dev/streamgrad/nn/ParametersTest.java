package dev.streamgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.RealVector;
import org.junit.jupiter.api.Test;

class ParametersTest {
    private static final Architecture TWO_FOUR_ONE =
            new Architecture(List.of(2, 4, 1), List.of(Activation.SIGMOID, Activation.SIGMOID));

    @Test
    void canonicalOrder_isWeightsByRow_thenBiases_layerByLayer() {
        Parameters parameters = Parameters.zeros(TWO_FOUR_ONE);
        double[] next = {0};
        parameters.fill(() -> next[0]++);
        assertThat(parameters.layer(0).weights().getData()).isDeepEqualTo(new double[][] {{0, 1, 2, 3}, {4, 5, 6, 7}});
        assertThat(parameters.layer(0).biases().toArray()).containsExactly(8, 9, 10, 11);
        assertThat(parameters.layer(1).weights().getData()).isDeepEqualTo(new double[][] {{12}, {13}, {14}, {15}});
        assertThat(parameters.layer(1).biases().toArray()).containsExactly(16);
        assertThat(TWO_FOUR_ONE.parameters()).isEqualTo(17);
        List<Double> order = new ArrayList<>();
        parameters.forEach(order::add);
        assertThat(order).hasSize(17).isSorted();
    }

    /**
     * The arrays behind them are really those of the Commons Math objects: its own algebra gives the same prediction.
     */
    @Test
    void forward_isCommonsMathsOwnAlgebra() {
        Parameters parameters = Initializer.PYTORCH.initialize(TWO_FOUR_ONE, new NumpyRandom(3));
        RealVector x = new ArrayRealVector(new double[] {0.25, -1.5});
        for (Layer layer : parameters.layers()) {
            x = layer.weights().preMultiply(x).add(layer.biases()).map(Activation.SIGMOID::value);
        }
        double[] prediction = new Network(TWO_FOUR_ONE, Loss.MSE).forward(parameters, new double[] {0.25, -1.5});
        assertThat(prediction[0]).isCloseTo(x.getEntry(0), org.assertj.core.api.Assertions.within(1e-15));
    }

    @Test
    void copy_isDeep() {
        Parameters parameters = Parameters.zeros(TWO_FOUR_ONE);
        Parameters copy = parameters.copy();
        parameters.fill(() -> 1.0);
        assertThat(copy.norm(1.0)).isZero();
        copy.set(parameters);
        assertThat(copy.norm(2.0)).isEqualTo(Math.sqrt(17 * 4));
        copy.clear();
        assertThat(copy.norm(1.0)).isZero();
    }

    @Test
    void shapesThatDoNotFit_areRefused() {
        assertThatThrownBy(() -> new Layer(new Array2DRowRealMatrix(2, 3), new ArrayRealVector(2)))
                .hasMessage("biases must be as many as the columns of the weights (3); got 2");
        assertThatThrownBy(() -> new Architecture(List.of(2), List.of())).hasMessageContaining("at least two sizes");
        assertThatThrownBy(() -> new Architecture(List.of(2, 0), List.of(Activation.TANH)))
                .hasMessage("every size in layers must be at least 1; got [2, 0]");
        assertThatThrownBy(() -> new Architecture(List.of(2, 2, 2), List.of(Activation.SOFTMAX, Activation.SOFTMAX)))
                .hasMessageContaining("softmax belongs on the output layer only");
        assertThatThrownBy(() -> new Architecture(List.of(100_000, 100_000), List.of(Activation.TANH)))
                .hasMessageContaining("at most 268435455 parameters");
    }

    @Test
    void initializers_keepTheirBounds_andZerosIsZero() {
        assertThat(Initializer.ZEROS
                        .initialize(TWO_FOUR_ONE, new NumpyRandom(1))
                        .norm(1.0))
                .isZero();
        Parameters xavier = Initializer.XAVIER.initialize(TWO_FOUR_ONE, new NumpyRandom(1));
        assertThat(xavier.layer(0).weights().getNorm()).isPositive();
        xavier.layer(0).weights().walkInOptimizedOrder(new Within(Math.sqrt(6.0 / 6.0)));
        assertThat(xavier.layer(0).biases().getNorm()).isZero();
        Parameters pytorch = Initializer.PYTORCH.initialize(TWO_FOUR_ONE, new NumpyRandom(1));
        pytorch.layer(1).weights().walkInOptimizedOrder(new Within(0.5));
        assertThat(pytorch.layer(1).biases().getNorm()).isPositive().isLessThan(0.5);
    }

    private static final class Within extends org.apache.commons.math3.linear.DefaultRealMatrixPreservingVisitor {
        private final double bound;

        Within(double bound) {
            this.bound = bound;
        }

        @Override
        public void visit(int row, int column, double value) {
            assertThat(Math.abs(value)).isLessThanOrEqualTo(bound).isNotZero();
        }
    }
}
