package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.audit.Finding;
import dev.streamgrad.control.Event;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.records.Prediction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A learner that is killed while it is told what to do. */
class ControlCrashIT {
    /** More by hand: {@code ./mvnw verify -Dit.test=ControlCrashIT -Dchaos.rounds=20}. */
    private static final int ROUNDS = Integer.getInteger("chaos.rounds", 3);

    private static final int SAMPLES_PER_ROUND = 1501;
    private static final int SAMPLES_PER_COMMAND = 50;

    @AfterEach
    void killWhatIsLeft() {
        LearnerProcess.killAll();
    }

    @Test
    void everyCommand_isObeyedOnce_andTheAuditFollows(@TempDir Path folder) throws Exception {
        long seed = Long.getLong("chaos.seed", 42L);
        NumpyRandom random = new NumpyRandom(seed);
        TestTopics topics = new TestTopics(
                "steered-crash", 1, "snapshot.every=200", "startup.timeout.ms=60000", "instance.id=steered-crash");
        Path log = Files.createFile(folder.resolve("learner.log"));
        SampleSource source = Dataset.NOISY_XOR.samples(5);
        int sent = 0;
        int commands = 0;
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            LearnerProcess learner = LearnerProcess.start(topics.given(), log);
            // Made before the first command comes.
            topics.send(producer, "xor", source.next().toJson());
            sent++;
            topics.awaitPredictions("read_committed", 1);
            for (int round = 0; round < ROUNDS; round++) {
                int killAt = random.nextInt(SAMPLES_PER_ROUND);
                int before = sent;
                for (int i = 0; i < SAMPLES_PER_ROUND; i++) {
                    topics.send(producer, "xor", source.next().toJson());
                    sent++;
                    if (i % SAMPLES_PER_COMMAND == 0) {
                        command(topics, producer, commands++);
                    }
                    if (i == killAt) {
                        producer.flush();
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
            List<Event> events = topics.events(1 + commands);
            assertThat(events.stream()
                            .filter(event -> event.cause() != null)
                            .map(event -> Objects.requireNonNull(event.cause()).offset()))
                    .as("one event for each command, in their order")
                    .containsExactlyElementsOf(
                            LongStream.range(0, commands).boxed().toList());
            List<Long> versions = new ArrayList<>();
            predictions.stream().filter(Prediction::trained).forEach(made -> versions.add(made.version() + 1));
            events.stream()
                    .filter(event -> event.kind() == Event.Kind.CONTROL)
                    .forEach(event -> versions.add(event.version()));
            assertThat(versions)
                    .as("each version is of one step or one command")
                    .containsExactlyInAnyOrderElementsOf(
                            LongStream.rangeClosed(1, versions.size()).boxed().toList());
            assertThat(learner.stop()).as(Files.readString(log)).isZero();
        }
        assertThat(topics.audit())
                .singleElement()
                .satisfies(finding -> assertThat(finding).as(finding.toString()).matches(Finding::isGood));
    }

    /** Each of them now and then, some of them twice, some that are refused. */
    private static void command(TestTopics topics, Producer<byte[], byte[]> producer, int number) {
        String json =
                switch (number % 8) {
                    case 0 ->
                        "{\"id\":\"" + number + "\",\"command\":\"set\",\"settings\":{\"learning.rate\":0."
                                + (1 + number % 7) + "1}}";
                    case 1 -> "{\"id\":\"" + (number - 1) + "\",\"command\":\"freeze\"}";
                    case 2 -> "{\"command\":\"freeze\",\"by\":\"" + number + "\"}";
                    case 3 -> "{\"command\":\"unfreeze\"}";
                    case 4 -> "{\"command\":\"set\",\"settings\":{\"clip.gradient.norm\":" + (1 + number % 3) + "}}";
                    case 5 -> "{\"command\":\"set\",\"settings\":{\"layers\":\"2,1\"}}";
                    case 6 -> "{\"command\":\"reset\",\"settings\":{\"seed\":" + number + "}}";
                    default -> "no command at all";
                };
        var unused = producer.send(new ProducerRecord<>(
                topics.settings().controlTopic().orElseThrow(),
                "xor".getBytes(StandardCharsets.UTF_8),
                json.getBytes(StandardCharsets.UTF_8)));
    }
}
