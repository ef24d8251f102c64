package dev.streamgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.commons.math3.random.MersenneTwister;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class NumpyRandomTest {

    @TestFactory
    Stream<DynamicTest> drawsWhatNumpyDraws_bitForBit() throws IOException {
        JsonNode runs = new ObjectMapper()
                .readTree(Path.of("src/test/resources/reference/numpy-legacy-random.json")
                        .toFile())
                .get("runs");
        assertThat(runs).isNotEmpty();
        return StreamSupport.stream(runs.spliterator(), false)
                .map(run -> DynamicTest.dynamicTest("seed " + run.get("seed"), () -> {
                    NumpyRandom normals = new NumpyRandom(run.get("seed").longValue());
                    for (JsonNode expected : run.get("randn")) {
                        assertSameBits(normals.nextGaussian(), expected.doubleValue());
                    }
                    NumpyRandom uniforms = new NumpyRandom(run.get("seed").longValue());
                    for (JsonNode expected : run.get("random_sample")) {
                        assertSameBits(uniforms.nextDouble(), expected.doubleValue());
                    }
                }));
    }

    @Test
    void drawsWhatCommonsMathDraws_forSeedsThatBothReadAlike() {
        for (int seed : List.of(0, 1, 42, 5489, Integer.MAX_VALUE)) {
            NumpyRandom ours = new NumpyRandom(seed);
            MersenneTwister theirs = new MersenneTwister();
            theirs.setSeed(seed);
            for (int i = 0; i < 2000; i++) {
                assertThat(ours.nextInt()).as("seed %d, number %d", seed, i).isEqualTo(theirs.nextInt());
            }
        }
    }

    @Test
    void seedingAgain_startsAnew_andForgetsTheKeptNormal() {
        NumpyRandom random = new NumpyRandom(42);
        double first = random.nextGaussian();
        random.setSeed(42L);
        assertSameBits(random.nextGaussian(), first);
    }

    @Test
    void seedOutOfRange_isRefused() {
        assertThatThrownBy(() -> new NumpyRandom(-1)).hasMessage("seed must be from 0 to 4294967295; got -1");
        assertThatThrownBy(() -> new NumpyRandom(1L << 32)).hasMessageContaining("got 4294967296");
    }

    private static void assertSameBits(double actual, double expected) {
        assertThat(Double.doubleToRawLongBits(actual))
                .as("%s beside %s", actual, expected)
                .isEqualTo(Double.doubleToRawLongBits(expected));
    }
}
