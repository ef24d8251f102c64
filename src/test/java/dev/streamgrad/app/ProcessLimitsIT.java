package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the learner, as a process, does where its machine gives it too little, or has another one. */
class ProcessLimitsIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedBroker broker;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start(0, Optional.empty());
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @AfterEach
    void killWhatIsLeft() {
        LearnerProcess.killAll();
    }

    private static void send(TestTopics topics, Producer<byte[], byte[]> producer, int models) {
        SampleSource source = Dataset.XOR.samples(3);
        for (int i = 0; i < models; i++) {
            topics.send(producer, "model-" + i, source.next().toJson());
        }
        producer.flush();
    }

    @Test
    void outOfMemory_endsTheProcess_andSaysSo() throws Exception {
        Path log = Files.createFile(folder.resolve("learner.log"));
        // Each of the models has a quarter of a million weights, 2 MB.
        TestTopics topics = new TestTopics(
                broker.bootstrapServers(),
                "memory",
                1,
                "instance.id=memory",
                "layers=2,500,500,1",
                "snapshot.every=1000");
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            LearnerProcess learner = LearnerProcess.start(List.of(), "48m", topics.given(), log);
            send(topics, producer, 100);
            assertThat(learner.awaitEnd()).as(Files.readString(log)).isEqualTo(1);
            assertThat(Files.readString(log)).contains("out of memory; give it more with java -Xmx");
        }
    }

    /** Whatever is on the class path, and wherever: what fails first there for lack of files is not ours to choose. */
    @ParameterizedTest
    @ValueSource(ints = {64, 96, 127})
    void tooFewFiles_isOneLine(int limit) throws Exception {
        Path log = Files.createFile(folder.resolve("learner.log"));
        TestTopics topics = new TestTopics(broker.bootstrapServers(), "files-" + limit, 1, "instance.id=files");
        LearnerProcess learner = LearnerProcess.start(
                List.of("bash", "-c", "ulimit -n " + limit + "; exec \"$0\" \"$@\""), "256m", topics.given(), log);
        assertThat(learner.awaitEnd()).isEqualTo(1);
        assertThat(Files.readAllLines(log))
                .containsExactly("the process must be able to open 128 files; its limit is " + limit
                        + "; raise it, as with ulimit -n 1024");
    }

    @Test
    void stateFolderThatCannotBeMade_isOneLine() throws Exception {
        Path log = Files.createFile(folder.resolve("learner.log"));
        Path file = Files.createFile(folder.resolve("file"));
        TestTopics topics = new TestTopics(
                broker.bootstrapServers(),
                "folder",
                1,
                "instance.id=folder",
                "store=rocksdb",
                "http.port=-1",
                "kafka.state.dir=" + file.resolve("state"));
        LearnerProcess learner = LearnerProcess.start(topics.given(), log);
        assertThat(learner.awaitEnd()).isEqualTo(1);
        assertThat(Files.readAllLines(log).stream().filter(line -> !line.contains(" ERROR ")))
                .singleElement()
                .asString()
                .startsWith("the store must be able to write to kafka.state.dir; ");
    }

    /** By default both are named after the machine; the first goes on, and each has its name again after a kill. */
    @Test
    void secondLearnerOnOneMachine_joinsUnderAnotherName_whichSurvivesAKill() throws Exception {
        Path logOfFirst = Files.createFile(folder.resolve("first.log"));
        Path logOfSecond = Files.createFile(folder.resolve("second.log"));
        TestTopics topics = new TestTopics(broker.bootstrapServers(), "machine", 2);
        Map<String, String> given = topics.given();
        String host = topics.settings().instanceId().orElseThrow();
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            LearnerProcess first = LearnerProcess.start(given, logOfFirst);
            await().atMost(PATIENCE).until(() -> Files.readString(logOfFirst).contains("learning from"));
            LearnerProcess second = LearnerProcess.start(given, logOfSecond);
            String words = "instance.id is " + host + "-2, because another machine on this machine is " + host;
            await().atMost(PATIENCE).until(() -> Files.readString(logOfSecond).contains(words));
            send(topics, producer, 100);
            topics.awaitPredictions("read_committed", 100);
            second.kill();
            Files.writeString(logOfSecond, "");
            LearnerProcess again = LearnerProcess.start(given, logOfSecond);
            await().atMost(PATIENCE).until(() -> Files.readString(logOfSecond).contains(words));
            send(topics, producer, 100);
            topics.awaitPredictions("read_committed", 200);
            assertThat(first.isAlive()).as(Files.readString(logOfFirst)).isTrue();
            assertThat(again.isAlive()).as(Files.readString(logOfSecond)).isTrue();
            assertThat(first.stop()).isZero();
            assertThat(again.stop()).isZero();
            assertThat(Files.readString(logOfFirst)).doesNotContain("instance.id is");
        }
    }
}
