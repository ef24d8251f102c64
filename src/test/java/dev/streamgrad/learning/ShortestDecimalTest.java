package dev.streamgrad.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.io.NumberOutput;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShortestDecimalTest {

    /** The last three are longer from {@link Double#toString} before JDK 19. */
    @ParameterizedTest
    @CsvSource({
        "0.3, 0.3",
        "2, 2.0",
        "0.001, 0.001",
        "9.99E-4, 9.99E-4",
        "1E-8, 1.0E-8",
        "1E7, 1.0E7",
        "9999999, 9999999.0",
        "123456.75, 123456.75",
        "-0.25, -0.25",
        "0, 0.0",
        "-0.0, -0.0",
        "4.9E-324, 4.9E-324",
        "1.7976931348623157E308, 1.7976931348623157E308",
        "2E23, 2.0E23",
        "2E-44, 2.0E-44",
        "1.0E23, 1.0E23"
    })
    void writesTheShortestForm(double value, String expected) {
        assertThat(ShortestDecimal.of(value)).isEqualTo(expected);
        assertThat(Double.parseDouble(expected)).isEqualTo(value);
    }

    /** Jackson's is another algorithm (Schubfach) for the same text. */
    @Test
    void agreesWithJacksons_onAnyBits() {
        Random random = new Random(42);
        for (int i = 0; i < 50_000; i++) {
            double any = Double.longBitsToDouble(random.nextLong());
            double common = random.nextInt(1_000_000) * 1e-6;
            if (Double.isFinite(any)) {
                assertThat(ShortestDecimal.of(any)).isEqualTo(NumberOutput.toString(any, true));
            }
            assertThat(ShortestDecimal.of(common)).isEqualTo(NumberOutput.toString(common, true));
        }
        for (int exponent = -1074; exponent < 1024; exponent++) {
            double power = Math.scalb(1.0, exponent);
            assertThat(ShortestDecimal.of(power)).isEqualTo(NumberOutput.toString(power, true));
        }
    }

    @Test
    void whatIsNotFinite_isRefused() {
        assertThatThrownBy(() -> ShortestDecimal.of(Double.NaN)).isInstanceOf(NumberFormatException.class);
    }
}
