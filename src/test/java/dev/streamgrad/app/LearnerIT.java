package dev.streamgrad.app;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.DeadLetter;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.testcontainers.junit.jupiter.Testcontainers;

/** The learner against a real broker: what only commits, restarts and restores can show. */
@Testcontainers(disabledWithoutDocker = true)
class LearnerIT {
    private static final int SAMPLES = 20_000;
    private static final List<String> MODELS = List.of("xor", "gate", "größe", "a", "b", "c", "d", "e", "f", "g");

    @Test
    void everySampleTrainsItsModelOnce_throughARestart_andSnapshotsResumeToTheSameBits() throws Exception {
        TestTopics topics = new TestTopics("once", 4, "snapshot.every=700", "kafka.commit.interval.ms=50");
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            LearnerApp app = topics.startLearner();
            SampleSource source = Dataset.XOR.samples(11);
            for (int i = 0; i < SAMPLES; i++) {
                topics.send(
                        producer, MODELS.get(i % MODELS.size()), source.next().toJson());
                if (i == SAMPLES / 2) {
                    producer.flush();
                    app.close();
                    app = topics.startLearner();
                }
            }
            producer.flush();
            topics.predictions(SAMPLES);
            app.close();
            assertThat(app.failure()).isEmpty();
        }

        List<ConsumerRecord<byte[], byte[]>> samples =
                topics.read(topics.settings().samplesTopic(), SAMPLES);
        assertThat(samples.stream().map(ConsumerRecord::partition).distinct())
                .as("partitions used")
                .hasSize(4);
        List<ConsumerRecord<byte[], byte[]>> predictions =
                topics.read(topics.settings().predictionsTopic(), SAMPLES);
        assertThat(predictions).as("one prediction for each sample").hasSize(SAMPLES);
        assertThat(predictions.stream()
                        .map(record -> Prediction.read(record.value()).source())
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(samples.stream()
                        .map(sample -> new Source(sample.partition(), sample.offset()))
                        .toList());
        predictions.stream()
                .collect(groupingBy(LearnerIT::key))
                .forEach((model, its) -> assertThat(its.stream()
                                .map(record -> Prediction.read(record.value()).version()))
                        .as("versions of %s", model)
                        .containsExactlyElementsOf(
                                LongStream.range(0, its.size()).boxed().toList()));

        Map<String, Model> retrained = new TreeMap<>();
        Map<String, String> fingerprints = new TreeMap<>();
        for (ConsumerRecord<byte[], byte[]> sample : samples) {
            Model model = retrained.computeIfAbsent(
                    key(sample), name -> new Model(topics.settings().specOf(name)));
            learn(model, sample);
            fingerprints.put(key(sample) + "@" + model.version(), Fingerprint.of(model));
        }
        assertThat(retrained.keySet()).containsExactlyInAnyOrderElementsOf(MODELS);

        List<Snapshot> snapshots =
                topics
                        .read(topics.settings().snapshotsTopic(), MODELS.size() * (SAMPLES / MODELS.size() / 700))
                        .stream()
                        .map(record -> Snapshot.read(record.value()))
                        .toList();
        assertThat(snapshots).hasSize(MODELS.size() * (SAMPLES / MODELS.size() / 700));
        for (Snapshot snapshot : snapshots) {
            assertThat(snapshot.isIntact()).isTrue();
            assertThat(snapshot.fingerprint())
                    .as("%s at version %d", snapshot.name(), snapshot.model().version())
                    .isEqualTo(fingerprints.get(
                            snapshot.name() + "@" + snapshot.model().version()));
            for (ConsumerRecord<byte[], byte[]> sample : samples) {
                if (key(sample).equals(snapshot.name())
                        && sample.offset() > snapshot.source().offset()) {
                    learn(snapshot.model(), sample);
                }
            }
            assertThat(Fingerprint.of(snapshot.model()))
                    .as("%s resumed", snapshot.name())
                    .isEqualTo(Fingerprint.of(Objects.requireNonNull(retrained.get(snapshot.name()))));
        }
    }

    private static String key(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.key(), StandardCharsets.UTF_8);
    }

    private static void learn(Model model, ConsumerRecord<byte[], byte[]> sample) {
        SampleReader reader = SampleReader.of(model.spec());
        try {
            reader.read(sample.value());
        } catch (BadRecordException e) {
            throw new AssertionError(e);
        }
        new Learner(model.spec()).learn(model, reader.features(), reader.label(), reader.weight());
    }

    /**
     * The claim of the model store: a commit writes a model once, however many samples it has learned since the last.
     */
    @Test
    void stateIsWrittenOncePerCommit() throws Exception {
        int count = 3000;
        TestTopics topics = new TestTopics(
                "writes", 1, "kafka.commit.interval.ms=100000", "kafka.producer.transaction.timeout.ms=200000");
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            LearnerApp app = topics.startLearner();
            SampleSource source = Dataset.XOR.samples(1);
            for (int i = 0; i < count; i++) {
                topics.send(producer, i % 2 == 0 ? "even" : "odd", source.next().toJson());
            }
            producer.flush();
            // The last of them are sent when the commit is prepared, which closing does.
            int sentBefore = topics.read(topics.settings().predictionsTopic(), "read_uncommitted", 500)
                    .size();
            app.close();
            assertThat(sentBefore).isGreaterThanOrEqualTo(500);
        }
        assertThat(topics.read("writes-models-changelog", 3))
                .as("two models and how far they have come, one commit")
                .hasSize(3);
    }

    @Test
    void badRecords_becomeDeadLetters_inTheSameTransactions_andTheLearnerGoesOn() throws Exception {
        TestTopics topics = new TestTopics("bad", 2);
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            LearnerApp app = topics.startLearner();
            SampleSource source = Dataset.XOR.samples(1);
            for (int i = 0; i < 500; i++) {
                topics.send(producer, "xor", source.next().toJson());
                topics.send(producer, "xor", ("bad " + i).getBytes(StandardCharsets.UTF_8));
            }
            // Keyless on two partitions, a tombstone, and one as large as a broker takes by default.
            var keyless = producer.send(new ProducerRecord<>(
                    topics.settings().samplesTopic(), source.next().toJson()));
            var tombstone = producer.send(new ProducerRecord<>(
                    topics.settings().samplesTopic(), "xor".getBytes(StandardCharsets.UTF_8), null));
            byte[] large = ("\"" + "x".repeat(1_000_000) + "\"").getBytes(StandardCharsets.UTF_8);
            topics.send(producer, "xor", large);
            producer.flush();
            assertThat(List.of(keyless.get().offset(), tombstone.get().offset()))
                    .hasSize(2);

            List<ConsumerRecord<byte[], byte[]>> letters =
                    topics.read(topics.settings().deadLettersTopic(), 503);
            assertThat(letters).hasSize(503);
            assertThat(letters)
                    .allSatisfy(letter -> assertThat(
                                    DeadLetter.read(letter.headers()).error())
                            .contains(" must ", "; got "));
            assertThat(letters.stream().map(ConsumerRecord::value)).contains(large);
            assertThat(topics.predictions(500)).hasSize(500);
            assertThat(app.hasStopped()).isFalse();
            app.close();
        }
    }

    @Test
    void rocksDb_restoresAfterItsFolderIsGone() throws Exception {
        List<String> folders = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            folders.add(Files.createTempDirectory("streamgrad-state-").toString());
        }
        TestTopics first = new TestTopics("disk", 1, "store=rocksdb", "kafka.state.dir=" + folders.get(0));
        TestTopics second = new TestTopics("disk", 1, "store=rocksdb", "kafka.state.dir=" + folders.get(1));
        SampleSource source = Dataset.XOR.samples(1);
        try (Producer<byte[], byte[]> producer = first.producer()) {
            for (TestTopics topics : List.of(first, second)) {
                try (LearnerApp app = topics.startLearner()) {
                    for (int i = 0; i < 1000; i++) {
                        topics.send(producer, "xor", source.next().toJson());
                    }
                    producer.flush();
                    int expected = topics == first ? 1000 : 2000;
                    assertThat(topics.predictions(expected).stream().map(Prediction::version))
                            .containsExactlyElementsOf(
                                    LongStream.range(0, expected).boxed().toList());
                    assertThat(app.failure()).isEmpty();
                }
            }
        }
    }

    @Test
    void aFailureThatNothingExpects_stopsTheApplication_andSaysWhatToDo() throws Exception {
        TestTopics topics = new TestTopics(
                "stop", 1, "layers=2,1", "output.activation=identity", "learning.rate=1e10", "on.divergence=stop");
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            LearnerApp app = topics.startLearner();
            topics.send(producer, "xor", "{\"features\":[1e300,1],\"label\":[1]}".getBytes(StandardCharsets.UTF_8));
            producer.flush();
            await().atMost(Duration.ofMinutes(1)).until(app::hasStopped);
            assertThat(app.failure())
                    .get()
                    .asString()
                    .contains("set learning.rate to 1.0E9")
                    .doesNotContain("\n");
            app.close();
        }
    }
}
