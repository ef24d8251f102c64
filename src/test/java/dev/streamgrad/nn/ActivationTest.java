package dev.streamgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ActivationTest {
    private static final double[] EXTREMES = {
        0.0,
        -0.0,
        Double.MIN_VALUE,
        1e-300,
        1.0,
        30.0,
        40.0,
        709.0,
        710.0,
        1000.0,
        1e8,
        1e150,
        1e200,
        1e308,
        Double.MAX_VALUE
    };

    /** Values by mpmath with 30 digits. */
    @ParameterizedTest
    @CsvSource({
        "identity,   -1.5, -1.5",
        "sigmoid,     0.5,  0.622459331201854593",
        "sigmoid,    -3,    0.0474258731775667813",
        "tanh,        0.5,  0.462117157260009759",
        "relu,       -2,    0",
        "relu,        2,    2",
        "leaky-relu, -2,   -0.02",
        "leaky-relu,  2,    2",
        "gelu,        1,    0.841344746068542949",
        "gelu,       -3,   -0.00404969409489031003",
        "gelu-tanh,   1,    0.841191990608276705",
        "gelu-tanh,  -3,   -0.00363739208177299594",
        "silu,        1,    0.731058578630004879",
        "silu,       -2,   -0.238405844044235018"
    })
    void value_isTheFunctions(String name, double z, double expected) {
        assertThat(Activation.of(name).value(z)).isCloseTo(expected, within(1e-15 + 1e-14 * Math.abs(expected)));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SOFTMAX")
    void derivative_isTheCentralDifference(Activation activation) {
        for (double z = -6.03; z < 6.0; z += 0.1) {
            double h = 1e-6;
            double expected = (activation.value(z + h) - activation.value(z - h)) / (2 * h);
            assertThat(activation.derivative(z, activation.value(z)))
                    .as("%s at %s", activation.id(), z)
                    .isCloseTo(expected, within(1e-8));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SOFTMAX")
    void overTheWholeDoubleRange_isNeverNaN_andKeepsItsRange(Activation activation) {
        for (double extreme : EXTREMES) {
            for (double z : new double[] {extreme, -extreme}) {
                double a = activation.value(z);
                assertThat(a).as("%s at %s", activation.id(), z).isFinite();
                assertThat(a).isBetween(activation.lowest(), activation.highest());
                assertThat(activation.derivative(z, a))
                        .as("%s′ at %s", activation.id(), z)
                        .isFinite();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SOFTMAX")
    void notANumber_staysOne_soThatNoActivationHidesIt(Activation activation) {
        assertThat(activation.value(Double.NaN)).isNaN();
    }

    @Test
    void sigmoid_saturatesExactly() {
        assertThat(Activation.SIGMOID.value(1000)).isEqualTo(1.0);
        assertThat(Activation.SIGMOID.value(-1000)).isEqualTo(0.0);
    }

    @Test
    void softmax_addsUpToOne_andShiftsDoNotMatter() {
        double[] a = new double[3];
        Activation.SOFTMAX.apply(new double[] {1001, 1002, 1003}, a);
        assertThat(a)
                .containsExactly(
                        new double[] {0.09003057317038046, 0.24472847105479764, 0.6652409557748218}, within(1e-15));
    }

    @Test
    void softmax_ofHugeLogits_isNeverNaN() {
        double[] a = new double[2];
        Activation.SOFTMAX.apply(new double[] {Double.MAX_VALUE, -Double.MAX_VALUE}, a);
        assertThat(a).containsExactly(1.0, 0.0);
    }

    @Test
    void softmax_backward_isTheCentralDifferenceOfEveryPair() {
        double[] z = {0.3, -1.2, 0.7};
        double[] a = new double[3];
        Activation.SOFTMAX.apply(z, a);
        double[] upstream = {0.5, -2.0, 1.5};
        double[] actual = new double[3];
        Activation.SOFTMAX.backward(z, a, upstream, actual);
        double h = 1e-6;
        for (int i = 0; i < 3; i++) {
            double[] up = z.clone();
            double[] down = z.clone();
            up[i] += h;
            down[i] -= h;
            double[] above = new double[3];
            double[] below = new double[3];
            Activation.SOFTMAX.apply(up, above);
            Activation.SOFTMAX.apply(down, below);
            double expected = 0.0;
            for (int j = 0; j < 3; j++) {
                expected += upstream[j] * (above[j] - below[j]) / (2 * h);
            }
            assertThat(actual[i]).isCloseTo(expected, within(1e-9));
        }
    }

    @Test
    void unknownName_isRefusedWithThoseThatExist() {
        assertThatThrownBy(() -> Activation.of("sigmiod"))
                .hasMessage(
                        "activation must be one of identity, sigmoid, tanh, relu, leaky-relu, gelu, gelu-tanh, silu,"
                                + " softmax; got sigmiod");
    }
}
