package dev.streamgrad.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.io.NumberOutput;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
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

    /** Random bits, numbers as they occur, and what stands at a change of the exponent. */
    @Test
    void agreesWithJacksons_onAnyBits() {
        Random random = new Random(42);
        for (int i = 0; i < 500_000; i++) {
            double any = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(any)) {
                requireJacksons(any);
            }
            requireJacksons(random.nextDouble());
            requireJacksons(random.nextInt(1_000_000) * 1e-6);
        }
        for (int exponent = -1074; exponent < 1024; exponent++) {
            double power = Math.scalb(1.0, exponent);
            requireJacksons(power);
            requireJacksons(Math.nextUp(power));
            requireJacksons(-Math.nextDown(power));
        }
        for (int exponent = -323; exponent < 309; exponent++) {
            double power = Double.parseDouble("1e" + exponent);
            requireJacksons(power);
            requireJacksons(Math.nextUp(power));
            requireJacksons(Math.nextDown(power));
        }
    }

    private static void requireJacksons(double value) {
        String text = ShortestDecimal.of(value);
        if (!text.equals(NumberOutput.toString(value, true))) {
            assertThat(text).isEqualTo(NumberOutput.toString(value, true));
        }
    }

    /** Whatever the algorithm: it must read back, and no decimal with a digit less may. */
    @Test
    void readsBack_andNoShorterDecimalDoes() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            double value = Math.abs(Double.longBitsToDouble(random.nextLong()));
            if (!Double.isFinite(value) || value == 0.0) {
                continue;
            }
            String text = ShortestDecimal.of(value);
            assertThat(Double.parseDouble(text)).isEqualTo(value);
            int digits = new BigDecimal(text).stripTrailingZeros().precision();
            for (RoundingMode mode : List.of(RoundingMode.DOWN, RoundingMode.UP)) {
                if (digits > 2) {
                    assertThat(new BigDecimal(value)
                                    .round(new MathContext(digits - 1, mode))
                                    .doubleValue())
                            .as("%s with a digit less", text)
                            .isNotEqualTo(value);
                }
            }
        }
    }

    @Test
    void wholeNumbers_areWrittenWhole() {
        byte[] bytes = new byte[ShortestDecimal.LONGEST + 1];
        Random random = new Random(42);
        LongStream.concat(
                        LongStream.of(
                                0, 9, 10, 99, 100, -1, Integer.MAX_VALUE, 1L << 31, Long.MAX_VALUE, Long.MIN_VALUE),
                        LongStream.generate(() -> random.nextLong() >> random.nextInt(64))
                                .limit(100_000))
                .forEach(value -> assertThat(new String(
                                bytes, 1, ShortestDecimal.write(value, bytes, 1) - 1, StandardCharsets.US_ASCII))
                        .isEqualTo(Long.toString(value)));
    }

    @Test
    void whatIsNotFinite_isRefused() {
        assertThatThrownBy(() -> ShortestDecimal.of(Double.NaN)).isInstanceOf(NumberFormatException.class);
    }
}
