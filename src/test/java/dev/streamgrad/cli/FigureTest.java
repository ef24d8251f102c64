package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FigureTest {

    @ParameterizedTest
    @CsvSource({
        "0, 4, 0.0000",
        "0.26471, 4, 0.2647",
        "-2.5, 4, -2.5000",
        "99999.9, 4, 99999.9000",
        "123456, 4, 1.23e05",
        "4.4e158, 4, 4.40e158",
        "-4.4e158, 6, -4.40e158",
        "0.00005, 4, 0.0001",
        "0.0000231, 4, 2.31e-05",
        "0.0000231, 6, 0.000023",
        "NaN, 4, NaN",
        "Infinity, 4, Infinity",
    })
    void numbers_areNarrow_andNotRoundedToZero(double value, int decimals, String shown) {
        assertThat(Figure.of(value, decimals)).isEqualTo(shown);
    }
}
