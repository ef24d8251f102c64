package dev.streamgrad.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.streamgrad.cluster.ClusterFacts;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.encoding.Dictionary;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.ModelState;
import dev.streamgrad.learning.Origin;
import dev.streamgrad.nn.Initializer;
import dev.streamgrad.records.DeadLetter;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.PartitionState;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.Sample;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import dev.streamgrad.records.StateFormat;
import dev.streamgrad.records.ValueFormat;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.LearningListener.TaskListener;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every branch of the topology, in Kafka's test driver; what concerns commits and crashes is in {@code LearnerIT}. */
class LearnTopologyTest {
    private static final ClusterFacts ONE_PARTITION = new ClusterFacts("", 1, 1_000_000);
    private static final byte[] XOR = "xor".getBytes(StandardCharsets.UTF_8);

    private @Nullable Running running;

    @AfterEach
    void close() {
        if (running != null) {
            running.driver.close();
        }
    }

    private Running start(ClusterFacts cluster, String... settings) {
        running = new Running(cluster, settings);
        return running;
    }

    private static final class Running {
        final List<String> stops = new ArrayList<>();
        final TopologyTestDriver driver;
        final TestInputTopic<byte[], byte[]> samples;
        final TestOutputTopic<byte[], byte[]> predictions;
        final TestOutputTopic<byte[], byte[]> snapshots;
        final TestOutputTopic<byte[], byte[]> deadLetters;

        Running(ClusterFacts cluster, String... settings) {
            Map<String, String> map = new HashMap<>();
            for (String setting : settings) {
                map.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
            }
            Settings checked = Settings.of(map);
            Properties properties = checked.kafka().streams();
            driver = new TopologyTestDriver(
                    LearnTopology.build(checked, cluster, LearningListener.NONE, stops::add), properties);
            samples = driver.createInputTopic("samples", new ByteArraySerializer(), new ByteArraySerializer());
            predictions = output("predictions");
            snapshots = output("snapshots");
            deadLetters = output("dead-letters");
        }

        private TestOutputTopic<byte[], byte[]> output(String topic) {
            return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        }

        void send(String json) {
            samples.pipeInput(XOR, json.getBytes(StandardCharsets.UTF_8));
        }

        Prediction prediction() {
            return Prediction.read(predictions.readValue());
        }

        Model model(String name) {
            ModelStore store = (ModelStore) driver.getStateStore(ModelStore.NAME);
            return Objects.requireNonNull(store.models().get(name.getBytes(StandardCharsets.UTF_8)))
                    .model();
        }
    }

    private static final String[] FRAUD = {
        "features=amount,country:category(3),card.age_days?",
        "label=fraud",
        "label.classes.max=2",
        "layers=*,4,*",
        "features.scaling=running",
        "id=order",
        "snapshot.every=2"
    };

    @Test
    void recordsOfPeoplesOwn_areLearned_andPredictionsAndSnapshotsNameClassesAndInputs() {
        Running learner = start(ONE_PARTITION, FRAUD);
        learner.send("{\"amount\":12.5,\"country\":\"DE\",\"card\":{\"age_days\":41},\"fraud\":\"no\",\"order\":7}");
        learner.send("{\"amount\":900,\"country\":\"FR\",\"fraud\":\"yes\"}");
        learner.send("{\"amount\":13,\"country\":\"DE\",\"order\":\"o-3\"}");
        Prediction first = learner.prediction();
        assertThat(first.id()).isEqualTo("7");
        assertThat(first.label()).containsExactly(0.0);
        // It knew no class yet.
        assertThat(first.predictedClass()).isNull();
        Prediction second = learner.prediction();
        assertThat(second.label()).containsExactly(1.0);
        Prediction request = learner.prediction();
        assertThat(request.trained()).isFalse();
        assertThat(request.id()).isEqualTo("o-3");
        assertThat(request.predictedClass()).isIn("no", "yes");
        Model model = learner.model("xor");
        assertThat(Objects.requireNonNull(model.vocabulary()).dictionaries())
                .extracting(Dictionary::words)
                .containsExactly(List.of("DE", "FR"), List.of("no", "yes"));
        assertThat(Objects.requireNonNull(model.scaler()).counts()).containsExactly(2, 0, 0, 0, 1, 0);
        byte[] snapshot = learner.snapshots.readValue();
        assertThat(new String(snapshot, StandardCharsets.UTF_8))
                .contains(
                        "\"inputs\":[\"amount\",\"country=DE\",\"country=FR\",\"country=other\",\"card.age_days\",\"card.age_days?\"]",
                        "\"classes\":[\"no\",\"yes\"]",
                        "\"dictionaries\":[[\"DE\",\"FR\"],[\"no\",\"yes\"]]");
        Snapshot read = Snapshot.read(snapshot);
        assertThat(read.isIntact()).isTrue();
        assertThat(read.toJson()).isEqualTo(snapshot);
        assertThat(new StateFormat().read(new StateFormat().write(model)).spec())
                .isEqualTo(model.spec());
    }

    @Test
    void recordThatCannotBeUsed_leavesNoModel_andNoWordInItsDictionary() {
        Running learner = start(ONE_PARTITION, FRAUD);
        learner.send("{\"amount\":\"much\",\"country\":\"XX\",\"fraud\":\"no\"}");
        assertThat(reason(learner)).startsWith("amount must be a number; got \"much\"");
        learner.send("{\"amount\":1,\"country\":\"DE\",\"fraud\":\"no\"}");
        learner.send("{\"amount\":1,\"country\":\"YY\",\"fraud\":[1]}");
        assertThat(reason(learner)).startsWith("fraud must be one of the first 2 classes");
        learner.send("{\"amount\":1,\"country\":\"ZZ\",\"fraud\":\"yes\"}");
        learner.send("{\"amount\":1,\"country\":\"DE\",\"fraud\":\"maybe\"}");
        assertThat(reason(learner))
                .startsWith("fraud must be one of the first 2 classes")
                .contains("\"maybe\"");
        assertThat(Objects.requireNonNull(learner.model("xor").vocabulary()).dictionaries())
                .extracting(Dictionary::words)
                .containsExactly(List.of("DE", "ZZ"), List.of("no", "yes"));
        assertThat(learner.model("xor").samples()).isEqualTo(2);
    }

    @Test
    void modelIsNamedByAField_orAlwaysTheSame_whateverTheKey() {
        Running field = start(new ClusterFacts("", 3, 1_000_000), "features=a", "layers=*,1", "model=shop.name");
        field.send("{\"a\":0.5,\"label\":1,\"shop\":{\"name\":\"north\"}}");
        assertThat(new String(field.predictions.readKeyValue().key, StandardCharsets.UTF_8))
                .isEqualTo("north");
        field.send("{\"a\":0.5,\"label\":1}");
        assertThat(reason(field)).startsWith("shop.name must name a model; got nothing that does");
        field.driver.close();
        Running same = start(ONE_PARTITION, "keys=ignore", "default.model=fraud");
        same.send("{\"features\":[0,1],\"label\":1}");
        same.samples.pipeInput(new byte[] {1}, "{\"features\":[1,1],\"label\":0}".getBytes(StandardCharsets.UTF_8));
        assertThat(same.model("fraud").samples()).isEqualTo(2);
    }

    @Test
    void recordLargerThanTheSetting_isADeadLetter_andTheNextIsLearned() {
        Running learner = start(ONE_PARTITION, "max.record.bytes=40");
        String sample = "{\"features\":[0,1],\"label\":[1]}";
        learner.send(sample + " ".repeat(40 - XOR.length - sample.length() + 1));
        assertThat(reason(learner))
                .isEqualTo(
                        "key and value must have at most 40 bytes; got 41; if that is a sample, raise max.record.bytes, which a model"
                                + " keeps from its creation");
        learner.send(sample + " ".repeat(40 - XOR.length - sample.length()));
        assertThat(learner.prediction().trained()).isTrue();
    }

    @Test
    void oneModelMoreThanTheSetting_isADeadLetter_requestsAndTheOthersAreNot() {
        Running learner = start(ONE_PARTITION, "max.models=2");
        byte[] sample = "{\"features\":[0,1],\"label\":[1]}".getBytes(StandardCharsets.UTF_8);
        byte[] request = "{\"features\":[0,1]}".getBytes(StandardCharsets.UTF_8);
        byte[] third = "third".getBytes(StandardCharsets.UTF_8);
        learner.samples.pipeInput(XOR, sample);
        learner.samples.pipeInput("second".getBytes(StandardCharsets.UTF_8), sample);
        learner.samples.pipeInput(third, sample);
        String refused =
                "key must name one of the 2 models of this partition, which may not have more; got third; raise"
                        + " max.models for another";
        assertThat(reason(learner)).isEqualTo(refused);
        learner.samples.pipeInput(third, request);
        learner.samples.pipeInput(XOR, sample);
        assertThat(learner.predictions.readValuesToList()).hasSize(4);
        // After a restore they are counted in the store underneath.
        ModelStore store = (ModelStore) learner.driver.getStateStore(ModelStore.NAME);
        store.clearCache();
        learner.samples.pipeInput(XOR, sample);
        learner.samples.pipeInput(third, sample);
        assertThat(reason(learner)).isEqualTo(refused);
    }

    private static String reason(Running learner) {
        return new String(
                learner.deadLetters
                        .readRecord()
                        .headers()
                        .lastHeader(DeadLetter.ERROR)
                        .value(),
                StandardCharsets.UTF_8);
    }

    @Test
    void topology_isTheDesignedOne_withEveryNodeAndStoreNamed() {
        Topology topology = LearnTopology.build(Settings.of(Map.of()), ONE_PARTITION);
        assertThat(topology.describe().toString())
                .contains("Source: samples (topics: [samples])")
                .contains("Processor: learn (stores: [models])")
                .contains("Sink: predictions (topic: predictions)")
                .contains("Sink: snapshots (topic: snapshots)")
                .contains("Sink: dead-letters (topic: dead-letters)");
    }

    @Test
    void sample_isPredictedBeforeItTrains_underTheModelsKeyAndTheSamplesTime() {
        Running app = start(ONE_PARTITION);
        Model initial = new Model(ModelSpec.xor());
        double expected = new Learner(ModelSpec.xor()).predict(initial, new double[] {0, 1})[0];
        app.samples.pipeInput(
                XOR,
                "{\"id\":\"a\",\"features\":[0,1],\"label\":[1]}".getBytes(StandardCharsets.UTF_8),
                Instant.ofEpochMilli(1234));
        TestRecord<byte[], byte[]> record = app.predictions.readRecord();
        assertThat(record.key()).isEqualTo(XOR);
        assertThat(record.timestamp()).isEqualTo(1234);
        assertThat(Prediction.read(record.value()))
                .isEqualTo(new Prediction(
                        "a",
                        List.of(expected),
                        null,
                        List.of(1.0),
                        (expected - 1) * (expected - 1),
                        0,
                        true,
                        new Source(0, 0)));
        app.send("{\"features\":[0,1],\"label\":[1]}");
        assertThat(app.prediction().version()).isEqualTo(1);
        assertThat(app.deadLetters.isEmpty()).isTrue();
    }

    @Test
    void request_isPredicted_andChangesNothing() {
        Running app = start(ONE_PARTITION);
        app.send("{\"features\":[0,1],\"label\":[1]}");
        String before = Fingerprint.of(app.model("xor"));
        app.predictions.readValue();
        app.send("{\"features\":[0,1]}");
        Prediction prediction = app.prediction();
        assertThat(prediction.trained()).isFalse();
        assertThat(prediction.label()).isNull();
        assertThat(prediction.version()).isEqualTo(1);
        assertThat(Fingerprint.of(app.model("xor"))).isEqualTo(before);
    }

    @Test
    void keys_areModels_eachWithItsOwnHistoryAndSettings() {
        Running app = start(ONE_PARTITION, "models.other.layers=2,8,1", "models.my.model.seed=7");
        for (String key : List.of("xor", "other", "my.model", "xor")) {
            app.samples.pipeInput(
                    key.getBytes(StandardCharsets.UTF_8),
                    "{\"features\":[1,0],\"label\":[1]}".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(app.model("xor").version()).isEqualTo(2);
        assertThat(app.model("other").version()).isEqualTo(1);
        assertThat(app.model("other").spec().architecture().toString()).isEqualTo("2-8-1");
        assertThat(app.model("my.model").spec().birth().origin()).isEqualTo(new Origin.Seeded(Initializer.NORMAL, 7));
    }

    @Test
    void nullKey_isTheDefaultModel_whereThereIsOnePartition() {
        Running app = start(ONE_PARTITION, "default.model=gate");
        app.samples.pipeInput(null, "{\"features\":[1,0],\"label\":[1]}".getBytes(StandardCharsets.UTF_8));
        assertThat(app.predictions.readRecord().key()).isEqualTo("gate".getBytes(StandardCharsets.UTF_8));
        assertThat(app.model("gate").version()).isEqualTo(1);
    }

    @Test
    void nullKey_isADeadLetter_whereThereAreSeveral() {
        Running app = start(new ClusterFacts("", 4, 1_000_000));
        app.samples.pipeInput(null, "{\"features\":[1,0],\"label\":[1]}".getBytes(StandardCharsets.UTF_8));
        assertThat(DeadLetter.read(app.deadLetters.readRecord().headers()).error())
                .isEqualTo("key must name a model, because the samples topic has 4 partitions; got none;"
                        + " send the model's name as the key");
        assertThat(app.predictions.isEmpty()).isTrue();
    }

    @Test
    void snapshot_comesAtEveryNthVersion_andIsTheModelItself() {
        Running app = start(ONE_PARTITION, "snapshot.every=10");
        SampleSource source = Dataset.XOR.samples(3);
        for (int i = 0; i < 25; i++) {
            app.samples.pipeInput(XOR, source.next().toJson(), Instant.ofEpochMilli(100 + i));
        }
        List<TestRecord<byte[], byte[]>> snapshots = app.snapshots.readRecordsToList();
        assertThat(snapshots).hasSize(2);
        Snapshot second = Snapshot.read(snapshots.get(1).value());
        assertThat(second.name()).isEqualTo("xor");
        assertThat(second.model().version()).isEqualTo(20);
        assertThat(second.source()).isEqualTo(new Source(0, 19));
        assertThat(second.time()).isEqualTo(119);
        assertThat(second.isIntact()).isTrue();
        Learner learner = new Learner(second.model().spec());
        SampleSource again = Dataset.XOR.samples(3);
        for (int i = 0; i < 25; i++) {
            Sample sample = again.next();
            if (i >= 20) {
                learner.learn(
                        second.model(), array(sample.features()), array(Objects.requireNonNull(sample.label())), 1.0);
            }
        }
        assertThat(Fingerprint.of(second.model())).isEqualTo(Fingerprint.of(app.model("xor")));
    }

    private static double[] array(List<Double> numbers) {
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Test
    void miniBatches_snapshotOnlyWhenAStepIsTaken() {
        Running app = start(ONE_PARTITION, "snapshot.every=1", "batch.size=4");
        for (int i = 0; i < 9; i++) {
            app.send("{\"features\":[0,1],\"label\":[1]}");
        }
        assertThat(app.snapshots.readValuesToList()).hasSize(2);
        assertThat(ModelState.counters(app.model("xor"))).containsEntry("batch.samples", 1L);
        assertThat(app.predictions.readValuesToList().stream()
                        .map(Prediction::read)
                        .map(Prediction::version))
                .containsExactly(0L, 0L, 0L, 0L, 1L, 1L, 1L, 1L, 2L);
    }

    /** The reasons themselves are in SampleReaderTest; here is where bad records go, and that nothing else happens. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "hello | value must be a JSON object in UTF-8",
                "[0,1] | got an array",
                "{} | features must be there",
                "{\"features\":[0]} | features must have 2 numbers",
                "{\"features\":[0,1],\"label\":[1,1]} | label must have 1 number",
                "{\"features\":[0,\"1\"]} | features[1] must be a number",
                "{\"features\":[null,1]} | features[0] must be a number",
                "{\"features\":[NaN,1]} | features[0] must be a finite double",
                "{\"features\":[Infinity,1]} | features[0] must be a finite double",
                "{\"features\":[1e400,1]} | features[0] must be a finite double",
                "{\"features\":[0,1],\"label\":[7]} | label[0] must be from 0.0 to 1.0",
                "{\"features\":[0,1],\"label\":[1],\"weight\":-2} | weight must be at least 0",
                "`` | got no bytes",
                "NULL | got null (a tombstone)",
                "NESTED | nested at most 64 deep",
                "LATIN1 | value must be a JSON object in UTF-8",
            })
    void badRecord_becomesADeadLetter_andNothingElseHappens(String value, String reason) {
        Running app = start(new ClusterFacts("", 1, 4_000_000), "max.record.bytes=3000000");
        app.send("{\"features\":[0,1],\"label\":[1]}");
        app.predictions.readValue();
        String before = Fingerprint.of(app.model("xor"));

        byte[] bytes = bytes(value);
        app.samples.pipeInput(new TestRecord<>(
                XOR, bytes, new RecordHeaders().add("trace", new byte[] {9}), Instant.ofEpochMilli(77)));

        TestRecord<byte[], byte[]> letter = app.deadLetters.readRecord();
        assertThat(letter.key()).isEqualTo(XOR);
        assertThat(letter.value()).isEqualTo(bytes);
        assertThat(letter.timestamp()).isEqualTo(77);
        assertThat(letter.headers().lastHeader("trace").value()).containsExactly(9);
        DeadLetter read = DeadLetter.read(letter.headers());
        assertThat(read.error()).contains(reason).contains("; got ").doesNotContain("\n");
        assertThat(List.of(read.topic(), read.partition(), read.offset())).isEqualTo(List.of("samples", 0, 1L));
        assertThat(app.predictions.isEmpty()).isTrue();
        assertThat(Fingerprint.of(app.model("xor"))).isEqualTo(before);

        app.send("{\"features\":[0,1],\"label\":[1]}");
        assertThat(app.prediction().version()).as("the application lives").isEqualTo(1);
    }

    @Test
    void classIndexOutOfRange_isADeadLetter() {
        Running app = start(ONE_PARTITION, "layers=2,3", "output.activation=softmax", "loss=cross-entropy");
        app.send("{\"features\":[0,1],\"label\":2}");
        String before = Fingerprint.of(app.model("xor"));
        app.send("{\"features\":[0,1],\"label\":3}");
        assertThat(DeadLetter.read(app.deadLetters.readRecord().headers()).error())
                .contains("label must be a class index from 0 to 2; got 3");
        assertThat(Fingerprint.of(app.model("xor"))).isEqualTo(before);
    }

    private static byte @Nullable [] bytes(String value) {
        return switch (value) {
            case "NULL" -> null;
            case "NESTED" ->
                ("{\"features\":[0,1],\"x\":" + "[".repeat(1_000_000) + "]".repeat(1_000_000) + "}")
                        .getBytes(StandardCharsets.UTF_8);
            case "LATIN1" -> "{\"features\":[0,1],\"id\":\"\u00ff\"}".getBytes(StandardCharsets.ISO_8859_1);
            default -> value.getBytes(StandardCharsets.UTF_8);
        };
    }

    @Test
    void badKey_isADeadLetter_andMakesNoModel() {
        Running app = start(ONE_PARTITION);
        app.samples.pipeInput(
                new byte[] {(byte) 0xFF}, "{\"features\":[0,1],\"label\":[1]}".getBytes(StandardCharsets.UTF_8));
        assertThat(DeadLetter.read(app.deadLetters.readRecord().headers()).error())
                .startsWith("key must be UTF-8");
        app.samples.pipeInput("new".getBytes(StandardCharsets.UTF_8), "hello".getBytes(StandardCharsets.UTF_8));
        ModelStore store = (ModelStore) app.driver.getStateStore(ModelStore.NAME);
        assertThat(store.models().get("new".getBytes(StandardCharsets.UTF_8))).isNull();
    }

    @Test
    void deadLetterLargerThanItsTopicTakes_isCut_andSaysHowLargeItWas() {
        Running app = start(new ClusterFacts("", 1, 1000));
        byte[] value = "x".repeat(5000).getBytes(StandardCharsets.UTF_8);
        app.samples.pipeInput(XOR, value);
        TestRecord<byte[], byte[]> letter = app.deadLetters.readRecord();
        assertThat(letter.value()).isEqualTo(Arrays.copyOf(value, 500));
        assertThat(new String(
                        letter.headers().lastHeader(DeadLetter.VALUE_BYTES).value(), StandardCharsets.UTF_8))
                .isEqualTo("5000");
        assertThat(DeadLetter.read(letter.headers()).offset()).isZero();
    }

    @Test
    void sampleFromTheFuture_isWrittenWithThePresentTime_whichABrokerTakes() {
        Running app = start(ONE_PARTITION, "snapshot.every=1");
        Instant future = Instant.now().plusSeconds(1_000_000);
        app.samples.pipeInput(XOR, "{\"features\":[0,1],\"label\":[1]}".getBytes(StandardCharsets.UTF_8), future);
        app.samples.pipeInput(XOR, "bad".getBytes(StandardCharsets.UTF_8), future);
        assertThat(app.predictions.readRecord().timestamp()).isLessThan(future.toEpochMilli());
        assertThat(app.deadLetters.readRecord().timestamp()).isLessThan(future.toEpochMilli());
        TestRecord<byte[], byte[]> snapshot = app.snapshots.readRecord();
        assertThat(snapshot.timestamp()).isLessThan(future.toEpochMilli());
        assertThat(Snapshot.read(snapshot.value()).time())
                .as("what the sample says")
                .isEqualTo(future.toEpochMilli());
    }

    @Test
    void requestForAnUnknownModel_isAnsweredByVersion0_andMakesNoModel() {
        Running app = start(ONE_PARTITION);
        app.send("{\"features\":[0,1]}");
        assertThat(app.prediction().version()).isZero();
        ModelStore store = (ModelStore) app.driver.getStateStore(ModelStore.NAME);
        assertThat(store.models().get(XOR)).isNull();
    }

    @Test
    void modelsBeyondTheLiveOnes_comeBackFromTheirBytes_andGoOn() {
        Running app = start(ONE_PARTITION, "live.models=2");
        for (int i = 0; i < 30; i++) {
            app.samples.pipeInput(
                    ("model-" + i % 5).getBytes(StandardCharsets.UTF_8),
                    "{\"features\":[0,1],\"label\":[1]}".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(app.predictions.readValuesToList().stream()
                        .map(Prediction::read)
                        .map(Prediction::version))
                .containsExactlyElementsOf(
                        LongStream.range(0, 30).map(i -> i / 5).boxed().toList());
    }

    /** Before JDK 19, Double.toString writes this number as 1.9999999999999998E23. */
    @Test
    void numbersInDeadLetters_areTheSameOnEveryJvm() {
        Running app = start(ONE_PARTITION, "layers=2,1", "output.activation=identity", "learning.rate=2e23");
        app.send("{\"features\":[1e300,1],\"label\":[1]}");
        assertThat(reason(app)).contains("the learning rate 2.0E23 is", "set learning.rate to 2.0E22 by");
    }

    @Test
    void nameOfAModel_isShownInADeadLetter_withoutWhatWouldReorderTheLine() {
        Running app = start(ONE_PARTITION, "layers=2,1", "output.activation=identity", "learning.rate=1e10");
        app.samples.pipeInput(
                "\u202Eevil\u2028".getBytes(StandardCharsets.UTF_8),
                "{\"features\":[1e300,1],\"label\":[1]}".getBytes(StandardCharsets.UTF_8));
        assertThat(reason(app)).startsWith("the step of model \uFFFDevil\uFFFD at version 0 must be finite; ");
    }

    @Test
    void stepThatOverflows_isADeadLetter_whichSaysThatTheLearningRateIsTooHigh() {
        Running app = start(ONE_PARTITION, "layers=2,1", "output.activation=identity", "learning.rate=1e10");
        app.send("{\"features\":[0,1],\"label\":[1]}");
        String before = Fingerprint.of(app.model("xor"));
        app.send("{\"features\":[1e300,1],\"label\":[1]}");
        assertThat(DeadLetter.read(app.deadLetters.readRecord().headers()).error())
                .contains("step of model xor at version 1 must be finite")
                .contains("the learning rate 1.0E10 is almost certainly too high, set learning.rate to 1.0E9");
        assertThat(Fingerprint.of(app.model("xor"))).isEqualTo(before);
        assertThat(app.predictions.readValuesToList()).hasSize(1);
        app.send("{\"features\":[1e308,1e308]}");
        assertThat(DeadLetter.read(app.deadLetters.readRecord().headers()).error())
                .contains("features must give a finite prediction");
    }

    @Test
    void divergence_asksForAStop_whereThatIsWanted_andTheSampleIsADeadLetter_soThatAStartGoesOnBehindIt() {
        Running app = start(
                ONE_PARTITION, "layers=2,1", "output.activation=identity", "learning.rate=1e10", "on.divergence=stop");
        app.send("{\"features\":[0,1],\"label\":[1]}");
        assertThat(app.stops).isEmpty();
        app.send("{\"features\":[1e300,1],\"label\":[1]}");
        assertThat(app.stops)
                .singleElement()
                .asString()
                .contains("a start goes on behind it")
                .doesNotContain("\n");
        assertThat(reason(app)).contains("step of model xor at version 1 must be finite");
        app.send("{\"features\":[0,1],\"label\":[1]}");
        assertThat(app.predictions.readValuesToList()).hasSize(2);
    }

    @Test
    void recordsThatAreReadAgain_areSkipped_requestsAndDeadLettersToo() {
        LearningListenerProbe probe = new LearningListenerProbe();
        Handled handled = new Handled(probe);
        for (int pass = 0; pass < 2; pass++) {
            handled.record(0, "{\"features\":[0,1],\"label\":[1]}");
            handled.record(1, "{\"features\":[0,1]}");
            handled.record(2, "bad");
        }
        // Two predictions, and the event that there is a model.
        assertThat(handled.outputs).isEqualTo(3);
        assertThat(handled.deadLetters).isEqualTo(1);
        assertThat(probe.readAgain).isEqualTo(3);
        handled.record(3, "{\"features\":[0,1],\"label\":[1]}");
        assertThat(handled.outputs).isEqualTo(4);
    }

    private static final class LearningListenerProbe implements TaskListener {
        private int readAgain;
        private int misplaced;

        @Override
        public void readAgain() {
            readAgain++;
        }

        @Override
        public void misplaced() {
            misplaced++;
        }
    }

    /** A handler without a topology: the test driver gives each record the next offset. */
    private static final class Handled {
        private static final LiveModels.States NO_STATES = new LiveModels.States() {
            @Override
            public byte @Nullable [] get(byte[] key) {
                return null;
            }

            @Override
            public void put(byte[] key, byte[] state) {
                throw new UnsupportedOperationException("nothing is committed here");
            }

            @Override
            public void delete(byte[] key) {
                throw new UnsupportedOperationException("nothing is committed here");
            }
        };

        private final PartitionProgress progress = new PartitionProgress();
        private final RecordHandler handler;
        private int outputs;
        private int deadLetters;

        Handled(TaskListener listener) {
            this(listener, Map.of(), 0, new SamplesRead((partition, from, to) -> {}));
        }

        Handled(TaskListener listener, Map<String, String> settings, int partition, SamplesRead read) {
            Settings checked = Settings.of(settings);
            ClusterFacts cluster = new ClusterFacts("", 4, 1000);
            handler = new RecordHandler(
                    checked,
                    cluster,
                    ValueFormat.JSON,
                    partition,
                    new LiveModels(NO_STATES, 10, new StateFormat(), new Watches(() -> 0)),
                    progress,
                    new Ledger(checked, cluster, partition, progress, listener),
                    read,
                    listener,
                    reason -> {});
        }

        void record(long offset, String value) {
            InFlightRecord inFlight = new InFlightRecord();
            inFlight.begin(
                    new Record<>(XOR, value.getBytes(StandardCharsets.UTF_8), 0),
                    new RecordMetadata() {
                        @Override
                        public String topic() {
                            return "samples";
                        }

                        @Override
                        public int partition() {
                            return 0;
                        }

                        @Override
                        public long offset() {
                            return offset;
                        }
                    },
                    0);
            handler.handle(inFlight);
            outputs += inFlight.outputs().size();
            deadLetters += inFlight.deadLetter() == null ? 0 : 1;
        }
    }

    /** Where the name is no key, nothing but the producers keeps the records of a model together. */
    @Test
    void modelOfOneNameInTwoPartitions_isTold_whereItIsNamedByAField() {
        AtomicInteger misplaced = new AtomicInteger();
        TaskListener listener = new TaskListener() {
            @Override
            public void misplaced() {
                misplaced.incrementAndGet();
            }
        };
        SamplesRead read = new SamplesRead((partition, from, to) -> {});
        Map<String, String> byField = Map.of("model", "shop", "features", "a", "layers", "*,1");
        Handled one = new Handled(listener, byField, 1, read);
        Handled other = new Handled(listener, byField, 2, read);
        one.record(0, "{\"shop\":\"north\",\"a\":1,\"label\":1}");
        one.record(1, "{\"shop\":\"north\",\"a\":0,\"label\":0}");
        other.record(0, "{\"shop\":\"south\",\"a\":1,\"label\":1}");
        assertThat(misplaced).hasValue(0);
        other.record(1, "{\"shop\":\"north\",\"a\":1,\"label\":1}");
        assertThat(misplaced).hasValue(1);
    }

    /** The store keeps what it knows of the partition under that key. */
    @Test
    void aRecordWhoseKeyIsTheStoresOwn_isADeadLetter_andTheNextIsLearned() {
        Running app = start(ONE_PARTITION);
        app.send("{\"features\":[0,1],\"label\":[1]}");
        app.samples.pipeInput(
                PartitionState.key(), "{\"features\":[0,1],\"label\":[1]}".getBytes(StandardCharsets.UTF_8));
        assertThat(reason(app)).startsWith("key must be UTF-8");
        app.send("{\"features\":[0,1],\"label\":[1]}");
        assertThat(app.predictions.readValuesToList()).hasSize(2);
    }

    @Test
    void aSnapshotNamesTheModelOfRecordsWithoutAKey_onceThereWasOne() {
        Running app = start(ONE_PARTITION, "snapshot.every=1", "default.model=xor");
        app.send("{\"features\":[0,1],\"label\":[1]}");
        app.samples.pipeInput(null, "{\"features\":[0,1],\"label\":[1]}".getBytes(StandardCharsets.UTF_8));
        app.send("{\"features\":[0,1],\"label\":[1]}");
        List<String> named = new ArrayList<>();
        app.snapshots
                .readValuesToList()
                .forEach(value -> named.add(String.valueOf(
                        Objects.requireNonNull(Snapshot.read(value).log()).keylessModel())));
        assertThat(named).containsExactly("null", "xor", "xor");
    }

    @Test
    void recordsThatWereGivenUp_andAreNotReadAgain_endTheLearner() {
        Handled handled = new Handled(TaskListener.NONE);
        ReadBoundaries boundaries = new ReadBoundaries((from, to) -> {});
        handled.progress.begin(-1, false, -1, boundaries);
        handled.record(0, "{\"features\":[0,1],\"label\":[1]}");
        handled.progress.committing();
        handled.record(1, "{\"features\":[0,1]}");
        handled.record(2, "{\"features\":[0,1]}");
        // The transaction of 1 and 2 is given up, and the state is that of the commit before.
        handled.progress.begin(0, false, -1, boundaries);
        assertThatThrownBy(() -> handled.record(3, "{\"features\":[0,1]}"))
                .isInstanceOf(LostRecordsException.class)
                .hasMessageContaining("from offset 1; Kafka Streams went on at 3");
        handled.progress.begin(0, false, -1, boundaries);
        handled.record(1, "{\"features\":[0,1]}");
        handled.record(3, "{\"features\":[0,1]}");
        assertThat(handled.progress.lastOffset()).isEqualTo(3);
    }

    /** Kafka's Java clients put the key xor into partition 2 of 4. */
    @Test
    void aModelWhereKafkasOwnClientsWouldNotPutIt_isCounted() {
        assertThat(Utils.toPositive(Utils.murmur2(XOR)) % 4).isNotZero();
        LearningListenerProbe probe = new LearningListenerProbe();
        Handled handled = new Handled(probe);
        handled.record(0, "{\"features\":[0,1],\"label\":[1]}");
        handled.record(1, "{\"features\":[0,1],\"label\":[1]}");
        assertThat(probe.misplaced).isEqualTo(1);
    }

    @Test
    void weight_isUsed() {
        Running app = start(ONE_PARTITION);
        app.send("{\"features\":[0,1],\"label\":[1],\"weight\":0}");
        assertThat(app.model("xor").version()).isEqualTo(1);
        assertThat(app.model("xor").parameters().layer(0).weights().getData())
                .isDeepEqualTo(new Model(ModelSpec.xor())
                        .parameters()
                        .layer(0)
                        .weights()
                        .getData());
    }
}
