package dev.streamgrad.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionTest {
    @ParameterizedTest
    @CsvSource({
        "30d, 2592000000, 30 days",
        "1d, 86400000, 1 day",
        "36h, 129600000, 36 hours",
        "90m, 5400000, 90 minutes",
        "45s, 45000, 45 seconds",
        "forever, -1, forever"
    })
    void parse_andSay(String text, long millis, String said) {
        assertThat(Retention.parse(text)).isEqualTo(new Retention(millis)).hasToString(said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0d", "-1", "30", "d", "30 d", "1w", "9999999d", "forever and ever"})
    void parse_anythingElse_saysWhatIsTaken(String text) {
        assertThatThrownBy(() -> Retention.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be forever, or a number of days")
                .hasMessageEndingWith("; got " + text);
    }

    @Test
    void brokersDefault_isWhateverItIs() {
        assertThat(new Retention(604_800_000)).hasToString("7 days");
        assertThat(new Retention(1)).hasToString("1 ms");
    }
}
