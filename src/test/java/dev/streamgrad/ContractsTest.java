package dev.streamgrad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.streamgrad.control.Command;
import dev.streamgrad.control.Event;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.DeadLetter;
import dev.streamgrad.records.ModelName;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.Sample;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import dev.streamgrad.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is really written fits the schemas in {@code contracts}, and nothing else does. */
class ContractsTest {
    private static final Path FOLDER = Path.of("src/main/resources/contracts");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private static JsonNode read(String contract) throws IOException {
        try (InputStream in = ContractsTest.class.getResourceAsStream("/contracts/" + contract)) {
            return (contract.endsWith(".yaml") ? new ObjectMapper(new YAMLFactory()) : JSON)
                    .readTree(Objects.requireNonNull(in, contract));
        }
    }

    private static List<String> faults(String contract, JsonNode record) throws IOException {
        Schema schema = REGISTRY.getSchema(read(contract));
        return schema.validate(record).stream().map(Error::toString).toList();
    }

    private static void assertFits(String contract, JsonNode record) throws IOException {
        assertThat(faults(contract, record)).as("%s by %s", record, contract).isEmpty();
    }

    private static void assertDoesNotFit(String contract, JsonNode record, String why) throws IOException {
        assertThat(faults(contract, record))
                .as("%s by %s: %s", record, contract, why)
                .isNotEmpty();
    }

    private static List<String> schemas() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void schemas_areSuch_andTheirExamplesFit() throws IOException {
        Schema schemaOfSchemas =
                REGISTRY.getSchema(SchemaLocation.of(SpecificationVersion.DRAFT_2020_12.getDialectId()));
        assertThat(schemas()).hasSize(7);
        for (String name : schemas()) {
            JsonNode schema = read(name);
            assertThat(schema.path("$schema").asText()).isEqualTo(SpecificationVersion.DRAFT_2020_12.getDialectId());
            assertThat(schema.path("$id").asText())
                    .isEqualTo("urn:streamgrad:contracts:" + name.replace(".schema.json", ""));
            assertThat(schemaOfSchemas.validate(schema)).as(name).isEmpty();
            for (JsonNode example : schema.path("examples")) {
                assertFits(name, example);
            }
        }
    }

    // commands and events

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"command\":\"freeze\"}",
                "{\"command\":\"delete\",\"id\":null,\"more\":1}",
                "{\"command\":\"set\",\"settings\":{\"learning.rate\":0.05},\"id\":\"a\",\"by\":\"b\",\"why\":\"c\"}",
                "{\"command\":\"reset\"}"
            })
    void commandsThatAreRead_fit(String command) throws Exception {
        assertFits("command.schema.json", JSON.readTree(command));
        assertFits(
                "command.schema.json",
                JSON.readTree(Command.read(bytes(command)).toJson()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"command\":\"explode\"}",
                "{\"command\":\"restore\"}",
                "{\"command\":\"freeze\",\"settings\":{\"seed\":1}}",
                "{\"command\":\"freeze\",\"state\":{}}",
                "{\"command\":\"freeze\",\"catchUp\":true}",
                "{\"command\":\"freeze\",\"catchUp\":7}",
                "{\"command\":\"set\",\"settings\":{\"seed\":[1]}}",
                "{\"command\":\"freeze\",\"id\":\"\"}",
                "{\"command\":\"freeze\",\"id\":5}"
            })
    void commandsThatAreRefused_doNotFit(String command) throws Exception {
        assertDoesNotFit("command.schema.json", JSON.readTree(command), "it is refused");
        assertThatThrownBy(() -> Command.read(bytes(command))).isInstanceOf(BadRecordException.class);
    }

    /** One of each kind, for ever. */
    @Test
    void eventsOfEveryVersion_areRead_andFit() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int format = 1; format <= Event.FORMAT; format++) {
            lines.addAll(Files.readAllLines(Path.of("src/test/resources/golden/event-v" + format + ".jsonl")));
        }
        List<Event.Kind> kinds = new ArrayList<>();
        for (String line : lines) {
            assertFits("event.schema.json", JSON.readTree(line));
            Event event = Event.read(bytes(line));
            kinds.add(event.kind());
            assertThat(event.toJson()).asString(StandardCharsets.UTF_8).isEqualTo(line);
            for (String required : List.of("format", "event", "model", "version", "after", "time")) {
                ObjectNode without = (ObjectNode) JSON.readTree(line);
                without.remove(required);
                assertDoesNotFit("event.schema.json", without, "without " + required);
            }
            assertDoesNotFit(
                    "event.schema.json", ((ObjectNode) JSON.readTree(line)).put("more", 1), "an unknown field");
        }
        assertThat(kinds).contains(Event.Kind.values());
        assertThatThrownBy(() -> Event.read(bytes(lines.get(0).replace("\"format\":1", "\"format\":3"))))
                .hasMessageStartingWith("unknown format 3 of an event, this release reads up to 2");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    // samples

    @Test
    void samples_ofEveryDataset_fit() throws IOException {
        for (Dataset dataset : Dataset.values()) {
            SampleSource source = dataset.samples(1);
            for (int i = 0; i < 20; i++) {
                assertFits("sample.schema.json", JSON.readTree(source.next().toJson()));
            }
        }
        assertFits("sample.schema.json", JSON.readTree(new Sample(List.of(-0.0, 1e-300), null, "é").toJson()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"features\":[0,1]}",
                "{\"features\":[0,1],\"label\":1}",
                "{\"features\":[0,1],\"label\":[1],\"weight\":0,\"id\":\"\",\"more\":{\"a\":null}}",
                "{\"features\":[0,1.5e300],\"label\":[1],\"weight\":1e308}"
            })
    void samplesThatAreRead_fit(String sample) throws Exception {
        SampleReader.of(ModelSpec.xor()).read(sample.getBytes(StandardCharsets.UTF_8));
        assertFits("sample.schema.json", JSON.readTree(sample));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "1",
                "null",
                "{}",
                "{\"label\":[1]}",
                "{\"features\":null}",
                "{\"features\":[]}",
                "{\"features\":0}",
                "{\"features\":[0,null]}",
                "{\"features\":[0,\"1\"]}",
                "{\"features\":[0,1e400]}",
                "{\"features\":[0,[1]]}",
                "{\"features\":[0,1],\"label\":null}",
                "{\"features\":[0,1],\"label\":\"1\"}",
                "{\"features\":[0,1],\"label\":[]}",
                "{\"features\":[0,1],\"label\":true}",
                "{\"features\":[0,1],\"label\":{}}",
                "{\"features\":[0,1],\"label\":[1],\"weight\":-1}",
                "{\"features\":[0,1],\"label\":[1],\"weight\":null}",
                "{\"features\":[0,1],\"label\":[1],\"weight\":\"2\"}",
                "{\"features\":[0,1],\"label\":[1],\"id\":7}",
                "{\"features\":[0,1],\"label\":[1],\"id\":null}"
            })
    void samplesThatAreRefused_doNotFit(String sample) throws Exception {
        assertThatThrownBy(() -> SampleReader.of(ModelSpec.xor()).read(sample.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(BadRecordException.class);
        assertDoesNotFit("sample.schema.json", JSON.readTree(sample), "it is refused");
    }

    @Test
    void longestId_isTheReaders() throws IOException {
        assertThat(read("sample.schema.json").at("/properties/id/maxLength").intValue())
                .isEqualTo(SampleReader.LONGEST_ID);
        assertThat(read("prediction.schema.json").at("/properties/id/maxLength").intValue())
                .isEqualTo(SampleReader.LONGEST_ID);
    }

    @Test
    void modelNames_areThose() throws IOException {
        assertThat(read("model-name.schema.json").get("maxLength").intValue()).isEqualTo(ModelName.LONGEST);
        for (String name : List.of("xor", "my.model", "ü b", "x".repeat(249), "", "a\tb", "\u0085", "x".repeat(250))) {
            boolean isOne;
            try {
                isOne = ModelName.of(name.getBytes(StandardCharsets.UTF_8)).equals(name);
            } catch (BadRecordException e) {
                isOne = false;
            }
            assertThat(faults("model-name.schema.json", JSON.valueToTree(name)).isEmpty())
                    .as(name)
                    .isEqualTo(isOne);
        }
    }

    // predictions

    private static List<JsonNode> predictions() throws IOException {
        Prediction.Writer writer = new Prediction.Writer();
        List<JsonNode> written = new ArrayList<>();
        for (double[] label : List.of(new double[] {1, 0}, new double[] {-0.5, 1e-300})) {
            written.add(JSON.readTree(
                    writer.write("a\"7", new double[] {0.98, 1e-17}, null, label, 4e-4, 12, true, 3, 99)));
        }
        written.add(JSON.readTree(writer.write(null, new double[] {-0.0}, "no", new double[] {0}, 0, 0, true, 0, 0)));
        written.add(JSON.readTree(writer.write("", new double[] {1}, "yes", null, 0, 7, false, 0, Long.MAX_VALUE)));
        return written;
    }

    @Test
    void predictions_fit_andNothingLessOrMoreDoes() throws IOException {
        for (JsonNode prediction : predictions()) {
            assertFits("prediction.schema.json", prediction);
            assertThat(mutilations("prediction.schema.json", prediction, Set.of("id", "class")))
                    .isGreaterThan(10);
        }
    }

    /** A frozen model scores a sample without training on it. */
    @Test
    void prediction_hasLabelAndLoss_orNeither_andBothIfItTrained() throws IOException {
        ObjectNode trained = (ObjectNode) predictions().get(0);
        ObjectNode scored = trained.deepCopy().put("trained", false);
        assertFits("prediction.schema.json", scored);
        assertDoesNotFit("prediction.schema.json", scored.deepCopy().without("loss"), "a label without a loss");
        assertDoesNotFit("prediction.schema.json", scored.deepCopy().without("label"), "a loss without a label");
        ObjectNode request = (ObjectNode) predictions().get(3);
        assertDoesNotFit("prediction.schema.json", request.deepCopy().put("trained", true), "a sample without a label");
        assertDoesNotFit("prediction.schema.json", request.deepCopy().put("loss", 0.1), "a request with a loss");
    }

    /**
     * Requires that the record no longer fits with any field less, any field more, or anything of another type.
     *
     * @param optional fields that may be missing
     * @return how many ways were tried
     */
    private static int mutilations(String contract, JsonNode record, Set<String> optional) throws IOException {
        JsonNode root = record.deepCopy();
        int tried = mutilate(contract, root, root, optional);
        assertThat(root).as("put together again").isEqualTo(record);
        return tried;
    }

    private static int mutilate(String contract, JsonNode root, JsonNode node, Set<String> optional)
            throws IOException {
        int tried = 0;
        if (node instanceof ObjectNode object) {
            object.put("unknwon", 1);
            assertDoesNotFit(contract, root, "an unknown field");
            object.remove("unknwon");
            List<String> fields = new ArrayList<>();
            object.fieldNames().forEachRemaining(fields::add);
            for (String field : fields) {
                JsonNode value = object.get(field);
                for (JsonNode other :
                        List.of(JSON.createObjectNode(), JSON.getNodeFactory().booleanNode(!value.asBoolean()))) {
                    if (other.getNodeType() != value.getNodeType() || other.isObject()) {
                        object.set(field, other);
                        assertDoesNotFit(contract, root, field + " of another type");
                        tried++;
                    }
                }
                object.set(field, value);
                tried += mutilate(contract, root, value, optional);
                if (!optional.contains(field)) {
                    // In its place again afterwards, so that the next is as it was written.
                    ObjectNode whole = object.deepCopy();
                    object.remove(field);
                    assertDoesNotFit(contract, root, "without " + field);
                    object.removeAll();
                    object.setAll(whole);
                    tried++;
                }
            }
        }
        for (JsonNode element : node.isArray() ? node : List.<JsonNode>of()) {
            tried += mutilate(contract, root, element, optional);
        }
        return tried;
    }

    // snapshots

    private static Stream<ModelSpec> specs() {
        ModelSpec xor = ModelSpec.xor();
        return Stream.of(
                xor,
                xor.with("layers", "2,1"),
                xor.with("features.scaling", "running"),
                xor.with("layers", "2,8,5,1")
                        .with("hidden.activation", "tanh,gelu")
                        .with("optimizer", "nesterov"),
                xor.with("optimizer", "momentum").with("schedule", "step-decay").with("initializer", "pytorch"),
                xor.with("optimizer", "adam").with("schedule", "cosine").with("batch.size", "7"),
                xor.with("optimizer", "adamw")
                        .with("schedule", "warmup-cosine")
                        .with("features.scaling", "standard")
                        .with("on.divergence", "restore"),
                xor.with("output.activation", "identity").with("loss", "huber").with("learning.rate", "1.0E-4"),
                xor.with("output.activation", "identity").with("label.scaling", "running"),
                xor.with("output.activation", "identity")
                        .with("label.scaling", "running")
                        .with("on.divergence", "restore"),
                xor.with("layers", "2,4,2").with("output.activation", "softmax").with("loss", "cross-entropy"));
    }

    private static JsonNode snapshot(ModelSpec spec, int samples) throws IOException {
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        SampleSource source = Dataset.XOR.samples(1);
        for (int i = 0; i < samples; i++) {
            Sample sample = source.next();
            double[] features =
                    sample.features().stream().mapToDouble(Double::doubleValue).toArray();
            double[] label = new double[spec.architecture().outputs()];
            label[0] = Objects.requireNonNull(sample.label()).get(0);
            if (label.length > 1) {
                label[1] = 1.0 - label[0];
            }
            assertThat(learner.learn(model, features, label, 1.0)).isEqualTo(Learner.Outcome.TRAINED);
        }
        model.reached(1000);
        return JSON.readTree(Snapshot.of(
                        "xor",
                        model,
                        new Source(2, 1000),
                        new SamplesLog("Lq0gY3hWTZuqV5p2YkVZ3g", null),
                        1_700_000_000_000L)
                .toJson());
    }

    @ParameterizedTest
    @MethodSource("specs")
    void snapshots_fit_andNothingLessOrMoreDoes(ModelSpec spec) throws IOException {
        assertFits("snapshot.schema.json", snapshot(spec, 1500));
        assertThat(mutilations("snapshot.schema.json", snapshot(spec, 10), Set.of()))
                .isGreaterThan(80);
    }

    @Test
    void snapshotWithoutADeterminedR2_fits() throws IOException {
        // The first label is the 0 with which the running mean begins, so the error of the mean is 0, too.
        JsonNode snapshot = snapshot(ModelSpec.xor().with("output.activation", "identity"), 1);
        ObjectNode window = (ObjectNode) snapshot.at("/metrics/window");
        window.putNull("r2");
        assertFits("snapshot.schema.json", snapshot);
        window.putNull("mae");
        assertDoesNotFit("snapshot.schema.json", snapshot, "no mean absolute error");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, Snapshot.FORMAT})
    void goldenSnapshots_fit(int format) throws IOException {
        try (InputStream in = ContractsTest.class.getResourceAsStream("/golden/snapshot-v" + format + ".json")) {
            assertFits("snapshot.schema.json", JSON.readTree(Objects.requireNonNull(in)));
        }
        List<Integer> known = new ArrayList<>();
        read("snapshot.schema.json").at("/properties/format/enum").forEach(number -> known.add(number.intValue()));
        assertThat(known).contains(format).allMatch(number -> number <= Snapshot.FORMAT);
    }

    @Test
    void settingsOfASnapshot_areTheModels() throws IOException {
        JsonNode spec = read("snapshot.schema.json").at("/$defs/spec/properties");
        Set<String> names = new TreeSet<>();
        spec.fieldNames().forEachRemaining(names::add);
        assertThat(names).isEqualTo(new TreeSet<>(SpecSettings.DEFAULTS.keySet()));
        for (Map.Entry<String, JsonNode> setting : spec.properties()) {
            if (setting.getValue().has("enum")) {
                List<String> values = new ArrayList<>();
                setting.getValue().get("enum").forEach(value -> values.add(value.asText()));
                assertThatThrownBy(() -> SpecSettings.parse(Map.of(setting.getKey(), "none-such")))
                        .as(setting.getKey())
                        .satisfies(e -> assertThat(choicesIn(String.valueOf(e.getMessage())))
                                .containsExactlyInAnyOrderElementsOf(values));
            }
        }
    }

    private static List<String> choicesIn(String message) {
        return List.of(message.replaceFirst("^.* must be one of (.*); got none-such$", "$1")
                .split(", ", -1));
    }

    // dead letters

    private static JsonNode textOf(Headers headers) {
        ObjectNode text = JSON.createObjectNode();
        for (Header header : headers) {
            text.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
        }
        return text;
    }

    @Test
    void deadLetters_fit() throws IOException {
        Headers original = new RecordHeaders().add("trace", "1".getBytes(StandardCharsets.UTF_8));
        String error = "";
        try {
            SampleReader.of(ModelSpec.xor()).read("hello\n".getBytes(StandardCharsets.UTF_8));
        } catch (BadRecordException e) {
            error = e.text();
        }
        Headers headers = new DeadLetter(error, "samples", 3, 20002).addTo(original);
        String contract = "dead-letter-headers.schema.json";
        assertFits(contract, textOf(headers));
        headers.add(DeadLetter.VALUE_BYTES, "9000000".getBytes(StandardCharsets.UTF_8));
        ObjectNode text = (ObjectNode) textOf(headers);
        assertFits(contract, text);
        for (String field : List.of(DeadLetter.ERROR, DeadLetter.TOPIC, DeadLetter.PARTITION, DeadLetter.OFFSET)) {
            assertDoesNotFit(contract, text.deepCopy().without(field), "without " + field);
            assertDoesNotFit(contract, text.deepCopy().put(field, 1), field + " is no text");
        }
        assertDoesNotFit(contract, text.deepCopy().put(DeadLetter.OFFSET, "-1"), "a negative offset");
        assertDoesNotFit(contract, text.deepCopy().put(DeadLetter.VALUE_BYTES, "many"), "no number");
        assertDoesNotFit(contract, text.deepCopy().put(DeadLetter.ERROR, "two\nlines"), "two lines");
        Set<String> ours = new TreeSet<>();
        read(contract).get("properties").fieldNames().forEachRemaining(ours::add);
        assertThat(ours)
                .containsExactlyInAnyOrder(
                        DeadLetter.ERROR,
                        DeadLetter.TOPIC,
                        DeadLetter.PARTITION,
                        DeadLetter.OFFSET,
                        DeadLetter.VALUE_BYTES);
    }

    // the pages

    @Test
    void examplesOfThePages_fit() throws IOException {
        String pages = Documentation.text();
        int samples = 0;
        int predictions = 0;
        for (String line : matches("(?m)(?<=^|\t)\\{.*}$", pages)) {
            JsonNode json = JSON.readTree(line);
            if (json.has("features")) {
                assertFits("sample.schema.json", json);
                samples++;
            } else if (json.has("prediction")) {
                assertFits("prediction.schema.json", json);
                predictions++;
            }
        }
        assertThat(samples).isPositive();
        assertThat(predictions).isGreaterThan(1);
        List<String> deadLetters = matches("(?m)^streamgrad\\.error:[^\t]*(?=\t)", pages);
        assertThat(deadLetters).isNotEmpty();
        for (String headers : deadLetters) {
            ObjectNode text = JSON.createObjectNode();
            for (String header : headers.split(",(?=streamgrad\\.)", -1)) {
                text.put(header.substring(0, header.indexOf(':')), header.substring(header.indexOf(':') + 1));
            }
            assertFits("dead-letter-headers.schema.json", text);
        }
    }

    private static List<String> matches(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .toList();
    }

    // AsyncAPI

    @Test
    void asyncApi_namesTheTopicsOfTheSettings() throws IOException {
        JsonNode api = read("asyncapi.yaml");
        assertThat(api.path("asyncapi").asText()).isEqualTo("3.0.0");
        assertThat(api.at("/servers/kafka/host").asText()).isEqualTo(defaultOf(Settings.BOOTSTRAP_SERVERS));
        assertThat(api.at("/operations/receiveSample/bindings/kafka/groupId/const")
                        .asText())
                .isEqualTo(defaultOf("application.id"));
        Map<String, String> settings = Map.of(
                "samples", "samples.topic",
                "predictions", "predictions.topic",
                "snapshots", "snapshots.topic",
                "control", "control.topic",
                "events", "events.topic",
                "deadLetters", "dead.letters.topic");
        Set<String> channels = new TreeSet<>();
        api.get("channels").fieldNames().forEachRemaining(channels::add);
        assertThat(channels).isEqualTo(new TreeSet<>(settings.keySet()));
        settings.forEach((channel, setting) -> {
            JsonNode described = api.get("channels").get(channel);
            assertThat(described.path("address").asText()).isEqualTo(defaultOf(setting));
            assertThat(described.at("/bindings/kafka/topic").asText()).isEqualTo(defaultOf(setting));
        });
    }

    private static String defaultOf(String setting) {
        return String.valueOf(Settings.DEFINITION.defaultValues().get(setting));
    }

    @Test
    void asyncApi_hasOneOperationForEachChannel_withAllItsMessages() throws IOException {
        JsonNode api = read("asyncapi.yaml");
        Map<String, String> actions = new TreeMap<>();
        for (JsonNode operation : api.get("operations")) {
            String channel = operation.at("/channel/$ref").asText();
            actions.put(channel, operation.path("action").asText());
            Set<String> sent = new TreeSet<>();
            operation
                    .get("messages")
                    .forEach(message -> sent.add(message.path("$ref").asText()));
            Set<String> known = new TreeSet<>();
            api.at(channel.substring(1))
                    .get("messages")
                    .fieldNames()
                    .forEachRemaining(name -> known.add(channel + "/messages/" + name));
            assertThat(sent).isEqualTo(known);
        }
        assertThat(actions)
                .isEqualTo(Map.of(
                        "#/channels/samples", "receive",
                        "#/channels/predictions", "send",
                        "#/channels/snapshots", "send",
                        "#/channels/control", "receive",
                        "#/channels/events", "send",
                        "#/channels/deadLetters", "send"));
    }

    @Test
    void asyncApi_referencesWhatIsThere_everySchemaAmongIt() throws IOException {
        JsonNode api = read("asyncapi.yaml");
        Set<String> files = new TreeSet<>();
        for (JsonNode reference : api.findValues("$ref")) {
            String target = reference.asText();
            if (target.startsWith("#")) {
                assertThat(api.at(target.substring(1)).isObject()).as(target).isTrue();
            } else {
                files.add(target.replaceFirst("^\\./", ""));
            }
        }
        assertThat(files).isEqualTo(new TreeSet<>(schemas()));
        for (String message : List.of("sample", "prediction", "snapshot")) {
            JsonNode described = api.at("/components/messages/" + message);
            assertThat(described.at("/payload/$ref").asText()).isEqualTo("./" + message + ".schema.json");
            assertThat(described.at("/bindings/kafka/key/$ref").asText()).isEqualTo("./model-name.schema.json");
            assertThat(described.path("contentType").asText()).isEqualTo("application/json");
        }
    }
}
