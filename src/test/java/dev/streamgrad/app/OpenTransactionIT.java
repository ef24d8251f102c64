package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.audit.Finding;
import dev.streamgrad.broker.BrokerProcess;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.records.Prediction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A learner that is killed with a transaction open, seen by those who read committed records only. */
class OpenTransactionIT {
    @AfterEach
    void killWhatIsLeft() {
        LearnerProcess.killAll();
    }

    /**
     * The broker would keep the transaction open for ten minutes: what is read at all, the successor has made readable
     * by fencing it. Nothing but the name outlives the process: its store is in memory.
     */
    @Test
    void killedWithAnOpenTransaction_itsSuccessorEndsIt_soThatReadersGoOn(@TempDir Path folder) throws Exception {
        Path log = Files.createFile(folder.resolve("learner.log"));
        try (BrokerProcess broker = BrokerProcess.start(Files.createDirectory(folder.resolve("broker")))) {
            TestTopics topics = new TestTopics(
                    broker.bootstrapServers(),
                    "open",
                    1,
                    "instance.id=stable",
                    "snapshot.every=100",
                    "kafka.producer.transaction.timeout.ms=600000");
            try (Producer<byte[], byte[]> producer = topics.producer()) {
                SampleSource source = Dataset.XOR.samples(3);
                LearnerProcess killed = LearnerProcess.start(topics.given("kafka.commit.interval.ms=500000"), log);
                send(topics, producer, source, 1000);
                topics.awaitPredictions("read_uncommitted", 700);
                killed.kill();
                LearnerProcess successor = LearnerProcess.start(topics.given(), log);
                send(topics, producer, source, 1000);
                assertThat(topics.predictions(2000).stream().map(Prediction::version))
                        .as(Files.readString(log))
                        .containsExactlyElementsOf(
                                LongStream.range(0, 2000).boxed().toList());
                assertThat(successor.stop()).isZero();
            }
            assertThat(topics.audit())
                    .singleElement()
                    .matches(Finding::isGood)
                    .matches(finding -> finding.checked() == 20);
        }
    }

    /**
     * The group knows the second by the name, and its producer fences that of the first. The first would join again
     * under the name, fence the second, and so on, if it did not look who has the name.
     */
    @Test
    void secondProcessOfOneName_ends_theFirst_onceAndForAll(@TempDir Path folder) throws Exception {
        Path log = Files.createFile(folder.resolve("first.log"));
        Path logOfSecond = Files.createFile(folder.resolve("second.log"));
        try (BrokerProcess broker = BrokerProcess.start(Files.createDirectory(folder.resolve("broker")))) {
            TestTopics topics =
                    new TestTopics(broker.bootstrapServers(), "twins", 1, "instance.id=twin", "snapshot.every=100");
            try (Producer<byte[], byte[]> producer = topics.producer()) {
                SampleSource source = Dataset.XOR.samples(3);
                LearnerProcess first = LearnerProcess.start(topics.given(), log);
                send(topics, producer, source, 100);
                topics.awaitPredictions("read_committed", 100);
                LearnerProcess second = LearnerProcess.start(topics.given(), logOfSecond);
                // Always something to commit, so that the first soon finds its transactions fenced.
                int sent = 100;
                for (; first.isAlive(); sent += 10) {
                    assertThat(second.isAlive())
                            .as(Files.readString(logOfSecond))
                            .isTrue();
                    send(topics, producer, source, 10);
                    topics.awaitPredictions("read_committed", sent + 10);
                }
                assertThat(first.stop()).isEqualTo(1);
                assertThat(Files.readString(log)).contains("another process has taken over instance.id twin");
                send(topics, producer, source, 900);
                assertThat(topics.predictions(sent + 900)).hasSize(sent + 900);
                assertThat(second.stop()).as(Files.readString(logOfSecond)).isZero();
            }
            assertThat(topics.audit()).singleElement().matches(Finding::isGood);
        }
    }

    private static void send(TestTopics topics, Producer<byte[], byte[]> producer, SampleSource source, int count) {
        for (int i = 0; i < count; i++) {
            topics.send(producer, "xor", source.next().toJson());
        }
        producer.flush();
    }
}
