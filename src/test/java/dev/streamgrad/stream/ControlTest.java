package dev.streamgrad.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.cluster.ClusterFacts;
import dev.streamgrad.control.Command;
import dev.streamgrad.control.Event;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.json.Json;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.DeadLetter;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import dev.streamgrad.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands among samples, in Kafka's test driver. */
class ControlTest {
    private static final byte[] XOR = bytes("xor");
    private static final long TIME = 1_700_000_000_000L;

    @SuppressWarnings("NullAway.Init")
    private Running learner;

    @BeforeEach
    void start() {
        learner = new Running(new ClusterFacts("", 1, 1_000_000));
    }

    @AfterEach
    void close() {
        learner.driver.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A learner, its topics, and what it has said so far. */
    private static final class Running {
        final TopologyTestDriver driver;
        final TestInputTopic<byte[], byte[]> samples;
        final TestInputTopic<byte[], byte[]> control;
        private final TestOutputTopic<byte[], byte[]> predictions;
        private final TestOutputTopic<byte[], byte[]> snapshots;
        private final TestOutputTopic<byte[], byte[]> events;
        private final TestOutputTopic<byte[], byte[]> deadLetters;
        private final SampleSource source = Dataset.XOR.samples(7);
        private final List<byte[]> log = new ArrayList<>();
        private long oldest;

        Running(ClusterFacts cluster, String... settings) {
            Map<String, String> map = new HashMap<>();
            for (String setting : settings) {
                map.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
            }
            Settings checked = Settings.of(map);
            driver = new TopologyTestDriver(
                    LearnTopology.build(checked, cluster, this::readAgain),
                    checked.kafka().streams());
            samples = driver.createInputTopic("samples", new ByteArraySerializer(), new ByteArraySerializer());
            control = driver.createInputTopic("control", new ByteArraySerializer(), new ByteArraySerializer());
            predictions = output("predictions");
            snapshots = output("snapshots");
            events = output("events");
            deadLetters = output("dead-letters");
        }

        private TestOutputTopic<byte[], byte[]> output(String topic) {
            return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        }

        void learn(int count) {
            for (int i = 0; i < count; i++) {
                byte[] value = source.next().toJson();
                log.add(value);
                samples.pipeInput(XOR, value, TIME);
            }
        }

        private boolean readAgain(int partition, long from, long to, Consumer<ConsumerRecord<byte[], byte[]>> take) {
            for (int offset = (int) from; from >= oldest && offset <= to; offset++) {
                take.accept(new ConsumerRecord<>("samples", partition, offset, XOR, log.get(offset)));
            }
            return from >= oldest;
        }

        /** Sends a command and returns its event. */
        Event command(String json) {
            control.pipeInput(XOR, bytes(json), TIME + 1);
            List<KeyValue<byte[], byte[]>> all = events.readKeyValuesToList();
            return Event.read(all.get(all.size() - 1).value);
        }

        Snapshot newestSnapshot() {
            List<KeyValue<byte[], byte[]>> all = snapshots.readKeyValuesToList();
            return Snapshot.read(Objects.requireNonNull(all.get(all.size() - 1).value));
        }

        List<Prediction> predictions() {
            List<Prediction> read = new ArrayList<>();
            predictions.readValuesToList().forEach(value -> read.add(Prediction.read(value)));
            return read;
        }

        String fingerprint() {
            return Fingerprint.of(Objects.requireNonNull(model()));
        }

        @Nullable
        Model model() {
            LiveModel live = ((ModelStore) driver.getStateStore(ModelStore.NAME))
                    .models()
                    .get(XOR);
            return live == null ? null : live.model();
        }
    }

    private Model model() {
        return Objects.requireNonNull(learner.model());
    }

    @Test
    void sampleThatMakesAModel_isAnEvent_withAllItsSettings() {
        learner.learn(1);
        KeyValue<byte[], byte[]> record = learner.events.readKeyValue();
        assertThat(record.key).isEqualTo(XOR);
        assertThat(Event.read(record.value))
                .isEqualTo(new Event(
                        Event.Kind.CREATED,
                        "xor",
                        0,
                        "",
                        new Source(0, 0),
                        TIME,
                        null,
                        null,
                        SpecSettings.format(ModelSpec.xor()),
                        null,
                        0,
                        null,
                        null));
        learner.learn(2);
        learner.samples.pipeInput(bytes("other"), bytes("{\"features\":[0,1]}"));
        assertThat(learner.events.isEmpty()).isTrue();
    }

    @Test
    void set_changesTheRateOfTheNextSample_takesAVersion_andIsWrittenDownWithItsPlace() throws Exception {
        learner.learn(3);
        String json =
                "{\"id\":\"c-1\",\"command\":\"set\",\"settings\":{\"learning.rate\":0.05},\"by\":\"alice\",\"why\":\"noisy\"}";
        Event event = learner.command(json);
        assertThat(event)
                .isEqualTo(new Event(
                        Event.Kind.CONTROL,
                        "xor",
                        4,
                        "",
                        new Source(0, 2),
                        TIME + 1,
                        // By sha256sum.
                        new Event.Cause(
                                "control", 0, 0, "3258dd60e40293e730b18e4df278377b0228f46f817898a5a85c3c0b6b913fe9"),
                        new Event.Said("set", "c-1", Map.of("learning.rate", "0.05"), "alice", "noisy"),
                        Map.of(),
                        null,
                        0,
                        null,
                        learner.fingerprint()));
        Snapshot snapshot = learner.newestSnapshot();
        assertThat(snapshot.isIntact()).isTrue();
        assertThat(snapshot.source()).isEqualTo(new Source(0, 2));
        assertThat(snapshot.time()).isEqualTo(TIME + 1);
        assertThat(snapshot.fingerprint()).isEqualTo(event.fingerprint());
        assertThat(snapshot.model().version()).isEqualTo(4);
        assertThat(snapshot.model().steps()).isEqualTo(3);
        assertThat(snapshot.model().learningRate()).isEqualTo(0.05);
        assertThat(snapshot.model().recentCommands().ids()).containsExactly("c-1");
        learner.learn(1);
        assertThat(learner.predictions()).extracting(Prediction::version).containsExactly(0L, 1L, 2L, 4L);
        assertThat(model().version()).isEqualTo(5);
    }

    @Test
    void frozenModel_predictsAndScores_andDoesNotTrain_untilItIsUnfrozen() {
        learner.learn(3);
        assertThat(learner.command("{\"command\":\"freeze\"}").kind()).isEqualTo(Event.Kind.CONTROL);
        learner.predictions();
        String frozen = learner.fingerprint();
        learner.learn(5);
        List<Prediction> scored = learner.predictions();
        assertThat(scored).hasSize(5).allSatisfy(prediction -> {
            assertThat(prediction.trained()).isFalse();
            assertThat(prediction.version()).isEqualTo(4);
            assertThat(prediction.label()).isNotNull();
            assertThat(prediction.loss()).isNotNull();
        });
        assertThat(learner.fingerprint()).isEqualTo(frozen);
        assertThat(model().lastOffset()).isEqualTo(7);
        assertThat(model().metrics().sinceStart().samples()).isEqualTo(8);
        assertThat(learner.command("{\"command\":\"freeze\"}").reason()).contains("frozen already");
        assertThat(learner.command("{\"command\":\"unfreeze\"}").version()).isEqualTo(5);
        learner.learn(1);
        assertThat(learner.predictions()).singleElement().matches(Prediction::trained);
        assertThat(model().version()).isEqualTo(6);
    }

    @Test
    void reset_beginsAnew_underTheNextVersion_withThoseSettings() {
        learner.learn(10);
        Event event = learner.command(
                "{\"command\":\"reset\",\"settings\":{\"seed\":\"7\",\"layers\":\"2,8,1\",\"optimizer\":\"adam\"}}");
        assertThat(event.kind()).isEqualTo(Event.Kind.CONTROL);
        ModelSpec spec =
                ModelSpec.xor().with("seed", "7").with("layers", "2,8,1").with("optimizer", "adam");
        Model fresh = new Model(spec);
        Model model = model();
        assertThat(model.version()).isEqualTo(11);
        assertThat(model.steps()).isZero();
        assertThat(model.samples()).isZero();
        assertThat(model.metrics().sinceStart().samples()).isZero();
        assertThat(numbers(model)).isEqualTo(numbers(fresh));
        learner.learn(2);
        assertThat(model().version()).isEqualTo(13);
        assertThat(learner.newestSnapshot().model().spec()).isEqualTo(spec);
    }

    private static List<Double> numbers(Model model) {
        List<Double> numbers = new ArrayList<>();
        model.parameters().forEach(numbers::add);
        return numbers;
    }

    @Test
    void restore_ofAnEarlierState_andTheSameSamplesAgain_giveTheSameWeights() {
        learner.learn(5);
        learner.command("{\"command\":\"set\",\"settings\":{\"schedule\":\"step-decay\",\"schedule.every\":3}}");
        byte[] snapshot = lastOf(learner.snapshots.readValuesToList());
        SampleSource source = Dataset.XOR.samples(99);
        List<byte[]> since = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            since.add(source.next().toJson());
        }
        since.forEach(sample -> learner.samples.pipeInput(XOR, sample));
        List<Double> first = numbers(model());
        learner.command("{\"command\":\"set\",\"settings\":{\"learning.rate\":2}}");
        learner.learn(50);
        Event event = learner.command(restoring(new String(snapshot, StandardCharsets.UTF_8)));
        assertThat(event.reason()).isNull();
        assertThat(event.said()).isEqualTo(new Event.Said("restore", null, Map.of(), null, null));
        assertThat(model().version()).isEqualTo(5 + 1 + 20 + 1 + 50 + 1);
        since.forEach(sample -> learner.samples.pipeInput(XOR, sample));
        assertThat(numbers(model())).isEqualTo(first);
        assertThat(model().metrics().sinceStart().samples()).isEqualTo(5 + 20 + 50 + 20);
    }

    private static String restoring(String snapshot) {
        return "{\"command\":\"restore\",\"state\":" + snapshot + "}";
    }

    private static byte[] lastOf(List<byte[]> values) {
        return values.get(values.size() - 1);
    }

    private static String catchingUp(byte[] snapshot) {
        return new String(
                Command.catchUp(null, Snapshot.read(snapshot), null, null).toJson(), StandardCharsets.UTF_8);
    }

    /** The model's state now. */
    private byte[] state() {
        return Snapshot.of("xor", model(), new Source(0, model().lastOffset()), new SamplesLog("", null), 5)
                .toJson();
    }

    @Test
    void stateThatCatchesUp_learnsWhatHasComeSince_andTheModelKeepsItsOwnFigures() {
        learner.learn(20);
        byte[] state = state();
        learner.command("{\"command\":\"set\",\"settings\":{\"learning.rate\":3}}");
        learner.learn(10);
        List<Double> told = numbers(model());
        Event event = learner.command(catchingUp(state));
        assertThat(event.kind()).isEqualTo(Event.Kind.CONTROL);
        assertThat(event.after()).isEqualTo(new Source(0, 29));
        assertThat(event.fingerprint()).isEqualTo(learner.fingerprint());
        Running untold = new Running(new ClusterFacts("", 1, 1_000_000));
        untold.learn(30);
        assertThat(numbers(model()))
                .isEqualTo(numbers(Objects.requireNonNull(untold.model())))
                .isNotEqualTo(told);
        untold.driver.close();
        assertThat(model().version()).isEqualTo(32);
        assertThat(model().lastOffset()).isEqualTo(29);
        assertThat(model().samples()).isEqualTo(30);
        assertThat(learner.predictions()).as("none is predicted twice").hasSize(30);
        assertThat(learner.deadLetters.isEmpty()).isTrue();
    }

    @Test
    void stateThatCannotCatchUp_isRefused_andADeadLetterOnlyWhereSomebodyIsAtFault() {
        learner.learn(20);
        byte[] state = state();
        String ahead = catchingUp(state).replace("\"lastOffset\":19,\"catchUp\"", "\"lastOffset\":20,\"catchUp\"");
        String before = learner.fingerprint();
        assertThat(learner.command(ahead).reason())
                .isEqualTo(
                        "lastOffset must be at most 100000 before that of the last sample that has reached the model,"
                                + " 19; got 20; send it again when the learner has come so far");
        assertThat(learner.deadLetters.isEmpty()).as("nobody's fault").isTrue();
        learner.learn(5);
        learner.oldest = 21;
        assertThat(learner.command(catchingUp(state)).reason())
                .isEqualTo("lastOffset must be one whose later samples are still in partition 0; got 19; send a state"
                        + " that has learned more");
        assertThat(header(learner.deadLetters.readRecord(), DeadLetter.ERROR)).startsWith("lastOffset must be one");
        learner.command("{\"command\":\"delete\"}");
        learner.learn(3);
        assertThat(learner.command(catchingUp(state)).reason())
                .isEqualTo(
                        "lastOffset must be that of one of the model's samples, the first of which is 25; got 19; send"
                                + " a state of the model as it was made last");
        assertThat(learner.fingerprint()).isNotEqualTo(before);
        assertThat(model().controls()).isZero();
    }

    @Test
    void deletedModel_isGone_withATombstone_andTheNextSampleMakesAnother() {
        learner.learn(4);
        learner.predictions();
        Event event = learner.command("{\"command\":\"delete\"}");
        assertThat(event.kind()).isEqualTo(Event.Kind.DELETED);
        assertThat(event.version()).isEqualTo(5);
        assertThat(event.fingerprint()).isNull();
        TestRecord<byte[], byte[]> tombstone = learner.snapshots.readRecord();
        assertThat(tombstone.key()).isEqualTo(XOR);
        assertThat(tombstone.value()).isNull();
        assertThat(learner.model()).isNull();
        assertThat(learner.command("{\"command\":\"freeze\"}").reason()).contains("there is none called xor");
        learner.learn(1);
        assertThat(Event.read(learner.events.readValue()).kind()).isEqualTo(Event.Kind.CREATED);
        assertThat(learner.predictions())
                .singleElement()
                .extracting(Prediction::version)
                .isEqualTo(0L);
        assertThat(model().firstOffset()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "{\"command\":\"explode\"} | command must be one of set, freeze, unfreeze, reset, restore, delete; got explode",
                "{} | command must be one of set, freeze, unfreeze, reset, restore, delete; got nothing",
                "[1] | value must be one JSON object, such as {\"command\":\"freeze\"}; got [1]",
                "nonsense | value must be one JSON object; Unrecognized token",
                "{\"command\":7} | command must be a string; got 7",
                "{\"command\":\"set\"} | set needs settings, such as learning.rate=0.05; got none",
                "{\"command\":\"set\",\"settings\":[]} | settings must be an object",
                "{\"command\":\"set\",\"settings\":{\"learning.rate\":null}} | learning.rate must be a string or a number; got null",
                "{\"command\":\"set\",\"settings\":{\"learning.rate\":\"-1\"}} | learning.rate must be",
                "{\"command\":\"set\",\"settings\":{\"learning.rate\":\"0.3\"}} | set must change something; the model has these settings already",
                "{\"command\":\"set\",\"settings\":{\"layers\":\"2,8,1\"}} | layers cannot change while a model lives; reset the model with it, or name a new model",
                "{\"command\":\"set\",\"settings\":{\"rate\":\"1\"}} | no model setting is called rate",
                "{\"command\":\"set\",\"settings\":{\"momentum\":\"0.5\"}} | momentum has no meaning with layers 2-4-1, optimizer=sgd",
                "{\"command\":\"freeze\",\"settings\":{}} | settings are for set and reset only; got them with freeze",
                "{\"command\":\"unfreeze\"} | unfreeze needs a frozen model; this one trains already",
                "{\"command\":\"reset\",\"settings\":{\"layers\":\"3,1\"}} | reset must keep 2 inputs; got 3",
                "{\"command\":\"reset\",\"settings\":{\"layers\":\"2,2\"}} | reset must keep 1 outputs; got 2",
                "{\"command\":\"restore\"} | state must be a snapshot, which is what restore is to restore; got MISSING",
                "{\"command\":\"restore\",\"state\":{\"format\":9}} | state must be a snapshot; unknown format 9",
                "{\"command\":\"restore\",\"state\":{}} | state must be a snapshot",
                "{\"command\":\"freeze\",\"id\":\"\"} | id must not be empty",
                "{\"command\":\"freeze\",\"id\":5} | id must be a string; got 5",
                "{\"command\":\"freeze\",\"state\":{}} | state is for restore only; got it with freeze",
                "{\"command\":\"freeze\",\"lastOffset\":5} | lastOffset is for restore only; got it with freeze",
                "{\"command\":\"freeze\",\"catchUp\":1} | catchUp must be true or false; got 1",
                "{\"command\":\"freeze\",\"catchUp\":true} | catchUp needs lastOffset, that of the last sample in the state"
            })
    void commandThatIsWrong_isRefused_withAnEventAndADeadLetter_andNothingChanges(String json, String reason) {
        learner.learn(3);
        String before = learner.fingerprint();
        Event event = learner.command(json);
        assertThat(event.kind()).isEqualTo(Event.Kind.REFUSED);
        assertThat(event.version()).isEqualTo(3);
        assertThat(event.after()).isEqualTo(new Source(0, 2));
        assertThat(event.reason()).startsWith(reason.strip());
        assertThat(event.fingerprint()).isNull();
        TestRecord<byte[], byte[]> letter = learner.deadLetters.readRecord();
        assertThat(letter.value()).isEqualTo(bytes(json));
        assertThat(header(letter, DeadLetter.ERROR)).isEqualTo(event.reason());
        assertThat(header(letter, DeadLetter.TOPIC)).isEqualTo("control");
        assertThat(learner.fingerprint()).isEqualTo(before);
        assertThat(model().controls()).isZero();
        assertThat(learner.snapshots.isEmpty()).isTrue();
    }

    private static String header(TestRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Test
    void restoreOfAStateThatWasTamperedWith_orOfAnotherShape_orNotFinite_isRefused() {
        learner.learn(3);
        Model model = model();
        SamplesLog log = new SamplesLog("", null);
        String good =
                new String(Snapshot.of("xor", model, new Source(0, 2), log, 5).toJson(), StandardCharsets.UTF_8);
        assertThat(learner.command(restoring(good.replaceFirst("\"biases\":\\[[^,]*,", "\"biases\":[0.123,")))
                        .reason())
                .startsWith("state must have the fingerprint that it says");
        Model wide = new Model(ModelSpec.xor().with("layers", "3,4,1"));
        assertThat(learner.command(restoring(new String(
                                Snapshot.of("xor", wide, new Source(0, 2), log, 5)
                                        .toJson(),
                                StandardCharsets.UTF_8)))
                        .reason())
                .isEqualTo("restore must keep 2 inputs; got 3; use a model of another name for that");
        assertThat(learner.command(restoring(good.replaceFirst("\"biases\":\\[[^,]*,", "\"biases\":[1e999,")))
                        .reason())
                .isNotNull();
        assertThat(model().version()).isEqualTo(3);
    }

    @Test
    void restoreThatIsTooLargeForTheSnapshotsTopic_isRefused_andTheEventSaysTheLimit() {
        learner.driver.close();
        learner = new Running(new ClusterFacts("", 1, 1_000_000, "", 20_000));
        learner.learn(3);
        Model large = new Model(ModelSpec.xor().with("layers", "2,100,1"));
        Event event = learner.command(restoring(new String(
                Snapshot.of("xor", large, new Source(0, 2), new SamplesLog("", null), 5)
                        .toJson(),
                StandardCharsets.UTF_8)));
        assertThat(event.limit()).isEqualTo(20_000);
        assertThat(event.reason()).contains("at most 20000 bytes");
        Event reset = learner.command("{\"command\":\"reset\",\"settings\":{\"layers\":\"2,3000,3000,1\"}}");
        assertThat(reset.kind()).isEqualTo(Event.Kind.REFUSED);
        assertThat(reset.limit()).isEqualTo(20_000);
        assertThat(learner.deadLetters.isEmpty()).isFalse();
    }

    @Test
    void commandThatComesTwice_isObeyedOnce_andIsNoDeadLetter() {
        learner.learn(1);
        String json = "{\"id\":\"once\",\"command\":\"set\",\"settings\":{\"learning.rate\":\"0.1\"}}";
        assertThat(learner.command(json).kind()).isEqualTo(Event.Kind.CONTROL);
        Event again = learner.command(json);
        assertThat(again.kind()).isEqualTo(Event.Kind.REFUSED);
        assertThat(again.reason()).isEqualTo("id must be new; the model has obeyed once already");
        assertThat(again.version()).isEqualTo(2);
        assertThat(learner.deadLetters.isEmpty()).isTrue();
        assertThat(model().controls()).isEqualTo(1);
    }

    @Test
    void twoOperatorsAtOnce_areObeyedInTheOrderOfTheTopic() {
        learner.learn(1);
        learner.command("{\"command\":\"set\",\"by\":\"a\",\"settings\":{\"learning.rate\":\"0.1\"}}");
        learner.command("{\"command\":\"set\",\"by\":\"b\",\"settings\":{\"learning.rate\":\"0.2\"}}");
        assertThat(model().learningRate()).isEqualTo(0.2);
        assertThat(model().version()).isEqualTo(3);
    }

    @Test
    void commandWithoutAKey_orForNobody_orWithoutAValue_isRefused() {
        learner.control.pipeInput(null, bytes("{\"command\":\"freeze\"}"));
        Event event = Event.read(learner.events.readValue());
        assertThat(event.model()).isEmpty();
        assertThat(event.after()).isEqualTo(new Source(0, -1));
        assertThat(event.reason()).isEqualTo("key must be the name of the model that is to obey; got none");
        assertThat(learner.command("{\"command\":\"freeze\"}").reason())
                .startsWith("key must name a model of partition 0; there is none called xor");
        learner.learn(1);
        learner.control.pipeInput(XOR, (byte[]) null);
        Event ofNothing = Event.read(lastOf(learner.events.readValuesToList()));
        assertThat(ofNothing.reason()).startsWith("value must be a command such as");
        assertThat(ofNothing.said()).isNull();
        assertThat(Objects.requireNonNull(ofNothing.cause()).sha256())
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assertThat(learner.deadLetters.readRecordsToList()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 9})
    void theSameSamplesAndCommands_inAnotherOrder_makeOtherWeights(int place) {
        learner.learn(place);
        learner.command("{\"command\":\"set\",\"settings\":{\"learning.rate\":\"3\"}}");
        learner.learn(12 - place);
        List<Double> here = numbers(model());
        learner.driver.close();
        start();
        learner.learn(place + 1);
        learner.command("{\"command\":\"set\",\"settings\":{\"learning.rate\":\"3\"}}");
        learner.learn(12 - place - 1);
        assertThat(numbers(model())).isNotEqualTo(here);
    }

    @Test
    void withoutAControlTopic_nothingIsWrittenDown() {
        learner.driver.close();
        Settings settings = Settings.of(Map.of("control.topic", ""));
        try (TopologyTestDriver driver = new TopologyTestDriver(
                LearnTopology.build(settings, new ClusterFacts("", 1, 1_000_000)),
                settings.kafka().streams())) {
            driver.createInputTopic("samples", new ByteArraySerializer(), new ByteArraySerializer())
                    .pipeInput(XOR, bytes("{\"features\":[0,1],\"label\":1}"));
            assertThat(driver.producedTopicNames())
                    .containsExactlyInAnyOrder("predictions", "streamgrad-models-changelog");
        }
        start();
    }

    @Test
    void commandOfAnUnreadableKind_isNoJsonForAnybody() throws Exception {
        learner.learn(1);
        Event event =
                learner.command("{\"command\":\"freeze\",\"why\":\"" + "x".repeat(Command.LONGEST_TEXT + 1) + "\"}");
        assertThat(event.reason()).isEqualTo("why must have at most 1000 characters; got 1001");
        assertThat(Json.FACTORY.createParser(event.toJson())).isNotNull();
    }
}
