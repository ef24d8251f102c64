package dev.streamgrad.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.streamgrad.audit.Finding.Verdict;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.replay.SteeredLog;
import dev.streamgrad.replay.SteeredLog.Entry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The audit of models that obeyed commands: what the real topology says in the test driver, written to a broker's
 * topics as it is, or tampered with.
 */
class LedgerAuditTest {
    private static final byte[] XOR = SteeredLog.XOR;
    private static final String FASTER = SteeredLog.FASTER;
    private static final long NOW = SteeredLog.NOW;

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

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<Finding> audit(SteeredLog log) {
        return new Audit(log.settings, Optional.empty(), SteeredLog.QUIET).run().orElseThrow();
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    /** Something of everything. */
    private static SteeredLog steered() {
        SteeredLog history = new SteeredLog(broker).learn(30).command(FASTER).learn(15);
        history.command("{\"command\":\"freeze\"}").learn(10).command("{\"command\":\"freeze\"}");
        history.command("{\"command\":\"unfreeze\"}").command(FASTER).learn(12);
        String state = new String(history.newestSnapshot(), StandardCharsets.UTF_8);
        history.snapshots.clear();
        history.command(
                "{\"command\":\"reset\",\"settings\":{\"seed\":\"7\",\"batch.size\":\"3\",\"optimizer\":\"adam\"}}");
        history.learn(31);
        history.command("{\"command\":\"restore\",\"state\":" + state + "}").learn(25);
        history.command("nonsense").command("{\"command\":\"explode\"}").learn(20);
        return history;
    }

    @Test
    void everyCommand_isFollowed() throws Exception {
        try (SteeredLog history = steered().said().written()) {
            List<Finding> findings = audit(history);
            assertThat(findings).singleElement().satisfies(finding -> {
                assertThat(finding.verdict()).as(finding.toString()).isEqualTo(Verdict.AGREES);
                assertThat(finding.from()).isZero();
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 30, 31})
    void sameSamplesAndCommands_inAnotherOrder_giveOtherWeights_andTheAuditAgreesWithEach(int place) throws Exception {
        List<String> fingerprints = new ArrayList<>();
        for (int later = 0; later < 2; later++) {
            try (SteeredLog history = new SteeredLog(broker)) {
                history.learn(place + later)
                        .command(FASTER)
                        .learn(80 - place - later)
                        .said()
                        .written();
                assertThat(audit(history))
                        .singleElement()
                        .satisfies(finding -> assertThat(finding.verdict())
                                .as(finding.toString())
                                .isEqualTo(Verdict.AGREES))
                        .satisfies(finding -> assertThat(finding.checked()).isEqualTo(5));
                Entry last = history.snapshots.get(history.snapshots.size() - 1);
                fingerprints.add(
                        Snapshot.read(Objects.requireNonNull(last.value())).fingerprint());
            }
        }
        assertThat(fingerprints).doesNotHaveDuplicates();
    }

    @Test
    void modelThatWasDeleted_andMadeAgain_isTwo() throws Exception {
        try (SteeredLog history = new SteeredLog(broker)
                .learn(45)
                .command("{\"command\":\"delete\"}")
                .sample(bytes("{\"features\":[0,1]}"))
                .learn(45)
                .command(FASTER)
                .learn(3)
                .said()
                .written()) {
            assertThat(history.snapshots)
                    .filteredOn(entry -> entry.value() == null)
                    .hasSize(1);
            assertThat(audit(history)).singleElement().satisfies(finding -> {
                assertThat(finding.verdict()).as(finding.toString()).isEqualTo(Verdict.AGREES);
                assertThat(finding.checked()).isEqualTo(5);
            });
        }
    }

    @Test
    void modelThatGoesBackToItsCheckpoint_hasAnEventOfThat() throws Exception {
        try (SteeredLog history = new SteeredLog(
                broker,
                "layers=2,1",
                "on.divergence=restore",
                "divergence.restore.after=2",
                "output.activation=identity",
                "learning.rate=0.01")) {
            history.learn(25);
            for (int i = 0; i < 5; i++) {
                history.sample(bytes("{\"features\":[1e308,1e308],\"label\":[1]}"));
            }
            history.learn(30).said();
            assertThat(history.events)
                    .extracting(entry -> entry.json().path("event").asText())
                    .containsExactly("created", "restored", "restored");
            List<Entry> whole = List.copyOf(history.events);
            history.events.remove(1);
            history.written();
            assertThat(audit(history)).singleElement().matches(finding -> finding.verdict() == Verdict.MISMATCH);
            assertThat(whole).hasSize(3);
        }
    }

    /** A way to tamper with a history. */
    private interface Tampering {
        void with(SteeredLog history) throws Exception;
    }

    static List<Arguments> tamperings() {
        return List.of(
                tampering("moved by one sample", history -> change(history, "set", tree -> shift(tree, 1))),
                tampering("moved back by one sample", history -> change(history, "set", tree -> shift(tree, -1))),
                tampering("removed", history -> history.events.remove(indexOf(history, "set"))),
                tampering(
                        "doubled",
                        history -> history.events.add(
                                indexOf(history, "set"), history.events.get(indexOf(history, "set")))),
                tampering(
                        "another record",
                        history -> change(
                                history,
                                "set",
                                tree -> ((ObjectNode) tree.get("record")).put("sha256", "0".repeat(64)))),
                tampering(
                        "a version more",
                        history -> change(
                                history,
                                "set",
                                tree -> tree.put("version", tree.get("version").asLong() + 1))),
                tampering(
                        "another fingerprint",
                        history -> change(history, "set", tree -> tree.put("fingerprint", "0".repeat(64)))),
                tampering(
                        "refused instead",
                        history -> change(history, "unfreeze", tree -> tree.put("event", "refused"))),
                tampering(
                        "obeyed instead", history -> change(history, "explode", tree -> tree.put("event", "control"))),
                tampering(
                        "forged, of no command",
                        history -> history.events.add(
                                history.events.get(indexOf(history, "set")).with(tree -> {
                                    ((ObjectNode) tree.get("record")).put("offset", 99);
                                    ((ObjectNode) tree.get("after")).put("offset", 1000);
                                }))),
                tampering("forged, of a sample", history -> history.events.add(history.events.get(0))),
                tampering(
                        "created otherwise",
                        history -> history.events.set(
                                0,
                                history.events.get(0).with(tree -> ((ObjectNode) tree.get("spec")).put("seed", "43")))),
                tampering(
                        "another command in the topic",
                        history -> history.control.set(0, new Entry(XOR, bytes(FASTER.replace("2", "3")), NOW + 1000))),
                tampering("the state of a restore", history -> {
                    Entry restore = history.control.get(6);
                    String text = new String(Objects.requireNonNull(restore.value()), StandardCharsets.UTF_8);
                    history.control.set(
                            6, new Entry(XOR, bytes(text.replaceFirst("restore", "reset")), restore.time()));
                }));
    }

    private static Arguments tampering(String name, Tampering tampering) {
        return Arguments.of(Named.of(name, tampering));
    }

    private static void shift(ObjectNode event, int by) {
        ObjectNode after = (ObjectNode) event.get("after");
        after.put("offset", after.get("offset").asLong() + by);
    }

    private static int indexOf(SteeredLog history, String command) throws Exception {
        for (int i = 0; i < history.events.size(); i++) {
            String text =
                    new String(Objects.requireNonNull(history.events.get(i).value()), StandardCharsets.UTF_8);
            if (text.contains("\"command\":\"" + command + "\"") || text.contains("got " + command)) {
                return i;
            }
        }
        throw new AssertionError("no event of " + command);
    }

    private static void change(SteeredLog history, String command, Consumer<ObjectNode> change) throws Exception {
        int index = indexOf(history, command);
        history.events.set(index, history.events.get(index).with(change));
    }

    @ParameterizedTest
    @MethodSource("tamperings")
    void whateverIsTamperedWith_isFound(Tampering tampering) throws Exception {
        try (SteeredLog history = steered().said()) {
            List<Entry> all = history.output(history.settings.snapshotsTopic());
            assertThat(all).isEmpty();
            tampering.with(history);
            history.written();
            assertThat(audit(history))
                    .as(() -> audit(history).toString())
                    .anyMatch(finding -> finding.verdict() == Verdict.MISMATCH);
        }
    }

    @Test
    void logWhoseSamplesBegin_inTheMiddle_isNotAccused() throws Exception {
        try (SteeredLog history = steered().said().written();
                Admin admin = admin()) {
            admin.deleteRecords(Map.of(
                            new TopicPartition(history.settings.samplesTopic(), 0), RecordsToDelete.beforeOffset(70)))
                    .all()
                    .get();
            assertThat(audit(history))
                    .singleElement()
                    .satisfies(finding ->
                            assertThat(finding.verdict()).as(finding.toString()).isEqualTo(Verdict.AGREES));
        }
    }

    @Test
    void logWhoseSamplesBegin_behindACommandThatStandsBehindAnotherModelsSample_isNotAccused() throws Exception {
        try (SteeredLog history = new SteeredLog(broker)
                        .learn(30)
                        .others(5)
                        .command(FASTER)
                        .others(2)
                        .learn(30)
                        .said()
                        .written();
                Admin admin = admin()) {
            admin.deleteRecords(Map.of(
                            new TopicPartition(history.settings.samplesTopic(), 0), RecordsToDelete.beforeOffset(30)))
                    .all()
                    .get();
            assertThat(audit(history))
                    .filteredOn(finding -> finding.model().equals("xor"))
                    .singleElement()
                    .satisfies(finding ->
                            assertThat(finding.verdict()).as(finding.toString()).isEqualTo(Verdict.AGREES));
        }
    }

    @Test
    void commandsThatAreGone_areTakenFromTheirEvents() throws Exception {
        try (SteeredLog history = new SteeredLog(broker)
                        .learn(30)
                        .command(FASTER)
                        .learn(30)
                        .said()
                        .written();
                Admin admin = admin()) {
            delete(admin, history, 1);
            assertThat(audit(history))
                    .singleElement()
                    .satisfies(finding ->
                            assertThat(finding.verdict()).as(finding.toString()).isEqualTo(Verdict.AGREES));
        }
    }

    /** A run in which a state was restored by a command that is gone since. */
    private static SteeredLog withoutTheCommandThatRestored(Tampering tampering) throws Exception {
        SteeredLog history = new SteeredLog(broker).learn(30);
        String state = new String(history.newestSnapshot(), StandardCharsets.UTF_8);
        history.learn(5)
                .command("{\"command\":\"restore\",\"state\":" + state + "}")
                .learn(30)
                .said();
        tampering.with(history);
        history.written();
        try (Admin admin = admin()) {
            delete(admin, history, 1);
        }
        return history;
    }

    @Test
    void stateThatWasRestored_byACommandThatIsGone_isTakenFromItsSnapshot_andItIsSaid() throws Exception {
        try (SteeredLog history = withoutTheCommandThatRestored(untouched -> {})) {
            assertThat(audit(history)).singleElement().satisfies(finding -> {
                assertThat(finding.verdict()).as(finding.toString()).isEqualTo(Verdict.AGREES);
                assertThat(finding.last()).isEqualTo(60);
                assertThat(finding.toString())
                        .contains("its version 36 is taken from its snapshot, because what restored it is gone");
            });
        }
    }

    static List<Arguments> snapshotsThatCannotStandIn() {
        return List.of(
                tampering(
                        "it is gone, too",
                        history -> history.snapshots.removeIf(snapshot -> versionOf(snapshot) == 36)),
                tampering("its weights are others", history -> {
                    for (int i = 0; i < history.snapshots.size(); i++) {
                        Entry snapshot = history.snapshots.get(i);
                        if (versionOf(snapshot) == 36) {
                            history.snapshots.set(
                                    i,
                                    snapshot.with(json ->
                                            json.withArray("/layers/0/biases").set(0, json.numberNode(9.0))));
                        }
                    }
                }),
                tampering("it is of another moment", history -> {
                    for (int i = 0; i < history.snapshots.size(); i++) {
                        Entry snapshot = history.snapshots.get(i);
                        if (versionOf(snapshot) == 36) {
                            history.snapshots.set(i, snapshot.with(json -> json.put("lastOffset", 33)));
                        }
                    }
                }));
    }

    private static long versionOf(Entry snapshot) {
        return Snapshot.read(Objects.requireNonNull(snapshot.value())).model().version();
    }

    @ParameterizedTest
    @MethodSource("snapshotsThatCannotStandIn")
    void stateThatWasRestored_byACommandThatIsGone_isNotVerified_whereNoSnapshotCanStandIn(Tampering tampering)
            throws Exception {
        try (SteeredLog history = withoutTheCommandThatRestored(tampering)) {
            assertThat(audit(history)).singleElement().satisfies(finding -> {
                assertThat(finding.verdict()).as(finding.toString()).isEqualTo(Verdict.NOT_VERIFIED);
                assertThat(finding.text())
                        .contains("which is gone, and so is the snapshot that had it; keep topic "
                                + history.settings.controlTopic().orElseThrow() + " with retention.ms=-1");
            });
        }
    }

    /** A model that went on with a state of 20 samples, which had caught up with its 35. */
    private static SteeredLog withAStateThatCaughtUp() {
        SteeredLog history = new SteeredLog(broker, "snapshot.every=5").learn(20);
        byte[] state = history.newestSnapshot();
        return history.learn(5)
                .command(SteeredLog.FASTER)
                .learn(10)
                .catchUp(state)
                .learn(20)
                .said();
    }

    @Test
    void modelThatTrainsOnSomeSamples_agrees() throws Exception {
        try (SteeredLog history = new SteeredLog(broker, "train.every=3", "snapshot.every=5")
                .learn(60)
                .command(SteeredLog.FASTER)
                .learn(60)
                .said()
                .written()) {
            assertThat(audit(history)).singleElement().satisfies(finding -> {
                assertThat(finding.verdict()).as(finding.toString()).isEqualTo(Verdict.AGREES);
                assertThat(finding.last()).isBetween(25L, 60L);
            });
        }
    }

    @Test
    void stateThatCaughtUp_isDerived() throws Exception {
        try (SteeredLog history = withAStateThatCaughtUp().written()) {
            assertThat(audit(history)).singleElement().satisfies(finding -> {
                assertThat(finding.verdict()).as(finding.toString()).isEqualTo(Verdict.AGREES);
                assertThat(finding.last()).isEqualTo(55);
                assertThat(finding.text()).isEmpty();
            });
        }
    }

    static List<Arguments> liesAboutAStateThatCaughtUp() {
        return List.of(
                tampering(
                        "a sample that it learned is another",
                        history -> history.samples.set(22, history.samples.get(23))),
                tampering(
                        "it was refused",
                        history -> history.events.set(
                                2, history.events.get(2).with(json -> json.put("event", "refused")))),
                tampering(
                        "it came a sample later",
                        history -> history.events.set(
                                2,
                                history.events
                                        .get(2)
                                        .with(json -> json.withObject("/after").put("offset", 35)))));
    }

    @ParameterizedTest
    @MethodSource("liesAboutAStateThatCaughtUp")
    void stateThatCaughtUp_isNotBelieved(Tampering tampering) throws Exception {
        try (SteeredLog history = withAStateThatCaughtUp()) {
            tampering.with(history);
            assertThat(audit(history.written()))
                    .singleElement()
                    .satisfies(finding ->
                            assertThat(finding.verdict()).as(finding.toString()).isEqualTo(Verdict.MISMATCH));
        }
    }

    @Test
    void stateThatCaughtUp_withSamplesThatAreGone_isTakenFromItsSnapshot_andItIsSaid() throws Exception {
        try (SteeredLog history = withAStateThatCaughtUp().written();
                Admin admin = admin()) {
            admin.deleteRecords(Map.of(
                            new TopicPartition(history.settings.samplesTopic(), 0), RecordsToDelete.beforeOffset(23)))
                    .all()
                    .get();
            assertThat(audit(history)).singleElement().satisfies(finding -> {
                assertThat(finding.verdict()).as(finding.toString()).isEqualTo(Verdict.AGREES);
                assertThat(finding.last()).isEqualTo(55);
                assertThat(finding.text())
                        .contains("its version 37 is taken from its snapshot, because what restored it is gone");
            });
        }
    }

    /** Whoever may not read the events, or names other topics, learns nothing about the models, and nothing false. */
    @Test
    void withoutAllEvents_aModelThatObeyedCommands_isNotAccused() throws Exception {
        try (SteeredLog history = new SteeredLog(broker)
                        .learn(30)
                        .command(FASTER)
                        .learn(30)
                        .said()
                        .written();
                Admin admin = admin()) {
            SteeredLog others = new SteeredLog(
                    broker,
                    "control.topic=",
                    "samples.topic=" + history.settings.samplesTopic(),
                    "snapshots.topic=" + history.settings.snapshotsTopic());
            for (SteeredLog audited : List.of(others, history)) {
                if (audited == history) {
                    admin.deleteRecords(Map.of(
                                    new TopicPartition(history.settings.eventsTopic(), 0),
                                    RecordsToDelete.beforeOffset(2)))
                            .all()
                            .get();
                }
                assertThat(audit(audited)).singleElement().satisfies(finding -> {
                    assertThat(finding.verdict()).as(finding.toString()).isEqualTo(Verdict.NOT_VERIFIED);
                    assertThat(finding.text()).contains("not all events are there to follow");
                });
            }
            others.close();
        }
    }

    private static void delete(Admin admin, SteeredLog history, long before) throws Exception {
        admin.deleteRecords(Map.of(
                        new TopicPartition(history.settings.controlTopic().orElseThrow(), 0),
                        RecordsToDelete.beforeOffset(before)))
                .all()
                .get();
    }

    /** A learner that had no commands for a while, or is of a release that knew none. */
    @Test
    void modelOlderThanTheLedger_isNotAccused() throws Exception {
        try (SteeredLog history = new SteeredLog(broker).learn(45).said()) {
            history.events.clear();
            history.learn(10).command(FASTER).learn(30);
            List<Entry> snapshots = new ArrayList<>(history.snapshots);
            history.said();
            history.snapshots.addAll(0, snapshots);
            history.written();
            assertThat(audit(history)).singleElement().satisfies(finding -> {
                assertThat(finding.verdict()).as(finding.toString()).isEqualTo(Verdict.AGREES);
                assertThat(finding.from()).isZero();
            });
        }
    }
}
