package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.audit.Finding;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.learning.Model;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.StateFormat;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What older releases have written is audited, resumed and read by this one. */
class GoldenLogIT {
    private static final List<String> MODELS = List.of("a b", "iris", "moons", "plane", "wild", "xor");

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedBroker broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = EmbeddedBroker.start(0, Optional.empty());
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private static TestTopics topics(Map<String, String> settings) {
        return TestTopics.of(broker.bootstrapServers(), settings);
    }

    @Test
    void theLogOfCommit8de7c21_agreesWithEverySnapshot() throws Exception {
        TestTopics topics = topics(GoldenLog.read(1).load(broker.bootstrapServers(), "audited-"));
        assertThat(topics.audit())
                .allMatch(Finding::isGood)
                .extracting(Finding::model)
                .containsExactlyElementsOf(MODELS);
        assertThat(topics.audit()).extracting(Finding::checked).containsExactly(2L, 4L, 6L, 4L, 9L, 4L);
    }

    /** Snapshots of format 1 do not say how large records could be: without the setting there is no verdict. */
    @Test
    void withoutTheSettingThatDecidedThen_thereIsNoVerdict_andNoFalseOne() throws Exception {
        Map<String, String> settings = GoldenLog.read(1).load(broker.bootstrapServers(), "unset-");
        settings.remove("max.record.bytes");
        assertThat(topics(settings).audit())
                .filteredOn(finding -> finding.model().equals("a b"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.toString())
                        .startsWith("a b: NOT VERIFIED: it has records of up to 5,0")
                        .contains("does not fit max.record.bytes=1048576"));
    }

    @Test
    void theChangelogOfCommit8de7c21_isResumed_andGoesOnToTheSameBits() throws Exception {
        GoldenLog log = GoldenLog.read(1);
        TestTopics topics = topics(log.load(broker.bootstrapServers(), "resumed-"));
        long predictions = log.of("predictions").size();
        long versionOfXor = state(states(log), "xor").version();
        try (Producer<byte[], byte[]> producer = topics.producer();
                LearnerApp app = topics.startLearner()) {
            for (int i = 0; i < 50; i++) {
                topics.send(producer, "xor", "{\"features\":[1,0],\"label\":[1]}".getBytes(StandardCharsets.UTF_8));
                topics.send(
                        producer,
                        "moons",
                        ("{\"features\":[0." + i + ",1],\"label\":0}").getBytes(StandardCharsets.UTF_8));
            }
            producer.flush();
            topics.awaitPredictions("read_committed", (int) predictions + 100);
            assertThat(app.failure()).isEmpty();
        }
        List<Prediction> all = topics.predictions((int) predictions + 100);
        assertThat(all.get((int) predictions).version())
                .as("the first prediction goes on from the old state")
                .isEqualTo(versionOfXor);
        assertThat(topics.audit()).as("old and new snapshots together").allMatch(Finding::isGood);
    }

    private static Model state(Map<String, Model> states, String name) {
        return Objects.requireNonNull(states.get(name));
    }

    private static Map<String, Model> states(GoldenLog log) {
        Map<String, Model> states = new TreeMap<>();
        StateFormat format = new StateFormat();
        for (GoldenLog.Entry entry : log.changelog()) {
            states.put(entry.name(), format.read(entry.content()));
        }
        return states;
    }

    /** The last snapshot of a model whose last sample made it is the model that the changelog has. */
    @Test
    void everyRecordOfCommit8de7c21_isRead() {
        GoldenLog log = GoldenLog.read(1);
        assertThat(states(log).keySet()).containsExactlyElementsOf(MODELS);
        assertThat(log.of("snapshots"))
                .hasSize(29)
                .allSatisfy(entry -> assertThat(Snapshot.read(entry.content()))
                        .matches(Snapshot::isIntact)
                        .matches(snapshot -> snapshot.format() == 1));
        assertThat(log.of("predictions"))
                .allSatisfy(entry -> assertThat(Prediction.read(entry.content()).prediction())
                        .isNotEmpty());
        Map<String, Model> states = states(log);
        long same = log.of("snapshots").stream()
                .map(entry -> Snapshot.read(entry.content()))
                .filter(snapshot -> snapshot.model().version()
                        == state(states, snapshot.name()).version())
                .filter(snapshot ->
                        Fingerprint.of(snapshot.model()).equals(Fingerprint.of(state(states, snapshot.name()))))
                .count();
        assertThat(same).isPositive();
    }
}
