package dev.streamgrad.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.ModelState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotTest {
    static final SamplesLog LOG = new SamplesLog("Lq0gY3hWTZuqV5p2YkVZ3g", "xor");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @ParameterizedTest
    @MethodSource("dev.streamgrad.records.StateFormatTest#specs")
    void snapshot_resumesToTheSameBits(ModelSpec spec) {
        Model model = StateFormatTest.trained(spec, 1001);
        byte[] json = Snapshot.of("xor", model, new Source(2, 1000), LOG, 17).toJson();
        assertThat((long) json.length).isLessThanOrEqualTo(Snapshot.largest(spec));
        Snapshot back = Snapshot.read(json);
        assertThat(back.isIntact()).isTrue();
        assertThat(back.source()).isEqualTo(new Source(2, 1000));
        assertThat(back.time()).isEqualTo(17);
        assertThat(back.log()).isEqualTo(LOG);
        StateFormatTest.train(model, 1001, 2500);
        StateFormatTest.train(back.model(), 1001, 2500);
        assertThat(Fingerprint.of(back.model())).isEqualTo(Fingerprint.of(model));
        assertThat(back.model().metrics().sinceStart())
                .isEqualTo(model.metrics().sinceStart());
    }

    @Test
    void snapshot_readsLikeTheReadmeSays() throws IOException {
        JsonNode json = MAPPER.readTree(
                Snapshot.of("xor", StateFormatTest.trained(ModelSpec.xor(), 1000), new Source(0, 999), LOG, 5)
                        .toJson());
        assertThat(json.get("format").intValue()).isEqualTo(2);
        assertThat(json.get("model").textValue()).isEqualTo("xor");
        assertThat(json.get("version").longValue()).isEqualTo(1000);
        assertThat(json.get("samples").longValue()).isEqualTo(1000);
        assertThat(json.get("spec").get("layers").textValue()).isEqualTo("2,4,1");
        assertThat(json.get("layers")).hasSize(2);
        assertThat(json.get("layers").get(0).get("weights")).hasSize(2);
        assertThat(json.get("layers").get(0).get("weights").get(0)).hasSize(4);
        assertThat(json.get("layers").get(0).get("biases")).hasSize(4);
        assertThat(json.get("metrics").get("window").get("samples").longValue()).isEqualTo(1000);
        assertThat(json.get("metrics").get("window").get("accuracy").doubleValue())
                .isBetween(0.0, 1.0);
        assertThat(json.get("source").get("offset").longValue()).isEqualTo(999);
        assertThat(json.get("fingerprint").textValue()).hasSize(64);
    }

    @Test
    void changedWeight_isFound() throws IOException {
        byte[] json = Snapshot.of("xor", StateFormatTest.trained(ModelSpec.xor(), 10), new Source(0, 9), LOG, 5)
                .toJson();
        ObjectNode changed = (ObjectNode) MAPPER.readTree(json);
        ((com.fasterxml.jackson.databind.node.ArrayNode)
                        changed.get("layers").get(1).get("biases"))
                .set(0, 0.25);
        assertThat(Snapshot.read(MAPPER.writeValueAsBytes(changed)).isIntact()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"snapshot-v1.json", "snapshot-v2.json"})
    void everyFormat_isStillRead(String golden) throws IOException {
        try (InputStream in = SnapshotTest.class.getResourceAsStream("/golden/" + golden)) {
            Snapshot snapshot = Snapshot.read(Objects.requireNonNull(in).readAllBytes());
            assertThat(snapshot.fingerprint()).isEqualTo(GoldenFiles.FINGERPRINT);
            assertThat(snapshot.isIntact()).isTrue();
            assertThat(snapshot.model().version()).isEqualTo(1000);
            Model trained = StateFormatTest.trained(ModelSpec.xor(), 1000);
            trained.reached(999);
            assertThat(ModelState.counters(snapshot.model())).isEqualTo(ModelState.counters(trained));
        }
    }

    @Test
    void whatIsNoSnapshotOfOurs_isRefused() {
        assertThatThrownBy(() -> Snapshot.read("{\"format\":4}".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("unknown format 4 of a snapshot, this release reads up to 3");
        assertThatThrownBy(() -> Snapshot.read("hello".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a snapshot");
        assertThatThrownBy(() -> Snapshot.read("{}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
