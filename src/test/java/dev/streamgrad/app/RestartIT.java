package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.audit.Finding;
import dev.streamgrad.broker.BrokerProcess;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.records.Prediction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A learner that is killed with a transaction open, again and again. It prints how long those who read committed
 * records only had to wait, from the kill until the first record of the successor, and claims nothing about it.
 */
class RestartIT {
    /** More by hand: {@code ./mvnw verify -Dit.test=RestartIT -Drestart.rounds=20}. */
    private static final int ROUNDS = Integer.getInteger("restart.rounds", 2);

    /** Commands that run Streamgrad, with {@code |} between them, taken in turns; none is the code under test. */
    private static final String COMMANDS = System.getProperty("restart.commands", "");

    private static final int SAMPLES = 1000;

    @AfterEach
    void killWhatIsLeft() {
        LearnerProcess.killAll();
    }

    @Test
    void killedAgainAndAgain_withATransactionOpen_readersSeeEachSampleOnce(@TempDir Path folder) throws Exception {
        List<List<String>> commands = new ArrayList<>();
        for (String command : COMMANDS.split("\\|", -1)) {
            commands.add(command.isBlank() ? List.of() : List.of(command.strip().split("\\s+")));
        }
        Path log = Files.createFile(folder.resolve("learner.log"));
        Map<Integer, List<Double>> seconds = new TreeMap<>();
        try (BrokerProcess broker = BrokerProcess.start(Files.createDirectory(folder.resolve("broker")))) {
            TestTopics topics = new TestTopics(
                    broker.bootstrapServers(),
                    "restarted",
                    1,
                    "instance.id=stable",
                    "snapshot.every=100",
                    "kafka.producer.transaction.timeout.ms=600000");
            int rounds = ROUNDS * commands.size();
            try (Producer<byte[], byte[]> producer = topics.producer();
                    Consumer<byte[], byte[]> reader =
                            topics.consumer(topics.settings().predictionsTopic(), "read_committed")) {
                SampleSource source = Dataset.XOR.samples(3);
                for (int round = 0; round < rounds; round++) {
                    int command = round % commands.size();
                    LearnerProcess killed = LearnerProcess.startAs(
                            commands.get(command), topics.given("kafka.commit.interval.ms=500000"), log);
                    for (int i = 0; i < SAMPLES; i++) {
                        topics.send(producer, "xor", source.next().toJson());
                    }
                    producer.flush();
                    topics.awaitPredictions("read_uncommitted", round * SAMPLES + 1);
                    killed.kill();
                    long kill = System.nanoTime();
                    LearnerProcess successor = LearnerProcess.startAs(commands.get(command), topics.given(), log);
                    int readable = 0;
                    while (readable < SAMPLES) {
                        int more = reader.poll(Duration.ofMillis(20)).count();
                        if (readable == 0 && more > 0) {
                            double waited = (System.nanoTime() - kill) / 1e9;
                            seconds.computeIfAbsent(command, number -> new ArrayList<>())
                                    .add(waited);
                            print(
                                    "round %d, command %d: readable %.2f s after the kill",
                                    round + 1, command + 1, waited);
                        }
                        readable += more;
                        assertThat(successor.isAlive())
                                .as(Files.readString(log))
                                .isTrue();
                    }
                    assertThat(successor.stop()).as(Files.readString(log)).isZero();
                }
            }
            seconds.forEach((command, all) -> {
                List<Double> sorted = all.stream().sorted().toList();
                print(
                        "command %d, %d rounds: median %.2f s, at most %.2f s",
                        command + 1, sorted.size(), sorted.get(sorted.size() / 2), sorted.get(sorted.size() - 1));
            });
            assertThat(topics.predictions(rounds * SAMPLES).stream().map(Prediction::version))
                    .containsExactlyElementsOf(
                            LongStream.range(0, (long) rounds * SAMPLES).boxed().toList());
            assertThat(topics.audit()).singleElement().matches(Finding::isGood);
        }
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
