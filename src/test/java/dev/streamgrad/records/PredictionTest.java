package dev.streamgrad.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PredictionTest {
    private final Prediction.Writer writer = new Prediction.Writer();

    private String write(double @Nullable [] label) {
        return new String(
                writer.write("a\"7", new double[] {0.98}, null, label, 4.0e-4, 1234, label != null, 0, 1233),
                StandardCharsets.UTF_8);
    }

    @Test
    void prediction_isTheDocumentedJson() {
        assertThat(write(new double[] {1}))
                .isEqualTo("{\"id\":\"a\\\"7\",\"prediction\":[0.98],\"label\":[1],\"loss\":4.0E-4,\"version\":1234,"
                        + "\"trained\":true,\"source\":{\"partition\":0,\"offset\":1233}}");
    }

    @Test
    void request_hasNeitherLabelNorLoss() {
        assertThat(write(null))
                .isEqualTo("{\"id\":\"a\\\"7\",\"prediction\":[0.98],\"version\":1234,\"trained\":false,"
                        + "\"source\":{\"partition\":0,\"offset\":1233}}");
    }

    @Test
    void whatIsWritten_readsBack() {
        assertThat(Prediction.read(write(new double[] {1}).getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new Prediction(
                        "a\"7", List.of(0.98), null, List.of(1.0), 4.0e-4, 1234, true, new Source(0, 1233)));
        assertThat(Prediction.read(write(null).getBytes(StandardCharsets.UTF_8)).loss())
                .isNull();
        assertThatThrownBy(() -> Prediction.read(new byte[] {'x'})).hasMessageContaining("not a prediction");
    }

    @Test
    void doubles_areInTheirShortestForm() {
        byte[] bytes =
                writer.write(null, new double[] {0.1, 2.2250738585072014E-308, -0.0}, null, null, 0, 0, false, 0, 0);
        assertThat(new String(bytes, StandardCharsets.UTF_8))
                .startsWith("{\"prediction\":[0.1,2.2250738585072014E-308,-0.0]");
    }

    @Test
    void aRecord_holdsNothingOfTheOneBefore_evenIfThatCouldNotBeWritten() {
        String first = write(new double[] {1});
        assertThatThrownBy(() -> write(new double[] {Double.NaN})).hasMessage("JSON has no NaN");
        assertThat(write(new double[] {1})).isEqualTo(first);
        String longId = "ä€😀\"".repeat(5_000);
        byte[] bytes = writer.write(longId, new double[] {0.5}, null, null, 0, 0, false, 0, 0);
        assertThat(Prediction.read(bytes).id()).isEqualTo(longId);
        assertThat(write(new double[] {1})).isEqualTo(first);
    }

    @Test
    void sample_writesWhatTheReaderReads() throws BadRecordException {
        Sample sample = new Sample(List.of(0.0, 0.1), List.of(1.0), "x");
        assertThat(new String(sample.toJson(), StandardCharsets.UTF_8))
                .isEqualTo("{\"id\":\"x\",\"features\":[0,0.1],\"label\":[1]}");
    }

    @Test
    void deadLetter_addsItsHeadersToTheOriginals_andReplacesOlderOnes() {
        Headers original = new RecordHeaders().add("trace", new byte[] {1});
        Headers once = new DeadLetter("first", "samples", 0, 5).addTo(original);
        Headers twice = new DeadLetter("second", "samples", 1, 6).addTo(once);
        assertThat(DeadLetter.read(twice)).isEqualTo(new DeadLetter("second", "samples", 1, 6));
        assertThat(twice.headers(DeadLetter.ERROR)).hasSize(1);
        assertThat(twice.lastHeader("trace").value()).containsExactly(1);
        assertThat(original.toArray()).hasSize(1);
        assertThatThrownBy(() -> DeadLetter.read(original))
                .hasMessage("a dead letter must have the header streamgrad.error; got none");
    }
}
