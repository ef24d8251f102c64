package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The other commands as a person types them, in this process, against an embedded broker where they need one. */
@ExtendWith(SharedBroker.class)
class CommandsTest {
    private final EmbeddedBroker broker;

    CommandsTest(EmbeddedBroker broker) {
        this.broker = broker;
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
                "2 | watch nothing | (WHAT): must be one of predictions, snapshots, events, dead-letters; got nothing",
                "2 | lesson numpy --set learning.rate=0.1 | Unknown option",
                "2 | learn -b localhost | bootstrap.servers must be HOST:PORT of brokers",
                "2 | demo --set layers=3,4,1 | layers must start with 2, the features of xor",
                "2 | demo --csv /does/not/exist.csv | must be a readable CSV file",
                "2 | demo --jsonl x.jsonl --csv x.csv | --dataset, --csv and --jsonl cannot be used together; choose one",
                "2 | demo --csv x.csv --until-learned | --until-learned needs a dataset with a goal",
                "2 | produce --label-column y | --label and --features-columns are for --csv FILE and --jsonl FILE; got no file",
                "2 | produce --jsonl x --features-columns a | --features-columns is for --csv FILE; got --jsonl",
                "2 | produce --csv x.csv --features-columns a | --features-columns needs --as-arrays",
                "2 | produce --as-arrays | --as-arrays is for --csv FILE; got no such file",
                "2 | produce --key-column a | --key-column is for the rows of --csv FILE or --jsonl FILE; got no file",
                "2 | produce --jsonl /does/not/exist | must be a readable file of JSON Lines",
                "2 | produce --passes 2 | --passes must be at least 1 and is for --csv FILE and --jsonl FILE; got no file",
                "2 | demo --csv x.csv --passes 0 | --passes must be at least 1 and is for --csv FILE and --jsonl FILE; got 0",
                "2 | produce --count -1 | --count and --rate must be at least 0; got -1 and 0.0",
                "2 | lesson nothing | lesson must be one of single-neuron, hidden-layer",
                "2 | bench --samples 0 | --samples, --rounds, --models and --seconds must be at least 1; got 0, 5, 1 and 10",
                "2 | bench --rate 0 | --rate must be a finite number over 0; got 0.0",
                "2 | bench --commit-intervals 10,0 | --commit-intervals must be milliseconds of at least 1; got [10, 0]",
                "2 | bench --parts restore | --parts restore needs many models; got --models 1",
                "2 | bench --parts speed | must be one of throughput, latency, restore; got speed",
                "2 | bench --set learning.rat=1 | setting learning.rat is unknown",
                "2 | bench -b localhost | bootstrap.servers must be HOST:PORT of brokers",
                "1 | bench -b localhost:1 --set startup.timeout.ms=1000 | no broker answers at localhost:1 within 1000 ms",
                "1 | learn -b localhost:1 --set startup.timeout.ms=1000 | no broker answers at localhost:1 within 1000 ms",
            })
    void wrongUse_isOneLine_withItsExitCode(int code, String command, String message) throws Exception {
        CommandRun running = CommandRun.of(code, command.split(" "));
        assertThat(running.err.toString().lines().filter(line -> !line.startsWith("waiting for a broker")))
                .as("%s", running)
                .singleElement()
                .asString()
                .contains(message);
        assertThat(running.out.toString()).isEmpty();
    }

    @Test
    void misspeltNameOfKafkas_isNamed_andHoldsNothingUp() throws Exception {
        CommandRun running = CommandRun.of(
                1, "learn", "-b", "localhost:1", "--set", "startup.timeout.ms=1000", "--set", "kafka.lingr.ms=5");
        assertThat(running.err.toString().lines())
                .containsExactly(
                        "setting kafka.lingr.ms is unknown to Kafka; did you mean kafka.linger.ms? it is passed on for what"
                                + " may be plugged in",
                        "no broker answers at localhost:1 within 1000 ms (startup.timeout.ms); is it running there, and is"
                                + " --bootstrap-server right?");
    }

    @Test
    void stackTrace_isShownOnlyWhenAskedFor() throws Exception {
        assertThat(CommandRun.of(2, "learn", "-v", "--set", "x=1").err.toString())
                .contains("SettingsException", "\tat ");
    }

    @Test
    void missingTopics_areNamed_withTheRemedy() throws Exception {
        CommandRun running =
                CommandRun.of(1, "learn", "-b", broker.bootstrapServers(), "--set", "samples.topic=no-such");
        assertThat(running.err.toString())
                .contains("create with: streamgrad topics --bootstrap-server " + broker.bootstrapServers()
                        + " --set samples.topic=no-such")
                .hasLineCount(1);
        assertThat(CommandRun.of(1, "produce", "-b", broker.bootstrapServers(), "--set", "samples.topic=no-such")
                        .err
                        .toString())
                .startsWith("topic no-such must exist at " + broker.bootstrapServers());
        assertThat(CommandRun.of(1, "watch", "-b", broker.bootstrapServers(), "--set", "predictions.topic=no-such")
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
                "suggest --help",
                "export --help",
                "bench --help"
            })
    void help_tells(String command) throws Exception {
        assertThat(CommandRun.of(0, command.split(" ")).out.toString()).contains("Usage: streamgrad");
    }

    @Test
    void version_isTheProjects() throws Exception {
        assertThat(CommandRun.of(0, "--version").out.toString()).matches("streamgrad \\d+\\.\\d+\\.\\d+\\R");
    }

    @Test
    void topicsProduceLearnWatch_workTogether_andResumeWhereTheyStopped(@TempDir Path folder) throws Exception {
        Path config = Files.writeString(folder.resolve("learner.properties"), """
                samples.topic=together-samples
                predictions.topic=together-predictions
                snapshots.topic=together-snapshots
                dead.letters.topic=together-dead-letters
                control.topic=together-control
                events.topic=together-events
                application.id=together
                snapshot.every=500
                """);
        String[] cluster = {"-b", broker.bootstrapServers(), "--config", config.toString()};
        CommandRun topics = CommandRun.of(0, CommandRun.with(cluster, "topics", "--partitions", "2"));
        assertThat(topics.out.toString().lines())
                .containsExactly(
                        "together-samples created",
                        "together-predictions created",
                        "together-snapshots created",
                        "together-dead-letters created",
                        "together-control created",
                        "together-events created");
        assertThat(CommandRun.of(0, CommandRun.with(cluster, "topics")).out.toString())
                .contains("together-samples exists");
        CommandRun fewer = CommandRun.of(1, CommandRun.with(cluster, "topics", "--partitions", "3"));
        assertThat(fewer.out.toString()).contains("together-samples exists");
        assertThat(fewer.err.toString().lines().filter(line -> line.contains("must have 3 partitions")))
                .hasSize(6)
                .anySatisfy(line -> assertThat(line)
                        .isEqualTo(
                                "topic together-samples must have 3 partitions (--partitions); it has 2 already; more of them"
                                        + " would move models away from what they have learned: leave --partitions out, or name new"
                                        + " topics"));
        CommandRun.of(0, CommandRun.with(cluster, "topics", "--partitions", "2"));

        for (String first : new String[] {"0", "1000"}) {
            CommandRun learner = new CommandRun(CommandRun.with(cluster, "learn"));
            CommandRun produced =
                    CommandRun.of(0, CommandRun.with(cluster, "produce", "--count", "1000", "--key", "gate"));
            assertThat(produced.err.toString()).contains("1,000 samples sent to together-samples");
            int expected = Integer.parseInt(first) + 1000;
            CommandRun watched = CommandRun.of(
                    0,
                    CommandRun.with(
                            cluster,
                            "watch",
                            "--from-beginning",
                            "--key",
                            "gate",
                            "--max",
                            Integer.toString(expected)));
            assertThat(watched.out.toString().lines()).hasSize(expected);
            assertThat(watched.out.toString()).contains("gate version " + (expected - 1) + " predicts [");
            learner.shutdown.request();
            assertThat(learner.await()).as("%s", learner).isZero();
            assertThat(learner.err.toString())
                    .contains("learning from together-samples")
                    .endsWith("stopped" + System.lineSeparator());
        }

        assertThat(CommandRun.of(0, CommandRun.with(cluster, "audit")).out.toString())
                .contains("gate: ok, 4 snapshots agree, the last of version 2,000, trained again from version 0");
        assertThat(CommandRun.of(1, CommandRun.with(cluster, "audit", "--model", "none"))
                        .err
                        .toString())
                .contains("topic together-snapshots must have snapshots to compare of none; got none");

        CommandRun snapshots =
                CommandRun.of(0, CommandRun.with(cluster, "watch", "snapshots", "--from-beginning", "--max", "4"));
        assertThat(snapshots.out.toString().lines())
                .allSatisfy(line -> assertThat(line)
                        .startsWith("gate version ")
                        .contains("2-4-1")
                        .doesNotContain("NOT FIT"));
    }

    @Test
    void samplesThatDoNotFit_areReportedByLearn_andByProduce(@TempDir Path folder) throws Exception {
        Path csv = Files.writeString(folder.resolve("breast.csv"), "a,b,c,y\n1,2,3,1\n4,5,6,0\n");
        String[] cluster = {
            "-b",
            broker.bootstrapServers(),
            "--set",
            "samples.topic=unfitting-samples",
            "--set",
            "predictions.topic=unfitting-predictions",
            "--set",
            "snapshots.topic=unfitting-snapshots",
            "--set",
            "dead.letters.topic=unfitting-dead-letters",
            "--set",
            "control.topic=",
            "--set",
            "application.id=unfitting",
            "--set",
            "http.port=-1"
        };
        CommandRun.of(0, CommandRun.with(cluster, "topics"));
        CommandRun alone = CommandRun.of(0, CommandRun.with(cluster, "produce", "--count", "2", "--wait", "1"));
        assertThat(alone.err.toString())
                .contains(
                        "nothing has come of them within 1 s: no learner seems to run; start one with: streamgrad learn"
                                + " --bootstrap-server " + broker.bootstrapServers()
                                + " --set samples.topic=unfitting-samples");
        CommandRun learner = new CommandRun(CommandRun.with(cluster, "learn"));
        await().atMost(Duration.ofMinutes(1)).until(() -> learner.err.toString().contains("learning from"));

        CommandRun produced = CommandRun.of(
                0,
                CommandRun.with(
                        cluster, "produce", "--csv", csv.toString(), "--as-arrays", "--wait", "60", "--key", "breast"));
        String reason =
                "features must have 2 numbers; got 3; there is no model breast yet, so start the learner with --set"
                        + " models.breast.layers=3,8,1, or send 2";
        assertThat(produced.err.toString())
                .contains("what came of them: 0 predicted, 2 dead letters; the first dead letter: " + reason);
        assertThat(CommandRun.of(0, CommandRun.with(cluster, "produce", "--count", "3", "--wait", "60"))
                        .err
                        .toString())
                .contains("what came of them: 3 predicted, 0 dead letters" + System.lineSeparator());
        learner.shutdown.request();
        assertThat(learner.await()).isZero();
        assertThat(learner.err.toString())
                .containsOnlyOnce("model breast: a sample became a dead letter: " + reason)
                .contains("stopped; 2 samples became dead letters, look at them with: streamgrad watch dead-letters");
    }

    @Test
    void fileOfClasses_isSentWhole_andLearned(@TempDir Path folder) throws Exception {
        StringBuilder rows = new StringBuilder("a,b,grape\n");
        String[] grapes = {"red", "white", "green"};
        for (int i = 0; i < 6_000; i++) {
            rows.append(i % 3)
                    .append(',')
                    .append(i % 2)
                    .append(',')
                    .append(grapes[i % 3])
                    .append('\n');
        }
        Path csv = Files.writeString(folder.resolve("wine.csv"), rows.toString());
        String[] cluster = {
            "-b",
            broker.bootstrapServers(),
            "--set",
            "samples.topic=wine-samples",
            "--set",
            "predictions.topic=wine-predictions",
            "--set",
            "snapshots.topic=wine-snapshots",
            "--set",
            "dead.letters.topic=wine-dead-letters",
            "--set",
            "control.topic=",
            "--set",
            "application.id=wine",
            "--set",
            "http.port=-1"
        };
        CommandRun.of(0, CommandRun.with(cluster, "topics"));
        CommandRun learner = new CommandRun(CommandRun.with(
                cluster,
                "learn",
                "--set",
                "models.wine.layers=2,8,3",
                "--set",
                "models.wine.output.activation=softmax",
                "--set",
                "models.wine.loss=cross-entropy"));
        await().atMost(Duration.ofMinutes(1)).until(() -> learner.err.toString().contains("learning from"));
        CommandRun produced = CommandRun.of(
                0,
                CommandRun.with(
                        cluster, "produce", "--csv", csv.toString(), "--as-arrays", "--passes", "2", "--wait", "60"));
        assertThat(produced.err.toString())
                .contains("classes: red=0, white=1, green=2")
                .contains(
                        "a model of 3 classes needs the settings layers=2,…,3 output.activation=softmax loss=cross-entropy")
                .contains("12,000 samples sent to wine-samples")
                .contains("what came of them: 12,000 predicted, 0 dead letters");
        assertThat(CommandRun.of(
                                0,
                                CommandRun.with(
                                        cluster,
                                        "produce",
                                        "--csv",
                                        csv.toString(),
                                        "--as-arrays",
                                        "--count",
                                        "5",
                                        "--wait",
                                        "0"))
                        .err
                        .toString())
                .contains("5 samples sent to wine-samples");
        learner.shutdown.request();
        assertThat(learner.await()).isZero();
    }

    @Test
    void rowsOfFiles_areSentAsObjects_withTheirKeys(@TempDir Path folder) throws Exception {
        Path csv = Files.writeString(
                folder.resolve("orders.csv"), "amount;country;vip;fraud\n12.5;DE;True;no\n;FR;false;yes\n");
        Path jsonl = Files.writeString(
                folder.resolve("cards.jsonl"), "{\"card\":{\"days\":41}, \"shop\":7}\n\n{\"card\":null}\n");
        String[] cluster = {"-b", broker.bootstrapServers(), "--set", "samples.topic=rows", "--set", "control.topic="};
        CommandRun.of(0, CommandRun.with(cluster, "topics"));
        assertThat(CommandRun.of(
                                0,
                                CommandRun.with(
                                        cluster, "produce", "--csv", csv.toString(), "--passes", "2", "--wait", "0"))
                        .err
                        .toString())
                .contains("orders.csv is separated by semicolons")
                .contains("4 samples sent to rows");
        CommandRun.of(
                0,
                CommandRun.with(
                        cluster,
                        "produce",
                        "--csv",
                        csv.toString(),
                        "--key-column",
                        "country",
                        "--label",
                        "fraud",
                        "--flip-at",
                        "1",
                        "--wait",
                        "0"));
        CommandRun.of(
                0,
                CommandRun.with(
                        cluster, "produce", "--jsonl", jsonl.toString(), "--key-column", "shop", "--wait", "0"));
        List<String> records = new ArrayList<>();
        try (TopicTail rows =
                new TopicTail(Settings.of(Map.of("bootstrap.servers", broker.bootstrapServers())), "rows", true)) {
            await().atMost(Duration.ofMinutes(1)).until(() -> {
                rows.poll().forEach(record -> records.add(utf8(record.key()) + " " + utf8(record.value())));
                return records.size() >= 8;
            });
        }
        String first = "{\"amount\":12.5,\"country\":\"DE\",\"vip\":true,\"fraud\":\"no\"}";
        String second = "{\"country\":\"FR\",\"vip\":false,\"fraud\":\"yes\"}";
        assertThat(records)
                .containsExactly(
                        "orders " + first,
                        "orders " + second,
                        "orders " + first,
                        "orders " + second,
                        "DE " + first,
                        "FR " + second.replace("yes", "no"),
                        "7 {\"card\":{\"days\":41}, \"shop\":7}",
                        "cards {\"card\":null}");
        assertThat(CommandRun.of(
                                2, CommandRun.with(cluster, "produce", "--csv", csv.toString(), "--key-column", "shop"))
                        .err
                        .toString())
                .contains("must have the columns shop; it has amount, country, vip, fraud")
                .hasLineCount(1);
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void brokerGoneAtTheStart_isWaitedFor_sayingSo() throws Exception {
        CommandRun learner = new CommandRun("learn", "-b", "localhost:1", "--set", "startup.timeout.ms=7000");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> learner.err.toString().contains("waiting for a broker at localhost:1"));
        assertThat(learner.await()).isEqualTo(1);
    }

    @Test
    void lessons_areListed_andRun() throws Exception {
        assertThat(CommandRun.of(0, "lesson").out.toString())
                .contains("single-neuron", "vanishing-gradient")
                .hasLineCount(10);
        assertThat(CommandRun.of(0, "lesson", "schedules").out.toString())
                .endsWith("✓ the run agrees" + System.lineSeparator());
    }

    @Test
    void waitingForABroker_endsAtOnce_whenAskedTo() throws Exception {
        CommandRun learner = new CommandRun("learn", "-b", "localhost:1");
        await().atMost(Duration.ofMinutes(1)).until(() -> learner.err.toString().contains("waiting for a broker"));
        learner.shutdown.request();
        assertThat(learner.await()).isEqualTo(1);
        assertThat(learner.err.toString()).contains("stopped while waiting for a broker at localhost:1");
    }

    @Test
    void topicThatCannotServe_isRefusedWithTheRemedy() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            String[] config = {
                "samples.topic=unfit-samples",
                "predictions.topic=unfit-predictions",
                "snapshots.topic=unfit-snapshots",
                "dead.letters.topic=unfit-dead-letters",
                "control.topic="
            };
            String[] learn = CommandRun.with(
                    new String[] {
                        "--set", config[0], "--set", config[1], "--set", config[2], "--set", config[3], "--set",
                        config[4]
                    },
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
            assertThat(CommandRun.of(1, learn).err.toString())
                    .contains(
                            "topic unfit-snapshots must take records of", "its max.message.bytes is 1000; alter it to");
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, "unfit-snapshots"),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("max.message.bytes", "1000000"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
            assertThat(CommandRun.of(1, learn).err.toString())
                    .contains("topic unfit-dead-letters must not be compacted; its cleanup.policy is compact");
        }
    }
}
