package dev.streamgrad.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files the live page consists of, and that nothing else can be had in its name. */
class LivePageTest {
    private final LivePage page = new LivePage();

    private Optional<Answer> file(String path) {
        return page.file(new Request("GET", List.of(path.split("/", -1)), List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"live", "live/main.js", "live/nn.js", "live/live.css", "live/icon.svg", "live/lib/d3.js"})
    void itsFiles_areThere(String path) {
        assertThat(file(path)).hasValueSatisfying(answer -> {
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isNotEmpty();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "live/",
                "live/index.html",
                "live/none.js",
                "live/..%2Fstreamgrad.properties",
                "live/../streamgrad.properties",
                "live/lib/d3.min.js",
                "live/models",
                "live/health",
                "alive",
                "live/lib/d3.js/x"
            })
    void nothingElse_is(String path) {
        assertThat(file(path)).isEmpty();
    }

    @Test
    void d3_isTheWholeOfIt() {
        assertThat(new String(file("live/lib/d3.js").orElseThrow().body(), StandardCharsets.UTF_8))
                .startsWith("// https://d3js.org v7.");
    }
}
