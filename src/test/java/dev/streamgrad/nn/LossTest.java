package dev.streamgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LossTest {

    @ParameterizedTest
    @CsvSource({"mse, 3.25", "mae, 1.5", "huber, 1.0625"})
    void value_ofTwoErrors_isTheirMean(String name, double expected) {
        double[] predicted = {2.5, 0.5};
        double[] label = {0.0, 1.0};
        assertThat(Loss.of(name).value(predicted, predicted, label)).isEqualTo(expected);
    }

    @Test
    void meanSquaredError_hasTheTrueGradient_withItsFactorTwo() {
        double[] gradient = new double[2];
        Loss.MSE.delta(Activation.IDENTITY, new double[] {3, 1}, new double[] {3, 1}, new double[] {1, 1}, gradient);
        assertThat(gradient).containsExactly(2.0, 0.0);
    }

    @Test
    void binaryCrossEntropy_isTakenFromTheLogits_soThatCertaintyIsNotInfinite() {
        double[] one = {1.0};
        assertThat(Loss.BINARY_CROSS_ENTROPY.value(new double[] {0.0}, new double[] {0.5}, one))
                .isCloseTo(Math.log(2), within(1e-15));
        // A sigmoid of -800 is 0, whose logarithm is infinite; the loss is 800.
        assertThat(Loss.BINARY_CROSS_ENTROPY.value(new double[] {-800}, new double[] {0.0}, one))
                .isEqualTo(800.0);
        assertThat(Loss.BINARY_CROSS_ENTROPY.value(new double[] {1e308}, new double[] {1.0}, one))
                .isEqualTo(0.0);
    }

    @Test
    void crossEntropy_isTakenFromTheLogits_andNeverNaN() {
        double[] second = {0.0, 1.0};
        assertThat(Loss.CROSS_ENTROPY.value(new double[] {800, 0}, new double[] {1, 0}, second))
                .isEqualTo(800.0);
        assertThat(Loss.CROSS_ENTROPY.value(
                        new double[] {-Double.MAX_VALUE, Double.MAX_VALUE}, new double[] {0, 1}, second))
                .isEqualTo(0.0);
    }

    @Test
    void lossThatMakesNoSenseOnItsOutput_isRefusedWithTheRemedy() {
        Architecture architecture = new Architecture(List.of(2, 3), List.of(Activation.IDENTITY));
        assertThatThrownBy(() -> new Network(architecture, Loss.CROSS_ENTROPY))
                .hasMessage("loss cross-entropy needs the output activation softmax; got identity;"
                        + " set output.activation=softmax or another loss");
        assertThatThrownBy(() -> new Network(architecture, Loss.BINARY_CROSS_ENTROPY))
                .hasMessageContaining("needs the output activation sigmoid");
    }
}
