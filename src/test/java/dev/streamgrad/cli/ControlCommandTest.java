package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.streamgrad.broker.EmbeddedBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The commands that steer a model, against a learner that runs. */
@ExtendWith(SharedBroker.class)
class ControlCommandTest {
    private final EmbeddedBroker broker;

    @SuppressWarnings("NullAway.Init")
    private String[] cluster;

    @SuppressWarnings("NullAway.Init")
    private CommandRun learner;

    ControlCommandTest(EmbeddedBroker broker) {
        this.broker = broker;
    }

    @BeforeEach
    void learn(TestInfo test) throws Exception {
        String name = "steer-" + Integer.toHexString(test.getDisplayName().hashCode());
        List<String> options = new ArrayList<>(List.of("-b", broker.bootstrapServers()));
        for (String setting : List.of(
                "samples.topic",
                "predictions.topic",
                "snapshots.topic",
                "dead.letters.topic",
                "control.topic",
                "events.topic",
                "application.id")) {
            options.addAll(List.of("--set", setting + "=" + name + "-" + setting.replace(".topic", "")));
        }
        options.addAll(List.of("--set", "snapshot.every=100", "--set", "http.port=-1", "--set", "instance.id=" + name));
        cluster = options.toArray(String[]::new);
        CommandRun.of(0, CommandRun.with(cluster, "topics", "--partitions", "3"));
        learner = new CommandRun(CommandRun.with(cluster, "learn"));
        CommandRun.of(0, CommandRun.with(cluster, "produce", "--count", "500", "--key", "gate"));
        CommandRun.of(0, CommandRun.with(cluster, "watch", "--from-beginning", "--key", "gate", "--max", "500"));
    }

    @AfterEach
    void stop() throws Exception {
        learner.shutdown.request();
        assertThat(learner.await()).as("%s", learner).isZero();
    }

    private CommandRun run(int code, String... command) throws Exception {
        return CommandRun.of(code, CommandRun.with(cluster, command));
    }

    @Test
    void modelObeys_andSaysAfterWhichSample_andTheAuditFollows() throws Exception {
        assertThat(run(
                                0,
                                "control",
                                "--model",
                                "gate",
                                "--by",
                                "alice",
                                "--why",
                                "it jumps",
                                "set",
                                "learning.rate=0.05")
                        .out
                        .toString())
                .matches("gate has obeyed set learning\\.rate=0\\.05, version 501, after sample \\d@499, fingerprint"
                        + " [0-9a-f]{16}…, by alice, because it jumps\\R");
        assertThat(run(0, "control", "--model", "gate", "freeze").out.toString())
                .contains("version 502");
        assertThat(run(1, "control", "--model", "gate", "freeze").err.toString())
                .contains("gate refuses freeze, version 502", "this one is frozen already");
        assertThat(run(0, "control", "--model", "gate", "unfreeze").out.toString())
                .contains("version 503");
        assertThat(run(0, "control", "--model", "gate", "reset", "--seed", "7", "layers=2,8,1")
                        .out
                        .toString())
                .contains("gate has obeyed reset layers=2,8,1 seed=7, version 504");
        run(0, "produce", "--count", "300", "--key", "gate");
        run(0, "watch", "--from-beginning", "--key", "gate", "--max", "800");
        assertThat(run(0, "rollback", "--model", "gate", "--version", "300").out.toString())
                .contains("gate has obeyed restore, version 805, after sample");
        assertThat(run(1, "rollback", "--model", "gate", "--version", "350").err.toString())
                .contains("there is none of version 350; the nearest are 300 and 400");
        assertThat(run(0, "watch", "events", "--from-beginning", "--max", "7")
                        .out
                        .toString()
                        .lines())
                .hasSize(7)
                .element(0)
                .asString()
                .startsWith("gate was created, version 0, after sample");
        assertThat(run(0, "audit").out.toString()).contains("gate: ok, 13 snapshots agree, the last of version 805");
        assertThat(run(0, "control", "--model", "gate", "delete", "--yes").out.toString())
                .startsWith("gate was deleted, version 806");
        assertThat(run(1, "control", "--model", "gate", "freeze").err.toString())
                .contains("there is none called gate");
    }

    @Test
    void exportedModel_comesBack_toTheBit_andTheAuditFollows(@TempDir Path folder) throws Exception {
        String file = folder.resolve("gate.safetensors").toString();
        assertThat(run(0, "export", "--model", "gate", "--version", "300", "--out", file)
                        .out
                        .toString())
                .contains("gate version 300");
        CommandRun imported = run(0, "import", "--model", "gate", file);
        assertThat(imported.err.toString()).contains("has the whole state, as it was exported");
        assertThat(imported.out.toString()).contains("gate has obeyed restore, version 501");
        JsonNode before = exported(folder, "300");
        JsonNode after = exported(folder, "501");
        for (String field : List.of("layers", "optimizer", "spec")) {
            assertThat(after.get(field)).as(field).isEqualTo(before.get(field));
        }
        assertThat(run(0, "audit").out.toString()).contains("gate: ok, 6 snapshots agree, the last of version 501");
        Path garbage = Files.writeString(folder.resolve("garbage.safetensors"), "garbage");
        assertThat(run(1, "import", "--model", "gate", garbage.toString()).err.toString())
                .contains("garbage.safetensors: ");
        assertThat(run(2, "import", "--model", "gate", "no-such.safetensors")
                        .err
                        .toString())
                .contains("FILE must be a safetensors file; there is none at no-such.safetensors");
    }

    private JsonNode exported(Path folder, String version) throws Exception {
        Path file = folder.resolve(version + ".json");
        run(0, "export", "--model", "gate", "--version", version, "--out", file.toString());
        return new ObjectMapper().readTree(Files.readAllBytes(file));
    }

    @Test
    void learnerThatDoesNotAnswer_isSaid_withWhereItIs() throws Exception {
        learner.shutdown.request();
        assertThat(learner.await()).isZero();
        assertThat(run(1, "control", "--model", "gate", "--timeout", "1", "freeze")
                        .err
                        .toString())
                .containsPattern(
                        "sent as \\S+-control-\\d@0, and not yet dealt with: (the learner has read|no learner)");
        learner = new CommandRun(CommandRun.with(cluster, "learn"));
        CommandRun events =
                new CommandRun(CommandRun.with(cluster, "watch", "events", "--from-beginning", "--max", "2"));
        await().atMost(Duration.ofMinutes(1)).until(() -> events.out.toString().contains("gate has obeyed freeze"));
        assertThat(events.await()).isZero();
    }

    @Test
    void wrongUsage_isOneLine() throws Exception {
        assertThat(run(2, "control", "--model", "gate", "set").err.toString())
                .startsWith("set needs settings, such as learning.rate=0.05");
        assertThat(run(2, "control", "--model", "gate", "set", "rate").err.toString())
                .startsWith("settings must be KEY=VALUE, such as learning.rate=0.05; got rate");
        assertThat(run(2, "control", "--model", "gate", "freeze", "a=b").err.toString())
                .startsWith("freeze takes no settings; got a=b");
        assertThat(run(2, "control", "--model", "gate", "set", "--seed", "7")
                        .err
                        .toString())
                .startsWith("--seed is for reset only");
        assertThat(run(2, "control", "--model", "gate", "--id", "x".repeat(65), "freeze")
                        .err
                        .toString())
                .startsWith("id must have at most 64 characters; got 65");
        List<String> without = new ArrayList<>(List.of(cluster));
        without.addAll(List.of("--set", "control.topic="));
        assertThat(CommandRun.of(
                                2,
                                CommandRun.with(without.toArray(String[]::new), "control", "--model", "gate", "freeze"))
                        .err
                        .toString())
                .startsWith("control.topic must name a topic; it is empty, so the learner takes no commands");
        assertThat(run(1, "control", "--model", "gate", "delete").err.toString())
                .contains("say --yes");
        assertThat(run(1, "rollback", "--model", "nobody", "--version", "3").err.toString())
                .contains("model nobody must have a snapshot in");
    }
}
