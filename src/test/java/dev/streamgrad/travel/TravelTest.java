package dev.streamgrad.travel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.replay.SteeredLog;
import dev.streamgrad.replay.SteeredLog.Entry;
import dev.streamgrad.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Past states of models that obeyed commands, beside what the real topology said of them when they were present. */
class TravelTest {
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

    private static Arrival travel(SteeredLog log, Destination destination) throws TravelException {
        return travel(log, destination, false);
    }

    private static Arrival travel(SteeredLog log, Destination destination, boolean fromTheStart)
            throws TravelException {
        return new Travel(log.settings, "xor", null, destination, fromTheStart, SteeredLog.QUIET)
                .run()
                .orElseThrow();
    }

    private static Snapshot snapshot(Entry entry) {
        return Snapshot.read(Objects.requireNonNull(entry.value()));
    }

    /** A snapshot of every version, in a topic that keeps one of twenty: the rest is what travel is asked for. */
    private static NavigableMap<Long, Snapshot> thinned(SteeredLog log, int every) {
        NavigableMap<Long, Snapshot> all = new TreeMap<>();
        List<Entry> kept = new ArrayList<>();
        for (Entry entry : log.snapshots) {
            Snapshot snapshot = snapshot(entry);
            all.put(snapshot.model().version(), snapshot);
            if (snapshot.model().version() % every == 0) {
                kept.add(entry);
            }
        }
        log.snapshots = kept;
        return all;
    }

    /** A run with commands of every kind, of which there is a snapshot of every version. */
    private static SteeredLog steered() {
        SteeredLog log = new SteeredLog(broker, "snapshot.every=1", "features.scaling=running");
        Random random = new Random(5);
        for (int round = 0; round < 12; round++) {
            log.learn(10 + random.nextInt(30));
            switch (round % 6) {
                case 0 ->
                    log.command("{\"command\":\"set\",\"settings\":{\"learning.rate\":\"0." + (round + 1) + "\"}}");
                case 1 -> log.command("{\"command\":\"freeze\"}").learn(7).command("{\"command\":\"unfreeze\"}");
                case 2 -> log.command("{\"command\":\"reset\",\"settings\":{\"seed\":\"" + round + "\"}}");
                case 3 ->
                    log.command("{\"command\":\"set\",\"settings\":{\"batch.size\":\"" + (2 + round % 2) + "\"}}");
                case 4 -> {
                    String state = new String(log.newestSnapshot(), StandardCharsets.UTF_8);
                    log.learn(9).command("{\"command\":\"restore\",\"state\":" + state + "}");
                }
                default -> log.command("nonsense").command("{\"command\":\"unfreeze\"}");
            }
        }
        return log.learn(30);
    }

    @Test
    void everyVersion_hasTheFingerprintThatItHadWhenItWasPresent() throws Exception {
        try (SteeredLog log = steered()) {
            log.said();
            NavigableMap<Long, Snapshot> all = thinned(log, 20);
            log.written();
            List<Long> versions = new ArrayList<>(all.keySet());
            Random random = new Random(6);
            for (int i = 0; i < 200; i++) {
                long version = versions.get(random.nextInt(versions.size()));
                Snapshot expected = Objects.requireNonNull(all.get(version));
                Arrival arrival = travel(log, Destination.version(version), i % 50 == 0);
                assertThat(arrival.state().toJson()).as("version " + version).isEqualTo(expected.toJson());
                assertThat(arrival.samples() + arrival.commands())
                        .as("steps to version " + version)
                        .isLessThanOrEqualTo(arrival.fromSnapshot() ? 80 : Long.MAX_VALUE);
            }
        }
    }

    @Test
    void afterCompaction_everyVersionIsStillThere() throws Exception {
        try (SteeredLog log = steered()) {
            log.said();
            NavigableMap<Long, Snapshot> all = thinned(log, 1_000_000);
            log.written();
            for (Map.Entry<Long, Snapshot> version : all.entrySet()) {
                if (version.getKey() % 37 == 0) {
                    assertThat(travel(log, Destination.version(version.getKey()))
                                    .state()
                                    .toJson())
                            .as("version " + version.getKey())
                            .isEqualTo(version.getValue().toJson());
                }
            }
        }
    }

    /** As {@link #steered}, trained on some of its samples only. */
    private static SteeredLog trainedOnSome() {
        return new SteeredLog(broker, "snapshot.every=1", "train.every=3")
                .learn(90)
                .command("{\"command\":\"set\",\"settings\":{\"train.every\":1}}")
                .learn(10)
                .command("{\"command\":\"set\",\"settings\":{\"train.every\":2}}")
                .learn(40)
                .said();
    }

    @Test
    void modelThatTrainsOnSomeSamples_predictsAndScoresAll_andIsDerivedAgain() throws Exception {
        try (SteeredLog log = trainedOnSome()) {
            List<Prediction> predictions = log.output(log.settings.predictionsTopic()).stream()
                    .map(entry -> Prediction.read(Objects.requireNonNull(entry.value())))
                    .toList();
            assertThat(predictions).hasSize(140).allMatch(prediction -> prediction.loss() != null);
            assertThat(predictions.subList(0, 90).stream().filter(Prediction::trained))
                    .hasSizeBetween(15, 45);
            assertThat(predictions.subList(90, 100)).allMatch(Prediction::trained);
            assertThat(predictions.subList(100, 140).stream().filter(Prediction::trained))
                    .hasSizeBetween(10, 30);
            NavigableMap<Long, Snapshot> all = thinned(log, 20);
            assertThat(all.lastKey())
                    .as("a version for each sample that it trained on, and each command")
                    .isEqualTo(
                            2 + predictions.stream().filter(Prediction::trained).count());
            log.written();
            for (Map.Entry<Long, Snapshot> version : all.entrySet()) {
                assertThat(travel(log, Destination.version(version.getKey()))
                                .state()
                                .toJson())
                        .as("version " + version.getKey())
                        .isEqualTo(version.getValue().toJson());
            }
        }
    }

    /** Samples of both models, and what the steered one was told between them, if it was. */
    private static SteeredLog caughtUp(boolean told) {
        SteeredLog log = new SteeredLog(broker, "snapshot.every=1", "features.scaling=running").learn(20);
        byte[] state = log.newestSnapshot();
        log.learn(5).others(3);
        if (told) {
            log.command(SteeredLog.FASTER);
        }
        log.learn(10).others(2);
        if (told) {
            log.catchUp(state).learn(10).command("{\"command\":\"freeze\"}").catchUp(state);
        }
        return log.learn(10).said();
    }

    @Test
    void stateThatCaughtUp_hasLearnedAllSamples_asIfTheModelHadBeenToldNothing() throws Exception {
        try (SteeredLog steered = caughtUp(true);
                SteeredLog untold = caughtUp(false)) {
            NavigableMap<Long, Snapshot> all = thinned(steered, 20);
            NavigableMap<Long, Snapshot> untoldVersions = thinned(untold, 20);
            // 25 samples, a command, 10 samples, and the state in the 37th version.
            assertThat(layersOf(all, 37)).isEqualTo(layersOf(untoldVersions, 35));
            assertThat(layersOf(all, 36)).isNotEqualTo(layersOf(untoldVersions, 35));
            assertThat(layersOf(all, 47)).isEqualTo(layersOf(untoldVersions, 45));
            // Frozen, it may take a state all the same, and stays frozen.
            assertThat(layersOf(all, 49)).isEqualTo(layersOf(untoldVersions, 45));
            assertThat(Objects.requireNonNull(all.get(49L)).model().isFrozen()).isTrue();
            assertThat(all).doesNotContainKey(50L);
            steered.written();
            for (Map.Entry<Long, Snapshot> version : all.tailMap(21L).entrySet()) {
                // From the snapshot of version 40 on, the samples behind that of version 20 are not read again.
                for (boolean fromTheStart : version.getKey() < 49 ? List.of(false, true) : List.of(true)) {
                    assertThat(travel(steered, Destination.version(version.getKey()), fromTheStart)
                                    .state()
                                    .toJson())
                            .as("version " + version.getKey() + (fromTheStart ? " from the start" : ""))
                            .isEqualTo(version.getValue().toJson());
                }
            }
            assertThatThrownBy(() -> travel(steered, Destination.version(49)))
                    .isInstanceOf(TravelException.class)
                    .hasMessage(
                            "event 0@5 restored a state by learning the samples since 19, which are behind where this"
                                    + " begins, and the snapshot that had it is gone; begin with version 0, as travel"
                                    + " does by --from-start, and keep the samples topic with retention.ms=-1");
        }
    }

    private static JsonNode layersOf(Map<Long, Snapshot> versions, long version) throws IOException {
        return new ObjectMapper()
                .readTree(Objects.requireNonNull(versions.get(version)).toJson())
                .get("layers");
    }

    @Test
    void offset_isRightAfterItsSample_andBeforeTheCommandsBehindIt() throws Exception {
        try (SteeredLog log = new SteeredLog(broker, "snapshot.every=7")
                .learn(30)
                .command(SteeredLog.FASTER)
                .learn(20)
                .said()
                .written()) {
            assertThat(travel(log, Destination.offset(29)).state().model().version())
                    .isEqualTo(30);
            assertThat(travel(log, Destination.offset(30)).state().model().version())
                    .isEqualTo(32);
            assertThat(travel(log, Destination.version(31)).state().model().lastOffset())
                    .isEqualTo(29);
            assertThatThrownBy(() -> travel(log, Destination.offset(50)))
                    .isInstanceOf(TravelException.class)
                    .hasMessage("offset must be one that partition 0 of the samples topic has; the last is 49; got 50");
        }
    }

    @Test
    void time_isBeforeTheFirstThatIsLater() throws Exception {
        try (SteeredLog log = new SteeredLog(broker)
                .learn(30)
                .command(SteeredLog.FASTER)
                .learn(20)
                .said()
                .written()) {
            // A sample each millisecond, and the command a second after the first.
            Arrival before = travel(log, Destination.time(SteeredLog.NOW + 9));
            assertThat(before.state().model().version()).isEqualTo(10);
            assertThat(before.state().time()).isEqualTo(SteeredLog.NOW + 9);
            assertThat(travel(log, Destination.time(SteeredLog.NOW + 40))
                            .state()
                            .model()
                            .version())
                    .as("the command is later, and so is all that stands behind it")
                    .isEqualTo(30);
            assertThat(travel(log, Destination.time(SteeredLog.NOW + 1000))
                            .state()
                            .model()
                            .version())
                    .isEqualTo(51);
        }
    }

    @Test
    void deletedModel_canBeHadAsItWas_byOffset_andTheOneAfterIt_byVersion() throws Exception {
        try (SteeredLog log = new SteeredLog(broker, "snapshot.every=10")
                .learn(35)
                .command("{\"command\":\"delete\"}")
                .learn(15)
                .said()
                .written()) {
            assertThat(travel(log, Destination.offset(34)).state().model().version())
                    .isEqualTo(35);
            assertThat(travel(log, Destination.version(12)).state().model().firstOffset())
                    .isEqualTo(35);
            assertThatThrownBy(() -> travel(log, Destination.version(20)))
                    .isInstanceOf(TravelException.class)
                    .hasMessage("version must be one that the log leads to; the last is 15; got 20");
        }
        try (SteeredLog log = new SteeredLog(broker)
                .learn(30)
                .command("{\"command\":\"delete\"}")
                .said()
                .sample("{\"features\":[0,1]}".getBytes(StandardCharsets.UTF_8))
                .written()) {
            assertThatThrownBy(() -> travel(log, Destination.offset(30)))
                    .isInstanceOf(TravelException.class)
                    .hasMessage("the model had been deleted then; its last version was 30");
        }
    }

    @Test
    void whereSamplesAreGone_theOldestThatCanBeHad_isSaid() throws Exception {
        try (SteeredLog log = new SteeredLog(broker).learn(100).said().written();
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.deleteRecords(Map.of(
                            new TopicPartition(log.settings.samplesTopic(), 0), RecordsToDelete.beforeOffset(30)))
                    .all()
                    .get();
            assertThat(travel(log, Destination.version(45)).state().model().version())
                    .isEqualTo(45);
            assertThat(travel(log, Destination.version(20)).samples())
                    .as("a snapshot needs no samples")
                    .isZero();
            for (boolean fromTheStart : List.of(false, true)) {
                assertThatThrownBy(() -> travel(log, Destination.version(25), fromTheStart))
                        .isInstanceOf(TravelException.class)
                        .hasMessage(
                                "the oldest version that can be had is 40, after sample 0@39; samples before offset 30"
                                        + " are gone; keep that topic with retention.ms=-1 for what is to come");
            }
        }
    }

    @Test
    void logThatSaysWhatDoesNotFollow_leadsNowhere() throws Exception {
        try (SteeredLog log = new SteeredLog(broker)
                .learn(30)
                .command(SteeredLog.FASTER)
                .learn(20)
                .said()) {
            log.events.set(1, log.events.get(1).with(json -> json.put("fingerprint", "0".repeat(64))));
            log.written();
            assertThatThrownBy(() -> travel(log, Destination.version(35), true))
                    .isInstanceOf(TravelException.class)
                    .hasMessageContaining("what the log says does not follow, at version 31 (sample 0@29)");
        }
        try (SteeredLog log = new SteeredLog(broker).learn(70).said()) {
            log.samples.set(
                    5,
                    new Entry(
                            SteeredLog.XOR,
                            "{\"features\":[1,1],\"label\":[1]}".getBytes(StandardCharsets.UTF_8),
                            SteeredLog.NOW));
            log.written();
            assertThatThrownBy(() -> travel(log, Destination.version(35), true))
                    .isInstanceOf(TravelException.class)
                    .hasMessageContaining("at version 20 (sample 0@19): its snapshot has another fingerprint");
            assertThat(travel(log, Destination.version(35)).state().model().version())
                    .as("what was before the snapshot has no say")
                    .isEqualTo(35);
        }
        try (SteeredLog log = new SteeredLog(broker)
                .learn(30)
                .command(SteeredLog.FASTER)
                .learn(20)
                .said()) {
            log.written();
            Settings others = Settings.of(Map.of(
                    "bootstrap.servers",
                    broker.bootstrapServers(),
                    "control.topic",
                    "",
                    "samples.topic",
                    log.settings.samplesTopic(),
                    "snapshots.topic",
                    log.settings.snapshotsTopic()));
            assertThatThrownBy(() ->
                            new Travel(others, "xor", null, Destination.version(48), true, SteeredLog.QUIET).run())
                    .isInstanceOf(TravelException.class)
                    .hasMessageContaining("it has obeyed commands, and not all events are there to follow");
        }
    }

    /** The acceptance of a rollback: what was learned since is learned again, and comes out the same. */
    @Test
    void rollback_andTheSamplesSinceThen_giveTheSameWeights() throws Exception {
        try (SteeredLog log =
                new SteeredLog(broker, "snapshot.every=1", "features.scaling=running", "optimizer=adam")) {
            log.learn(60);
            List<Entry> since = List.copyOf(log.samples.subList(35, 60));
            log.said();
            NavigableMap<Long, Snapshot> first = thinned(log, 20);
            List<Entry> snapshots = log.snapshots;
            List<Entry> events = log.events;
            log.written();
            Snapshot back = travel(log, Destination.version(35)).state();
            log.command(
                    "{\"command\":\"restore\",\"state\":" + new String(back.toJson(), StandardCharsets.UTF_8) + "}");
            since.forEach(sample -> log.sample(Objects.requireNonNull(sample.value())));
            log.said();
            Map<Long, Snapshot> again = new HashMap<>();
            log.snapshots.forEach(entry -> again.put(snapshot(entry).model().version(), snapshot(entry)));
            assertThat(snapshots).isNotEmpty();
            assertThat(events).hasSize(1);
            for (long version = 36; version <= 60; version++) {
                assertThat(weights(Objects.requireNonNull(again.get(version + 26))))
                        .as("the weights that were those of version " + version)
                        .isEqualTo(weights(Objects.requireNonNull(first.get(version))));
            }
        }
    }

    /** Weights, biases and what the optimizer and the scaler remember. */
    private static String weights(Snapshot snapshot) {
        try {
            ObjectNode json = (ObjectNode) new ObjectMapper().readTree(snapshot.toJson());
            return json.get("layers") + " " + json.get("optimizer") + " " + json.get("scaling");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void fork_goesOnAsIfItHadHadTheSettingsThen_andTheOther_asItWas() throws Exception {
        String slower = "{\"command\":\"set\",\"settings\":{\"learning.rate\":\"0.01\"}}";
        try (SteeredLog log = new SteeredLog(broker).learn(40).command(slower).learn(60);
                SteeredLog told = new SteeredLog(broker, "snapshot.every=101")
                        .learn(30)
                        .command(SteeredLog.FASTER)
                        .learn(70)) {
            log.said().written();
            Comparison compared = new Fork(
                            log.settings,
                            "xor",
                            null,
                            Destination.version(30),
                            Map.of("learning.rate", "2"),
                            SteeredLog.QUIET)
                    .run()
                    .orElseThrow();
            assertThat(compared.arrival().state().model().version()).isEqualTo(30);
            assertThat(weights(compared.state()))
                    .as("as the topology makes it of the same samples")
                    .isEqualTo(weights(Snapshot.read(told.newestSnapshot())));
            assertThat(Fingerprint.of(Objects.requireNonNull(compared.present())))
                    .isEqualTo(travel(log, Destination.offset(99)).state().fingerprint());
            assertThat(compared.asItWas().samples()).isEqualTo(70);
            assertThat(compared.fork().samples()).isEqualTo(70);
            assertThat(compared.fork().samplesPerColumn()).isEqualTo(1);
            assertThat(compared.fork().losses()).hasSize(70);
            assertThat(compared.fork().loss())
                    .isCloseTo(Arrays.stream(compared.fork().losses()).average().orElseThrow(), within(1e-12));
        }
    }

    /** A command stands behind whatever its partition had last, which need not be a sample of the model. */
    @Test
    void wayThatBeginsWithTheSnapshotOfACommand_isNotToldTheCommandAgain_whateverStandsBetween() throws Exception {
        try (SteeredLog log = new SteeredLog(broker)
                .learn(30)
                .others(5)
                .command(SteeredLog.FASTER)
                .command("{\"command\":\"freeze\"}")
                .others(3)
                .command("{\"command\":\"unfreeze\"}")
                .command("{\"command\":\"unfreeze\"}")
                .others(2)
                .learn(10)
                .said()
                .written()) {
            for (long version = 31; version <= 43; version++) {
                Arrival arrival = travel(log, Destination.version(version));
                assertThat(arrival.state().toJson())
                        .as("version " + version)
                        .isEqualTo(travel(log, Destination.version(version), true)
                                .state()
                                .toJson());
            }
            assertThat(travel(log, Destination.version(35)).baseVersion()).isEqualTo(33);
            assertThat(travel(log, Destination.offset(49)).state().model().version())
                    .isEqualTo(43);
            Comparison compared = new Fork(
                            log.settings, "xor", null, Destination.version(31), Map.of(), SteeredLog.QUIET)
                    .run()
                    .orElseThrow();
            assertThat(compared.asItWas().samples()).isEqualTo(10);
        }
    }

    /** A batch is not full yet: samples have reached the model, and its version is still 0. */
    @Test
    void fork_ofAModelWhoseFirstBatchIsUnfinished_goesOnWithIt() throws Exception {
        try (SteeredLog log = new SteeredLog(broker, "batch.size=4", "snapshot.every=1")
                .learn(10)
                .said()
                .written()) {
            Comparison compared = new Fork(log.settings, "xor", null, Destination.offset(1), Map.of(), SteeredLog.QUIET)
                    .run()
                    .orElseThrow();
            assertThat(compared.arrival().state().model().version()).isZero();
            assertThat(compared.asItWas().samples()).isEqualTo(8);
            assertThat(compared.state().toJson())
                    .as("told nothing else, it is the same")
                    .isEqualTo(travel(log, Destination.offset(9)).state().toJson());
        }
    }
}
