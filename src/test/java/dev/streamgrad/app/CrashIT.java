package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.streamgrad.audit.Finding;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelState;
import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.Sample;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.StateFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.testcontainers.junit.jupiter.Testcontainers;

/** The learner as a process, killed with SIGKILL at seeded moments while samples flow. */
@Testcontainers(disabledWithoutDocker = true)
class CrashIT {
    /** More by hand: {@code ./mvnw verify -Dit.test=CrashIT -Dchaos.rounds=50}. */
    private static final int ROUNDS = Integer.getInteger("chaos.rounds", 3);

    private static final int SAMPLES_PER_ROUND = 2001;

    @AfterEach
    void killWhatIsLeft() {
        LearnerProcess.killAll();
    }

    /** An unfinished mini-batch, Adam's memory, a schedule and feature statistics all have to survive. */
    @Test
    void killedInTheMiddleOfAMiniBatch_endsAsIfNothingHadHappened(@TempDir Path folder) throws Exception {
        TestTopics topics = new TestTopics(
                "crash",
                1,
                "layers=2,8,1",
                "optimizer=adam",
                "learning.rate=0.01",
                "schedule=cosine",
                "schedule.steps=5000",
                "batch.size=7",
                "features.scaling=standard",
                "snapshot.every=100",
                "startup.timeout.ms=60000",
                "instance.id=crash");
        long seed = Long.getLong("chaos.seed", 42L);
        NumpyRandom random = new NumpyRandom(seed);
        SampleSource source = Dataset.CIRCLE.samples(1);
        Path log = Files.createFile(folder.resolve("learner.log"));
        int sent = 0;
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            LearnerProcess learner = LearnerProcess.start(topics.given(), log);
            for (int round = 0; round < ROUNDS; round++) {
                int killAt = random.nextInt(SAMPLES_PER_ROUND);
                int before = sent;
                for (int i = 0; i < SAMPLES_PER_ROUND; i++) {
                    topics.send(producer, "xor", source.next().toJson());
                    sent++;
                    if (i == killAt) {
                        producer.flush();
                        // While it is at work: some of the samples so far are predicted, perhaps not yet committed.
                        topics.awaitPredictions("read_uncommitted", before + 1);
                        learner.kill();
                        learner = LearnerProcess.start(topics.given(), log);
                    }
                }
            }
            producer.flush();
            List<Prediction> predictions = topics.predictions(sent);
            assertThat(predictions)
                    .as("seed %d; one prediction for each sample; %s", seed, Files.readString(log))
                    .hasSize(sent);
            assertThat(predictions.stream()
                            .map(prediction -> prediction.source().offset()))
                    .containsExactlyElementsOf(topics.offsetsOfSamples(sent));
            assertThat(predictions.stream().map(Prediction::version))
                    .containsExactlyElementsOf(
                            LongStream.range(0, sent).map(i -> i / 7).boxed().toList());
            LearnerProcess last = learner;
            assertThat(last.isAlive()).isTrue();
            assertThat(last.stop()).as("exit code after SIGTERM").isZero();
        }
        assertThat(Files.readString(log)).contains("stopped");

        assertThat(topics.audit()).singleElement().matches(Finding::isGood);

        Model uninterrupted = new Model(topics.settings().specOf("xor"));
        Learner learner = new Learner(uninterrupted.spec());
        SampleSource again = Dataset.CIRCLE.samples(1);
        List<Snapshot> snapshots = topics.read(topics.settings().snapshotsTopic(), sent / 700).stream()
                .map(record -> Snapshot.read(record.value()))
                .toList();
        assertThat(snapshots).hasSize(sent / 700);
        int compared = 0;
        for (int i = 0; i < sent; i++) {
            Sample sample = again.next();
            long version = uninterrupted.version();
            learner.learn(uninterrupted, array(sample.features()), array(Objects.requireNonNull(sample.label())), 1.0);
            if (uninterrupted.version() != version && uninterrupted.version() % 100 == 0) {
                assertThat(snapshots.get(compared++).fingerprint()).isEqualTo(Fingerprint.of(uninterrupted));
            }
        }
        assertThat(compared).isEqualTo(snapshots.size());
        // And the state itself, unfinished batch included, is in the changelog.
        byte[] state = topics.lastValue(topics.settings().changelogTopic(), "xor");
        Model stored = new StateFormat().read(state);
        assertThat(Fingerprint.of(stored)).isEqualTo(Fingerprint.of(uninterrupted));
        assertThat(ModelState.counters(stored).get("batch.samples")).isEqualTo(sent % 7);
    }

    private static double[] array(List<Double> numbers) {
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** What happens to one of two instances while samples flow. */
    enum Trouble {
        KILLED,
        PAUSED_LONGER_THAN_ITS_SESSION
    }

    /** The other instance takes over; a zombie that comes back must not write. */
    @ParameterizedTest
    @EnumSource
    void oneOfTwoInstances_inTrouble_losesAndDoublesNothing(Trouble trouble, @TempDir Path folder) throws Exception {
        String test = "two-" + trouble.name().toLowerCase(Locale.ROOT);
        TestTopics topics = new TestTopics(
                test, 4, "snapshot.every=50", "kafka.session.timeout.ms=6000", "kafka.heartbeat.interval.ms=1000");
        Path log = Files.createFile(folder.resolve("learners.log"));
        int models = 12;
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            SampleSource source = Dataset.XOR.samples(2);
            LearnerProcess first = LearnerProcess.start(topics.given("instance.id=first"), log);
            LearnerProcess second = LearnerProcess.start(topics.given("instance.id=second"), log);
            int sent = send(topics, producer, source, models, 2000);
            topics.awaitPredictions("read_committed", sent);
            sent += send(topics, producer, source, models, 2000);
            switch (trouble) {
                case KILLED -> second.kill();
                case PAUSED_LONGER_THAN_ITS_SESSION -> second.pause();
            }
            sent += send(topics, producer, source, models, 2000);
            // Whatever the second has held, the first now has: all samples so far are predicted while it stands still.
            topics.awaitPredictions("read_committed", sent);
            if (trouble == Trouble.KILLED) {
                second = LearnerProcess.start(topics.given("instance.id=second"), log);
            } else {
                second.resume();
            }
            sent += send(topics, producer, source, models, 2000);
            List<Prediction> predictions = topics.predictions(sent);
            assertThat(predictions)
                    .as("one prediction for each sample; %s", Files.readString(log))
                    .hasSize(sent);
            assertThat(predictions.stream().map(Prediction::source).distinct()).hasSize(sent);
            assertThat(first.isAlive()).isTrue();
            assertThat(first.stop()).isZero();
            second.stop();
            assertThat(topics.audit())
                    .as(Files.readString(log))
                    .hasSize(models)
                    .allMatch(Finding::isGood)
                    .allMatch(finding -> finding.checked() == 8000 / 12 / 50);
        }
    }

    private static int send(
            TestTopics topics, Producer<byte[], byte[]> producer, SampleSource source, int models, int count) {
        for (int i = 0; i < count; i++) {
            topics.send(producer, "model-" + i % models, source.next().toJson());
        }
        producer.flush();
        return count;
    }

    @Test
    void sigterm_stopsIt_cleanly(@TempDir Path folder) throws Exception {
        Path log = Files.createFile(folder.resolve("learner.log"));
        TestTopics topics = new TestTopics("stops", 1, "instance.id=stops");
        LearnerProcess learner = LearnerProcess.start(topics.given(), log);
        await().atMost(Duration.ofMinutes(1))
                .until(() -> Files.readString(log).contains("learning from stops-samples"));
        assertThat(learner.stop()).isZero();
        assertThat(Files.readString(log)).endsWith("stopped" + System.lineSeparator());
    }
}
