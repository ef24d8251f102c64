package dev.streamgrad.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostAndPortTest {
    @ParameterizedTest
    @ValueSource(strings = {"learner-1:8080", "10.0.0.1:1", "[::1]:8080", "[fe80::1%eth0]:65535", "a.b_c.svc:0"})
    void text_isReadAndWrittenAlike(String text) {
        assertThat(HostAndPort.parse(text)).get().hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "learner", "learner:", ":8080", "::1:8080", "[::1]", "a:b", "a:65536", "http://a:1", "a b:1"
            })
    void otherText_isNone(String text) {
        assertThat(HostAndPort.parse(text)).isEmpty();
    }

    @Test
    void brackets_areOfTheText_notOfTheHost() {
        assertThat(new HostAndPort("[::1]", 80))
                .isEqualTo(new HostAndPort("::1", 80))
                .hasToString("[::1]:80");
    }
}
