package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.streamgrad.audit.Finding;
import dev.streamgrad.broker.BrokerProcess;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.records.Prediction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the learner, as a process, does when its broker is in trouble: the broker is a process too, and can be killed.
 */
class BrokerTroubleIT {

    @AfterEach
    void killWhatIsLeft() {
        LearnerProcess.killAll();
    }

    @Test
    void brokerKilledAndRestarted_inMidFlight_losesAndDoublesNothing(@TempDir Path folder) throws Exception {
        Path log = Files.createFile(folder.resolve("learner.log"));
        try (BrokerProcess broker = BrokerProcess.start(Files.createDirectory(folder.resolve("broker")))) {
            TestTopics topics = new TestTopics(
                    broker.bootstrapServers(), "broker-restart", 1, "snapshot.every=100", "instance.id=survivor");
            int sent = 0;
            try (Producer<byte[], byte[]> producer = topics.producer()) {
                LearnerProcess learner = LearnerProcess.start(topics.given(), log);
                SampleSource source = Dataset.XOR.samples(3);
                for (int round = 0; round < 2; round++) {
                    for (int i = 0; i < 1500; i++) {
                        topics.send(producer, "xor", source.next().toJson());
                        sent++;
                        if (i == 700) {
                            producer.flush();
                            topics.awaitPredictions("read_uncommitted", sent - 700);
                            broker.killAndRestart();
                        }
                    }
                }
                producer.flush();
                List<Prediction> predictions = topics.predictions(sent);
                assertThat(predictions.stream().map(Prediction::version))
                        .as("one prediction for each sample, in order; %s", Files.readString(log))
                        .containsExactlyElementsOf(
                                LongStream.range(0, sent).boxed().toList());
                assertThat(learner.isAlive()).isTrue();
                assertThat(learner.stop()).as("exit code after SIGTERM").isZero();
            }
            assertThat(topics.audit())
                    .singleElement()
                    .matches(Finding::isGood)
                    .matches(finding -> finding.checked() == 30);
        }
    }

    @Test
    void startedBeforeItsBroker_waits_saysSo_andLearns(@TempDir Path folder) throws Exception {
        Path log = Files.createFile(folder.resolve("learner.log"));
        Path data = folder.resolve("broker");
        int port;
        Map<String, String> given;
        try (EmbeddedBroker broker = EmbeddedBroker.start(0, Optional.of(data))) {
            TestTopics topics = new TestTopics(broker.bootstrapServers(), "early", 1, "instance.id=early");
            given = topics.given();
            port = Integer.parseInt(broker.bootstrapServers().replaceFirst(".*:", ""));
        }
        LearnerProcess learner = LearnerProcess.start(given, log);
        await().atMost(Duration.ofMinutes(1))
                .until(() -> Files.readString(log).contains("waiting for a broker at localhost:" + port));
        try (EmbeddedBroker broker = EmbeddedBroker.start(port, Optional.of(data))) {
            assertThat(broker.bootstrapServers()).isEqualTo(given.get("bootstrap.servers"));
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> Files.readString(log).contains("learning from early-samples"));
            assertThat(learner.stop()).isZero();
        }
    }

    /** The process ends, and its last line says which topic and what to do. */
    @ParameterizedTest
    @CsvSource({"deleted-samples", "deleted-predictions", "deleted-models-changelog"})
    void topicDeletedWhileLearning_endsTheProcess_andSaysSo(String topic, @TempDir Path folder) throws Exception {
        Path log = Files.createFile(folder.resolve("learner.log"));
        try (EmbeddedBroker broker = EmbeddedBroker.start(0, Optional.empty());
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            TestTopics topics =
                    new TestTopics(broker.bootstrapServers(), "deleted", 1, "instance.id=deleted", "snapshot.every=10");
            try (Producer<byte[], byte[]> producer = topics.producer()) {
                SampleSource source = Dataset.XOR.samples(3);
                LearnerProcess learner = LearnerProcess.start(topics.given(), log);
                send(topics, producer, source);
                topics.awaitPredictions("read_committed", 100);
                admin.deleteTopics(List.of(topic)).all().get();
                if (!topic.equals("deleted-samples")) {
                    send(topics, producer, source);
                }
                await().atMost(Duration.ofMinutes(4)).until(() -> !learner.isAlive());
                assertThat(learner.stop()).isEqualTo(1);
                assertThat(Files.readString(log)).contains("topic " + topic + " must exist; it was deleted");
            }
        }
    }

    private static void send(TestTopics topics, Producer<byte[], byte[]> producer, SampleSource source) {
        for (int i = 0; i < 100; i++) {
            topics.send(producer, "xor", source.next().toJson());
        }
        producer.flush();
    }
}
