package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.streamgrad.audit.Finding;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.encoding.Dictionary;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelState;
import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.Sample;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.StateFormat;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntFunction;
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
        SampleSource source = Dataset.CIRCLE.samples(1);
        int sent = sendAndKill(topics, number -> source.next().toJson(), 7, folder);

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

    /**
     * Sends samples and kills the learner at a moment of each round, and requires that each sample was predicted once.
     *
     * @param values the record with this number
     * @param batch how many samples make a step
     * @return how many were sent
     */
    private static int sendAndKill(TestTopics topics, IntFunction<byte[]> values, int batch, Path folder)
            throws Exception {
        long seed = Long.getLong("chaos.seed", 42L);
        NumpyRandom random = new NumpyRandom(seed);
        Path log = Files.createFile(folder.resolve("learner.log"));
        int sent = 0;
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            LearnerProcess learner = LearnerProcess.start(topics.given(), log);
            for (int round = 0; round < ROUNDS; round++) {
                int killAt = random.nextInt(SAMPLES_PER_ROUND);
                int before = sent;
                for (int i = 0; i < SAMPLES_PER_ROUND; i++) {
                    topics.send(producer, "xor", values.apply(sent));
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
                    .containsExactlyElementsOf(LongStream.range(0, sent)
                            .map(i -> i / batch)
                            .boxed()
                            .toList());
            LearnerProcess last = learner;
            assertThat(last.isAlive()).isTrue();
            assertThat(last.stop()).as("exit code after SIGTERM").isZero();
        }
        assertThat(Files.readString(log)).contains("stopped");
        return sent;
    }

    /** Words that are learned as they come, places that are given once, and numbers that are missing now and then. */
    @Test
    void modelThatLearnsWords_killed_endsAsIfNothingHadHappened(@TempDir Path folder) throws Exception {
        TestTopics topics = new TestTopics(
                "words",
                1,
                "features=amount?,country:category(6),card.age,shop:hash(8)",
                "label=fraud",
                "label.classes.max=3",
                "layers=*,5,*",
                "output.activation=softmax",
                "loss=cross-entropy",
                "learning.rate=0.05",
                "features.scaling=running",
                "snapshot.every=500",
                "startup.timeout.ms=60000",
                "instance.id=words");
        int sent = sendAndKill(topics, CrashIT::purchase, 1, folder);

        assertThat(topics.audit()).singleElement().matches(Finding::isGood);

        Model uninterrupted = new Model(topics.settings().specOf("xor"));
        Learner learner = new Learner(uninterrupted.spec());
        SampleReader reader = SampleReader.of(uninterrupted.spec());
        List<Snapshot> snapshots = topics.read(topics.settings().snapshotsTopic(), sent / 500).stream()
                .map(record -> Snapshot.read(record.value()))
                .toList();
        for (int i = 0; i < sent; i++) {
            reader.read(purchase(i));
            reader.encode(uninterrupted);
            learner.learn(uninterrupted, reader.features(), reader.label(), reader.weight());
            if (uninterrupted.version() % 500 == 0) {
                assertThat(snapshots
                                .get((int) uninterrupted.version() / 500 - 1)
                                .fingerprint())
                        .isEqualTo(Fingerprint.of(uninterrupted));
            }
        }
        Model stored = new StateFormat().read(topics.lastValue(topics.settings().changelogTopic(), "xor"));
        assertThat(Fingerprint.of(stored)).isEqualTo(Fingerprint.of(uninterrupted));
        assertThat(Objects.requireNonNull(stored.vocabulary()).dictionaries())
                .extracting(Dictionary::words)
                .containsExactly(List.of("C0", "C1", "C2", "C3", "C4"), List.of("no", "yes", "maybe"));
    }

    /** A record as a shop would send it: a country that is new now and then, an amount that is missing now and then. */
    private static byte[] purchase(int number) {
        String amount = number % 11 == 0 ? "null" : Integer.toString(number % 97);
        String label = number < 700
                ? List.of("no", "yes").get(number % 2)
                : List.of("no", "yes", "maybe").get(number % 3);
        return ("{\"amount\":" + amount + ",\"country\":\"C" + (number / 300) % 9 + "\",\"card\":{\"age\":"
                        + number % 13 + "},\"shop\":\"s" + number % 31 + "\",\"fraud\":\"" + label + "\"}")
                .getBytes(StandardCharsets.UTF_8);
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
