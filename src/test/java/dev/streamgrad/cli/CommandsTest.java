package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.streamgrad.broker.EmbeddedBroker;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as a person types them, in this process, against an embedded broker where they need one. */
class CommandsTest {
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

    /** A command that runs, with what it has printed so far. */
    private static final class Running {
        final StringWriter out = new StringWriter();
        final StringWriter err = new StringWriter();
        final Shutdown shutdown = new Shutdown();
        final CompletableFuture<Integer> code;

        Running(String... args) {
            // A thread of its own: the common pool may have one, which a command that runs until it is stopped would
            // keep.
            code = CompletableFuture.supplyAsync(
                    () -> Streamgrad.run(shutdown, new PrintWriter(out, true), new PrintWriter(err, true), args),
                    command -> new Thread(command, "streamgrad " + String.join(" ", args)).start());
        }

        int await() throws Exception {
            return code.get(120, TimeUnit.SECONDS);
        }

        @Override
        public String toString() {
            return "out:\n" + out + "\nerr:\n" + err;
        }
    }

    private static Running run(int expected, String... args) throws Exception {
        Running running = new Running(args);
        assertThat(running.await()).as("exit code; %s", running).isEqualTo(expected);
        return running;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | --frobnicate | Unknown option: '--frobnicate'",
                "2 | frobnicate | Unmatched argument",
                "2 | learn --set learning.rat=1 | setting learning.rat is unknown; did you mean learning.rate?",
                "2 | learn --set learning.rate | --set must be KEY=VALUE; got learning.rate",
                "2 | learn --config /does/not/exist | --config must be a readable properties file",
                "2 | demo --set optimizer=rmsprop | optimizer must be one of sgd, momentum, nesterov, adam, adamw; got rmsprop",
                "2 | demo --rate -1 | --max-samples must be at least 1 and --rate at least 0",
                "2 | demo --port 70000 | --port must be from 0 to 65535; got 70000",
                "2 | demo --seed -1 | --seed must be from 0 to 4294967295; got -1",
                "2 | produce --dataset nor | --dataset must be one of",
                "2 | produce --count -5 | --count and --rate must be at least 0",
                "2 | topics --partitions 0 | --partitions must be at least 1; got 0",
                "2 | watch nothing | Invalid value for positional parameter",
                "2 | learn -b localhost | bootstrap.servers must be HOST:PORT of brokers",
                "2 | demo --set layers=3,4,1 | layers must start with 2, the features of xor",
                "2 | demo --csv /does/not/exist.csv | must be a readable CSV file",
                "2 | demo --csv x.csv --until-learned | --until-learned needs a dataset with a goal",
                "2 | produce --label-column y | --label-column and --features-columns are for --csv FILE",
                "2 | lesson nothing | lesson must be one of single-neuron, hidden-layer",
                "2 | bench --samples 0 | --samples, --rounds, --models and --seconds must be at least 1; got 0, 5, 1 and 10",
                "2 | bench --rate 0 | --rate must be a finite number over 0; got 0.0",
                "2 | bench --commit-intervals 10,0 | --commit-intervals must be milliseconds of at least 1; got [10, 0]",
                "2 | bench --parts restore | --parts restore needs many models; got --models 1",
                "2 | bench --parts speed | Invalid value for option '--parts'",
                "2 | bench --set learning.rat=1 | setting learning.rat is unknown",
                "2 | bench -b localhost | bootstrap.servers must be HOST:PORT of brokers",
                "1 | bench -b localhost:1 --set startup.timeout.ms=1000 | no broker answers at localhost:1 within 1000 ms",
                "1 | learn -b localhost:1 --set startup.timeout.ms=1000 | no broker answers at localhost:1 within 1000 ms",
            })
    void wrongUse_isOneLine_withItsExitCode(int code, String command, String message) throws Exception {
        Running running = run(code, command.split(" "));
        assertThat(running.err.toString().lines().filter(line -> !line.startsWith("waiting for a broker")))
                .as("%s", running)
                .singleElement()
                .asString()
                .contains(message);
        assertThat(running.out.toString()).isEmpty();
    }

    @Test
    void stackTrace_isShownOnlyWhenAskedFor() throws Exception {
        assertThat(run(2, "learn", "-v", "--set", "x=1").err.toString()).contains("SettingsException", "\tat ");
    }

    @Test
    void missingTopics_areNamed_withTheRemedy() throws Exception {
        Running running = run(1, "learn", "-b", broker.bootstrapServers(), "--set", "samples.topic=no-such");
        assertThat(running.err.toString())
                .contains("no-such", "create with: streamgrad topics")
                .hasLineCount(1);
        assertThat(run(1, "produce", "-b", broker.bootstrapServers(), "--set", "samples.topic=no-such")
                        .err
                        .toString())
                .startsWith("topic no-such must exist at " + broker.bootstrapServers());
        assertThat(run(1, "watch", "-b", broker.bootstrapServers(), "--set", "predictions.topic=no-such")
                        .err
                        .toString())
                .startsWith("topic no-such must exist");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "demo --help",
                "learn --help",
                "produce --help",
                "watch --help",
                "topics --help",
                "bench --help"
            })
    void help_tells(String command) throws Exception {
        assertThat(run(0, command.split(" ")).out.toString()).contains("Usage: streamgrad");
    }

    @Test
    void version_isTheProjects() throws Exception {
        assertThat(run(0, "--version").out.toString()).matches("streamgrad \\d+\\.\\d+\\.\\d+\\R");
    }

    @Test
    void topicsProduceLearnWatch_workTogether_andResumeWhereTheyStopped(@TempDir Path folder) throws Exception {
        Path config = Files.writeString(folder.resolve("learner.properties"), """
                samples.topic=together-samples
                predictions.topic=together-predictions
                snapshots.topic=together-snapshots
                dead.letters.topic=together-dead-letters
                application.id=together
                snapshot.every=500
                """);
        String[] cluster = {"-b", broker.bootstrapServers(), "--config", config.toString()};
        Running topics = run(0, with(cluster, "topics", "--partitions", "2"));
        assertThat(topics.out.toString().lines())
                .containsExactly(
                        "together-samples created",
                        "together-predictions created",
                        "together-snapshots created",
                        "together-dead-letters created");
        assertThat(run(0, with(cluster, "topics")).out.toString()).contains("together-samples exists");

        for (String first : new String[] {"0", "1000"}) {
            Running learner = new Running(with(cluster, "learn"));
            Running produced = run(0, with(cluster, "produce", "--count", "1000", "--key", "gate"));
            assertThat(produced.err.toString()).contains("1,000 samples sent to together-samples");
            int expected = Integer.parseInt(first) + 1000;
            Running watched = run(
                    0,
                    with(cluster, "watch", "--from-beginning", "--key", "gate", "--max", Integer.toString(expected)));
            assertThat(watched.out.toString().lines()).hasSize(expected);
            assertThat(watched.out.toString()).contains("gate version " + (expected - 1) + " predicts [");
            learner.shutdown.request();
            assertThat(learner.await()).as("%s", learner).isZero();
            assertThat(learner.err.toString())
                    .contains("learning from together-samples")
                    .endsWith("stopped" + System.lineSeparator());
        }

        assertThat(run(0, with(cluster, "audit")).out.toString())
                .contains("gate: ok, 4 snapshots agree, the last of version 2,000, trained again from version 0");
        assertThat(run(1, with(cluster, "audit", "--model", "none")).err.toString())
                .contains("topic together-snapshots must have snapshots to compare of none; got none");

        Running snapshots = run(0, with(cluster, "watch", "snapshots", "--from-beginning", "--max", "4"));
        assertThat(snapshots.out.toString().lines())
                .allSatisfy(line -> assertThat(line)
                        .startsWith("gate version ")
                        .contains("2-4-1")
                        .doesNotContain("NOT FIT"));
    }

    @Test
    void brokerGoneAtTheStart_isWaitedFor_sayingSo() throws Exception {
        Running learner = new Running("learn", "-b", "localhost:1", "--set", "startup.timeout.ms=7000");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> learner.err.toString().contains("waiting for a broker at localhost:1"));
        assertThat(learner.await()).isEqualTo(1);
    }

    @Test
    void demo_learns_andEndsWithTheTruthTable() throws Exception {
        Running demo = run(0, "demo", "--until-learned", "--rate", "0");
        assertThat(demo.out.toString())
                .containsPattern("loss: 0\\.\\d+")
                .containsPattern("learned after [\\d,]+ samples:")
                .containsPattern("\\[0 0] → 0\\.0\\d \\(rounded: 0\\) \\| target: 0 ✓")
                .containsPattern("\\[0 1] → (0\\.9\\d|1\\.00) \\(rounded: 1\\) \\| target: 1 ✓")
                .containsPattern("\\[1 0] → (0\\.9\\d|1\\.00) \\(rounded: 1\\) \\| target: 1 ✓")
                .containsPattern("\\[1 1] → 0\\.0\\d \\(rounded: 0\\) \\| target: 0 ✓");
    }

    @Test
    void demoOfAnotherDataset_usesItsSettings_andEndsAtItsGoal() throws Exception {
        Running demo = run(0, "--dataset", "circle", "--until-learned", "--rate", "0");
        assertThat(demo.out.toString())
                .contains("model circle: a 2-16-1 network")
                .containsPattern("learned after [\\d,]+ samples:")
                .contains("over the last 1,000 (goal: accuracy:  97 %)");
    }

    @Test
    void demoOfAFile_learnsItsRows_andShowsTheFirstDeadLetter(@TempDir Path folder) throws Exception {
        StringBuilder csv = new StringBuilder("a,b,c,y\n");
        for (int i = 0; i < 500; i++) {
            csv.append(i % 2).append(",0.5,1,").append(i == 300 ? 7 : i % 2).append('\n');
        }
        Path file = Files.writeString(folder.resolve("rows.csv"), csv.toString());
        Running demo = new Running("--csv", file.toString(), "--rate", "0", "--flip-at", "1000");
        await().atMost(Duration.ofMinutes(1)).until(() -> demo.out.toString().contains("     499 samples"));
        demo.shutdown.request();
        assertThat(demo.await()).isZero();
        assertThat(demo.out.toString()).contains("model rows: a 3-8-1 network");
        assertThat(demo.err.toString()).contains("a sample became a dead letter: label[0] must be from 0.0 to 1.0");
    }

    @Test
    void demoThatIsStoppedBeforeItHasLearned_saysSoByItsExitCode() throws Exception {
        Running demo = new Running("--until-learned", "--rate", "1");
        await().atMost(Duration.ofMinutes(1)).until(() -> demo.out.toString().contains("broker localhost"));
        demo.shutdown.request();
        assertThat(demo.await()).isEqualTo(1);
    }

    @Test
    void lessons_areListed_andRun() throws Exception {
        assertThat(run(0, "lesson").out.toString())
                .contains("single-neuron", "vanishing-gradient")
                .hasLineCount(9);
        assertThat(run(0, "lesson", "schedules").out.toString()).endsWith("✓ the run agrees" + System.lineSeparator());
    }

    @Test
    void waitingForABroker_endsAtOnce_whenAskedTo() throws Exception {
        Running learner = new Running("learn", "-b", "localhost:1");
        await().atMost(Duration.ofMinutes(1)).until(() -> learner.err.toString().contains("waiting for a broker"));
        learner.shutdown.request();
        assertThat(learner.await()).isEqualTo(1);
        assertThat(learner.err.toString()).contains("stopped while waiting for a broker at localhost:1");
    }

    @Test
    void topicThatCannotServe_isRefusedWithTheRemedy() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            String[] config = {
                "samples.topic=unfit-samples", "predictions.topic=unfit-predictions",
                "snapshots.topic=unfit-snapshots", "dead.letters.topic=unfit-dead-letters"
            };
            String[] learn = with(
                    new String[] {"--set", config[0], "--set", config[1], "--set", config[2], "--set", config[3]},
                    "learn",
                    "-b",
                    broker.bootstrapServers());
            NewTopic small = new NewTopic("unfit-snapshots", 1, (short) 1).configs(Map.of("max.message.bytes", "1000"));
            NewTopic compacted =
                    new NewTopic("unfit-dead-letters", 1, (short) 1).configs(Map.of("cleanup.policy", "compact"));
            admin.createTopics(List.of(
                            new NewTopic("unfit-samples", 1, (short) 1),
                            new NewTopic("unfit-predictions", 1, (short) 1),
                            small,
                            compacted))
                    .all()
                    .get();
            assertThat(run(1, learn).err.toString())
                    .contains(
                            "topic unfit-snapshots must take records of", "its max.message.bytes is 1000; alter it to");
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, "unfit-snapshots"),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("max.message.bytes", "1000000"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
            assertThat(run(1, learn).err.toString())
                    .contains("topic unfit-dead-letters must not be compacted; its cleanup.policy is compact");
        }
    }

    @Test
    void demoThatDoesNotLearnInTime_exits1_andSaysSo() throws Exception {
        Running demo =
                run(1, "--until-learned", "--rate", "0", "--max-samples", "5000", "--set", "learning.rate=0.0001");
        assertThat(demo.err.toString()).contains("5,000 samples did not suffice");
    }

    @Test
    void demoWithKeptData_goesOnWhereItStopped(@TempDir Path data) throws Exception {
        run(0, "demo", "--until-learned", "--rate", "0", "--data", data.toString());
        Running again = new Running("demo", "--data", data.toString());
        await().atMost(Duration.ofSeconds(60)).until(() -> again.out.toString().contains("learned after"));
        again.shutdown.request();
        assertThat(again.await()).isZero();
        String version = again.out
                .toString()
                .replaceAll("(?s).*stopped at version ([\\d,]+).*", "$1")
                .replace(",", "");
        assertThat(Long.parseLong(version)).as("%s", again).isGreaterThan(10_000);
    }

    /** Every part once, at a size at which the numbers mean nothing. */
    @Test
    void bench_measuresEveryPart_andLeavesNothing() throws Exception {
        Running bench = run(
                0,
                ("bench --json --parts throughput,latency,restore --samples 2000 --models 50 --rounds 2 --rate 200 --seconds 1"
                                + " --commit-intervals 20,30 --set layers=3,2,1 -b " + broker.bootstrapServers())
                        .split(" "));
        JsonNode result = new ObjectMapper().readTree(bench.out.toString());
        assertThat(result.at("/environment/broker").textValue()).isEqualTo(broker.bootstrapServers());
        assertThat(result.at("/environment/network").textValue()).isEqualTo("3-2-1, sigmoid, sgd");
        assertThat(result.at("/environment/commitIntervalMs").intValue()).isEqualTo(100);

        assertThat(result.at("/throughput/samples").intValue()).isEqualTo(2000);
        JsonNode runs = result.at("/throughput/runs");
        assertThat(runs.findValuesAsText("name"))
                .containsExactly("copy", "parsing-copy", "learner", "learner-many-models");
        assertThat(runs).allSatisfy(run -> {
            assertThat(run.at("/samplesPerSecond/rounds")).hasSize(2);
            assertThat(run.at("/samplesPerSecond/median").doubleValue())
                    .isPositive()
                    .isBetween(
                            run.at("/samplesPerSecond/min").doubleValue(),
                            run.at("/samplesPerSecond/max").doubleValue());
            assertThat(run.at("/cpuNanosPerSample/rounds")).hasSize(2);
            assertThat(run.at("/cpuNanosPerSample/median").doubleValue()).isPositive();
        });
        JsonNode ratios = result.at("/throughput/ratios");
        assertThat(ratios.findValuesAsText("of"))
                .containsExactly("parsing-copy", "learner", "learner", "learner-many-models");
        assertThat(ratios.findValuesAsText("to")).containsExactly("copy", "copy", "parsing-copy", "learner");
        assertThat(ratios)
                .allSatisfy(ratio ->
                        assertThat(ratio.get("ofMedians").doubleValue()).isPositive());
        assertThat(result.at("/throughput/many/models").intValue()).isEqualTo(50);
        assertThat(result.at("/throughput/many/createdPerSecond/rounds")).hasSize(2);

        assertThat(result.get("latency").findValuesAsText("commitIntervalMs")).containsExactly("20", "30");
        assertThat(result.get("latency")).allSatisfy(row -> {
            assertThat(row.get("samples").intValue()).isEqualTo(200);
            assertThat(row.get("p50Ms").doubleValue())
                    .isBetween(0.0, row.get("p99Ms").doubleValue());
            assertThat(row.get("p99Ms").doubleValue())
                    .isLessThanOrEqualTo(row.get("maxMs").doubleValue());
        });

        assertThat(result.at("/restore/models").intValue()).isEqualTo(50);
        assertThat(result.at("/restore/records").intValue()).isGreaterThanOrEqualTo(50);
        assertThat(result.at("/restore/restoredPerSecond/rounds")).hasSize(2);
        assertThat(result.at("/restore/consumedPerSecond/rounds")).hasSize(2);
        assertThat(bench.err.toString())
                .contains("copy, warming up: ", "learner-many-models, round 2 of 2: ", "restore, round 2 of 2: ")
                .doesNotContain("by hand", "could not be removed");
        assertNothingIsLeftOfBench();
    }

    @Test
    void benchOnABrokerOfItsOwn_printsLines() throws Exception {
        Running bench = run(0, "bench --parts throughput --samples 500 --rounds 1".split(" "));
        assertThat(bench.out.toString())
                .contains("broker in this process, a 2-4-1, sigmoid, sgd network, commit.interval.ms 100, exactly once")
                .containsPattern("500 samples +median/s +min/s +max/s +CPU of each")
                .containsPattern("learner( +[\\d,]+){3} +[\\d,]+ ns")
                .containsPattern(
                        "learner / parsing-copy: [\\d.]+ \\(of the medians\\), [\\d.]+ \\(median of the rounds\\)")
                .contains("the runs are too short");
    }

    @Test
    void benchThatIsStopped_removesItsTopics() throws Exception {
        Running bench = new Running("bench", "-b", broker.bootstrapServers(), "--samples", "1000000000");
        await().atMost(Duration.ofMinutes(1)).until(() -> !topicsOfBench().isEmpty());
        bench.shutdown.request();
        assertThat(bench.await()).as("%s", bench).isEqualTo(1);
        assertThat(bench.err.toString()).contains("stopped before the end");
        assertThat(bench.out.toString()).isEmpty();
        assertNothingIsLeftOfBench();
    }

    @Test
    void benchOfAModelThatDiverges_isRefused_andRemovesItsTopics() throws Exception {
        Running bench = run(
                1,
                ("bench --parts throughput --samples 500 --set output.activation=identity --set learning.rate=1e300 -b "
                                + broker.bootstrapServers())
                        .split(" "));
        assertThat(bench.err.toString())
                .contains("settings must suit samples from 0 to 1")
                .hasLineCount(1);
        assertThat(bench.out.toString()).isEmpty();
        assertNothingIsLeftOfBench();
    }

    @Test
    void benchWhoseTopicVanishes_fails_andLeavesNothing() throws Exception {
        Running bench = new Running("bench", "-b", broker.bootstrapServers(), "--samples", "100000");
        await().atMost(Duration.ofMinutes(1)).until(() -> bench.err.toString().contains("copy, warming up: "));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.deleteTopics(topicsOfBench().stream()
                            .filter(topic -> topic.endsWith("-samples"))
                            .toList())
                    .all()
                    .get();
        }
        assertThat(bench.await()).as("%s", bench).isEqualTo(1);
        assertThat(bench.err.toString()).doesNotContain("by hand", "could not be removed");
        assertNothingIsLeftOfBench();
    }

    private static void assertNothingIsLeftOfBench() throws Exception {
        assertThat(topicsOfBench()).isEmpty();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            assertThat(admin.listGroups().all().get())
                    .noneMatch(group -> group.groupId().startsWith("streamgrad-bench-"));
        }
        try (Stream<Path> temporary = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertThat(temporary.filter(file -> file.getFileName().toString().startsWith("streamgrad-bench-")))
                    .isEmpty();
        }
    }

    private static List<String> topicsOfBench() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            return admin.listTopics().names().get().stream()
                    .filter(name -> name.startsWith("streamgrad-bench-"))
                    .toList();
        }
    }

    private static String[] with(String[] cluster, String... command) {
        String[] all = Arrays.copyOf(command, command.length + cluster.length);
        System.arraycopy(cluster, 0, all, command.length, cluster.length);
        return all;
    }
}
