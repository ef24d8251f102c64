package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.records.Snapshot;
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
        assertThat(run(1, "rollback", "--model", "gate", "--version", "1350")
                        .err
                        .toString())
                .contains("version must be one that the log leads to; the last is 805; got 1350");
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
    void versionBetweenSnapshots_canBeHad_andRolledBackTo(@TempDir Path folder) throws Exception {
        String file = folder.resolve("gate.json").toString();
        String there = run(0, "travel", "--model", "gate", "--version", "350", "--out", file)
                .out
                .toString();
        assertThat(there)
                .containsPattern("gate version 350, after sample \\d@349, 20")
                .contains("from the snapshot of version 300: 50 samples, 0 commands");
        String fromTheStart = run(0, "travel", "--model", "gate", "--offset", "349", "--from-start")
                .out
                .toString();
        assertThat(fromTheStart)
                .contains("gate version 350, after sample", "from version 0: 350 samples, 0 commands")
                .contains("agrees with 3 snapshots on the way, the last of version 300");
        Snapshot state = Snapshot.read(Files.readAllBytes(Path.of(file)));
        assertThat(there).contains("  fingerprint " + state.fingerprint());
        assertThat(fromTheStart).contains("  fingerprint " + state.fingerprint());
        assertThat(run(0, "rollback", "--model", "gate", "--version", "350").out.toString())
                .contains("gate has obeyed restore, version 501, after sample");
        JsonNode restored = exported(folder, "501");
        assertThat(restored.get("layers"))
                .isEqualTo(new ObjectMapper()
                        .readTree(Files.readAllBytes(Path.of(file)))
                        .get("layers"));
        assertThat(run(1, "travel", "--model", "gate", "--time", "2001-01-01T00:00Z")
                        .err
                        .toString())
                .containsPattern("gate: there was no model yet; sample \\d@0 made it");
        assertThat(run(1, "travel", "--model", "gat", "--version", "1").err.toString())
                .contains("gat: it must have a snapshot or an event; there is none of that name");
        assertThat(run(2, "travel", "--model", "gate", "--time", "noon").err.toString())
                .contains("must be a time such as 2026-03-01T12:00 or 1970-01-01T00:00:00Z; got noon");
        assertThat(run(2, "travel", "--model", "gate", "--version", "-1").err.toString())
                .startsWith("--version must be at least 0; got -1");
    }

    @Test
    void fork_isCompared_andHandedOver_fromExactlyThere() throws Exception {
        run(0, "control", "--model", "gate", "freeze");
        run(0, "produce", "--count", "200", "--key", "gate", "--seed", "3");
        run(0, "watch", "--from-beginning", "--key", "gate", "--max", "700");
        CommandRun forked = run(
                0,
                "fork",
                "--model",
                "gate",
                "--version",
                "250",
                "--set",
                "learning.rate=1",
                "--as",
                "fast",
                "--live",
                "--why",
                "it learns better");
        assertThat(forked.out.toString())
                .containsPattern(
                        "gate from version 250 on, after sample \\d@249, to sample \\d@699; fast with learning.rate=1")
                .containsPattern("as it was +450 ")
                .containsPattern("fast +450 ")
                .contains("the model is frozen now")
                .contains("gate has obeyed restore, version 502, after sample")
                .contains("because it learns better");
        assertThat(run(0, "audit").out.toString()).contains("gate: ok, 7 snapshots agree, the last of version 502");
        assertThat(run(1, "fork", "--model", "gate", "--version", "250", "--set", "layers=2,8,1")
                        .err
                        .toString())
                .contains("gate: layers cannot change while a model lives");
    }

    @Test
    void fork_isHandedOver_whileSamplesCome_andNoneIsLeftOut(@TempDir Path folder) throws Exception {
        CommandRun producer = new CommandRun(CommandRun.with(
                cluster, "produce", "--count", "3000", "--rate", "500", "--key", "gate", "--seed", "4"));
        run(0, "watch", "--from-beginning", "--key", "gate", "--max", "700");
        CommandRun forked = run(0, "fork", "--model", "gate", "--version", "250", "--set", "learning.rate=1", "--live");
        assertThat(forked.out.toString()).contains("gate has obeyed restore, version ");
        assertThat(producer.await()).isZero();
        run(0, "watch", "--from-beginning", "--key", "gate", "--max", "3500");
        assertThat(run(0, "audit").out.toString()).contains("gate: ok, ").doesNotContain("is taken from");
        String live = folder.resolve("live.json").toString();
        run(0, "travel", "--model", "gate", "--offset", "3499", "--out", live);
        String offline = folder.resolve("offline.json").toString();
        run(0, "fork", "--model", "gate", "--version", "250", "--set", "learning.rate=1", "--out", offline);
        assertThat(new ObjectMapper().readTree(Path.of(live).toFile()).get("layers"))
                .isEqualTo(
                        new ObjectMapper().readTree(Path.of(offline).toFile()).get("layers"));
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
