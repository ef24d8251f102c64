package dev.streamgrad.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.streamgrad.control.Command.Kind;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final SamplesLog LOG = new SamplesLog("Lq0gY3hWTZuqV5p2YkVZ3g", "xor");

    private static final ModelSpec SPEC = ModelSpec.xor()
            .with("optimizer", "adam")
            .with("learning.rate", "0.01")
            .with("features.scaling", "running")
            .with("batch.size", "7")
            .with("on.divergence", "restore");

    private static Model trained(ModelSpec spec, int samples) {
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        for (int i = 0; i < samples; i++) {
            assertThat(learner.learn(model, new double[] {i % 2, i % 3}, new double[] {i % 2}, 1.0))
                    .isEqualTo(Learner.Outcome.TRAINED);
            model.reached(i);
        }
        return model;
    }

    private static Snapshot snapshot(int samples) {
        return Snapshot.of("xor", trained(SPEC, samples), new Source(0, samples - 1), LOG, 5);
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private static String refusal(byte @Nullable [] value) {
        BadRecordException refused = catchThrowableOfType(BadRecordException.class, () -> Command.read(value));
        assertThat(refused).isNotNull();
        assertThat(refused.reason()).isEqualTo(BadRecordException.Reason.COMMAND);
        assertThat(refused.text()).hasSizeLessThan(1100).hasLineCount(1);
        return refused.text();
    }

    @Test
    void everyCommand_readsBackAsItWasWritten() throws Exception {
        for (Command command : List.of(
                Command.of("id-1", Kind.SET, Map.of("learning.rate", "0.05", "batch.size", "8"), "alice", "näher"),
                Command.of(null, Kind.FREEZE, Map.of(), null, null),
                Command.of("u", Kind.UNFREEZE, Map.of(), null, "a \"reason\"\nof two lines"),
                Command.of("r", Kind.RESET, Map.of("seed", "7"), "bob", null),
                Command.of("r", Kind.RESET, Map.of(), "bob", null),
                Command.of("d", Kind.DELETE, Map.of(), null, null))) {
            assertThat(Command.read(command.toJson())).isEqualTo(command);
        }
    }

    @Test
    void restore_carriesEveryBitOfTheState() throws Exception {
        Snapshot snapshot = snapshot(1003);
        // Where a number of JSON would lose its sign.
        snapshot.model().parameters().layer(0).biases().setEntry(0, -0.0);
        Snapshot state = Snapshot.of("xor", snapshot.model(), snapshot.source(), LOG, 5);
        Command command = new Command("r", Kind.RESTORE, Map.of(), state, null, false, "alice", null);
        Command back = Command.read(command.toJson());
        assertThat(Objects.requireNonNull(back.state()).fingerprint()).isEqualTo(state.fingerprint());
        assertThat(Objects.requireNonNull(back.state()).toJson()).isEqualTo(state.toJson());
    }

    @Test
    void restore_thatNamesTheLastSample_isObeyed_onlyWhereNoneHasComeSince() throws Exception {
        Model model = trained(SPEC, 50);
        model.reached(49);
        long before = model.version();
        Command late =
                Command.read(new Command("r", Kind.RESTORE, Map.of(), snapshot(20), 48L, false, null, null).toJson());
        assertThat(late.comesAtTheWrongTimeFor(model)).isTrue();
        assertThatThrownBy(() -> late.applyTo(model))
                .isInstanceOf(BadRecordException.class)
                .hasMessageContaining(
                        "lastOffset must be that of the last sample that has reached the model, 49; got 48");
        Command timely =
                Command.read(new Command("r", Kind.RESTORE, Map.of(), snapshot(20), 49L, false, null, null).toJson());
        assertThat(timely.comesAtTheWrongTimeFor(model)).isFalse();
        assertThat(done(timely, model).version()).isEqualTo(before + 1);
    }

    @Test
    void stateMayBeBehind_butNotFurtherThanItLearnsInAMoment() throws Exception {
        Model model = trained(SPEC, 50);
        Command behind =
                Command.read(new Command("r", Kind.RESTORE, Map.of(), snapshot(20), 10L, true, null, null).toJson());
        model.reached(10 + Command.MOST_BEHIND);
        assertThat(behind.comesAtTheWrongTimeFor(model)).isFalse();
        behind.requireWithinReachOf(model);
        model.reached(11 + Command.MOST_BEHIND);
        assertThat(behind.comesAtTheWrongTimeFor(model)).isTrue();
        assertThatThrownBy(() -> behind.requireWithinReachOf(model))
                .isInstanceOf(BadRecordException.class)
                .hasMessageEndingWith("100011; got 10; send a state that has learned up to there");
        Model large = new Model(SPEC.with("layers", "2,1000,1000,1"));
        Snapshot state = Snapshot.of("xor", large, new Source(0, 10), LOG, 5);
        Command ofALargeOne = new Command("r", Kind.RESTORE, Map.of(), state, 10L, true, null, null);
        // Of 1,005,001 parameters.
        model.reached(10 + 497);
        assertThat(ofALargeOne.comesAtTheWrongTimeFor(model)).isFalse();
        model.reached(10 + 498);
        assertThat(ofALargeOne.comesAtTheWrongTimeFor(model)).isTrue();
    }

    /** A snapshot that an older release wrote can be gone back to. */
    @Test
    void restore_ofASnapshotOfFormat1_isWrittenInTheNewest() throws Exception {
        Snapshot old;
        try (InputStream in = CommandTest.class.getResourceAsStream("/golden/snapshot-v1.json")) {
            old = Snapshot.read(Objects.requireNonNull(in).readAllBytes());
        }
        Command back = Command.read(new Command("r", Kind.RESTORE, Map.of(), old, null, false, null, null).toJson());
        assertThat(Objects.requireNonNull(back.state()).format()).isEqualTo(2);
        assertThat(Fingerprint.of(back.state().model())).isEqualTo(Fingerprint.of(old.model()));
    }

    @Test
    void byHand_aCommandMayBeShort_andSaysNumbersAsNumbers() throws Exception {
        Command command = Command.read(
                bytes(
                        "{\"command\":\"set\",\"settings\":{\"learning.rate\":0.05,\"batch.size\":8},\"id\":null,\"more\":[1]}"));
        assertThat(command)
                .isEqualTo(Command.of(null, Kind.SET, Map.of("learning.rate", "0.05", "batch.size", "8"), null, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | value must be one JSON object",
                "null | value must be one JSON object, such as {\"command\":\"freeze\"}; got null",
                "[] | value must be one JSON object",
                "7 | value must be one JSON object",
                "freeze | value must be one JSON object",
                "{\"command\":\"freeze\" | value must be one JSON object",
                "{\"command\":\"freeze\"} {\"command\":\"delete\"} | value must be one JSON object",
                "{\"command\":\"freeze\",\"command\":\"delete\"} | value must be one JSON object",
                "{} | command must be one of set, freeze, unfreeze, reset, restore, delete; got nothing",
                "{\"command\":null} | command must be one of",
                "{\"command\":7} | command must be a string; got 7",
                "{\"command\":\"Freeze\"} | command must be one of set, freeze, unfreeze, reset, restore, delete; got Freeze",
                "{\"command\":\"freeze\",\"id\":7} | id must be a string; got 7",
                "{\"command\":\"freeze\",\"id\":\"\"} | id must not be empty; leave it out",
                "{\"command\":\"freeze\",\"id\":\"\\ud800\"} | id must be whole characters; got half a surrogate pair",
                "{\"command\":\"freeze\",\"by\":\"\\udc00x\"} | by must be whole characters",
                "{\"command\":\"freeze\",\"why\":{}} | why must be a string; got {}",
                "{\"command\":\"freeze\",\"settings\":{}} | settings are for set and reset only; got them with freeze",
                "{\"command\":\"freeze\",\"state\":{}} | state is for restore only; got it with freeze",
                "{\"command\":\"set\",\"settings\":[]} | settings must be an object",
                "{\"command\":\"set\",\"settings\":null} | settings must be an object",
                "{\"command\":\"set\",\"settings\":{\"a\":{}}} | a must be a string or a number; got {}",
                "{\"command\":\"set\",\"settings\":{\"a\":null}} | a must be a string or a number; got null",
                "{\"command\":\"set\",\"settings\":{\"a\":[1]}} | a must be a string or a number; got [1]",
                "{\"command\":\"set\",\"settings\":{\"a\":1,\"a\":2}} | value must be one JSON object",
                "{\"command\":\"set\",\"settings\":{\"a\":\"\\ud800\"}} | a must be whole characters",
                "{\"command\":\"set\",\"settings\":{\"\\ud800\":\"1\"}} | Broken surrogate pair in field name",
                "{\"command\":\"restore\"} | state must be a snapshot, which is what restore is to restore; got MISSING",
                "{\"command\":\"restore\",\"state\":null} | state must be a snapshot",
                "{\"command\":\"restore\",\"state\":{}} | state must be a snapshot",
                "{\"command\":\"restore\",\"state\":{\"format\":4}} | unknown format 4 of a snapshot",
            })
    void whatIsNoCommand_isRefusedInALine(String json, String reason) {
        assertThat(refusal(bytes(json))).contains(reason);
    }

    @Test
    void nothing_isRefused() {
        assertThat(refusal(null)).contains("value must be a command");
    }

    @Test
    void bytesThatAreNoText_areRefused() {
        assertThat(refusal(new byte[] {'{', '"', (byte) 0xFF, '"', ':', '1', '}'}))
                .contains("one JSON object");
    }

    @Test
    void deepNesting_hugeNumbers_andLongTexts_areRefusedInALine() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        assertThat(refusal(bytes("{\"more\":" + deep + "}"))).contains("one JSON object");
        assertThat(refusal(bytes("{\"command\":\"set\",\"settings\":{\"learning.rate\":" + "9".repeat(100_000) + "}}")))
                .contains("one JSON object");
        String million = "x".repeat(1_000_000);
        assertThat(refusal(bytes("{\"command\":\"freeze\",\"id\":\"" + million + "\"}")))
                .contains("id must have at most 64 characters; got 1000000");
        assertThat(refusal(bytes("{\"command\":\"freeze\",\"by\":\"" + million + "\"}")))
                .contains("by must have at most 1000 characters");
        assertThat(refusal(bytes("{\"command\":\"" + million + "\"}"))).contains("command must have at most 1000");
        assertThat(refusal(bytes("{\"command\":\"set\",\"settings\":{\"a\":\"" + million + "\"}}")))
                .contains("settings must have at most 16384 characters, names and values together; got 1000001");
        assertThat(refusal(bytes("{\"command\":\"set\",\"settings\":{\"" + million + "\":1}}")))
                .contains("value must be one JSON object; Name length");
        assertThat(refusal(bytes("{\"command\":\"set\",\"settings\":{\"" + "x".repeat(40_000) + "\":[]}}")))
                .contains("must be a string or a number");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "1e999", "\"\"", "true", "\" \""})
    void numbersThatAreNone_areRefusedByTheModel(String number) throws Exception {
        Command command = Command.read(bytes("{\"command\":\"set\",\"settings\":{\"learning.rate\":" + number + "}}"));
        Model model = trained(SPEC, 20);
        assertThatThrownBy(() -> command.applyTo(model))
                .isInstanceOf(BadRecordException.class)
                .hasMessageContaining("learning.rate");
    }

    /** The reason is a header and a field of the event: it must stay a line, whatever was sent. */
    @Test
    void reasonOfTheModel_isBounded_andOneLine() throws Exception {
        Command command = Command.read(bytes(
                "{\"command\":\"set\",\"settings\":{\"learning.rate\":\"\\n\\u202e" + "x".repeat(16_000) + "\"}}"));
        Model model = trained(SPEC, 20);
        BadRecordException refused = catchThrowableOfType(BadRecordException.class, () -> command.applyTo(model));
        assertThat(refused.text()).hasLineCount(1).hasSizeLessThan(1100).doesNotContain("\u202e");
    }

    /** Only what is no larger than its record may take memory. */
    @Test
    void stateOfALargeNetworkInAFewBytes_isRefusedBeforeItIsMade() throws Exception {
        ObjectNode state = (ObjectNode) MAPPER.readTree(snapshot(20).toJson());
        ((ObjectNode) state.get("spec")).put("layers", "2,11000,11000,1");
        assertThat(refusal(restore(state))).contains("a snapshot's layers must have 121055001 numbers");
    }

    private static byte[] restore(JsonNode state) throws IOException {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("command", "restore");
        json.set("state", state);
        return MAPPER.writeValueAsBytes(json);
    }

    @Test
    void stateWithAnotherFingerprint_isRefused() throws Exception {
        ObjectNode state = (ObjectNode) MAPPER.readTree(snapshot(20).toJson());
        ((ArrayNode) state.get("layers").get(1).get("biases")).set(0, 0.25);
        assertThat(refusal(restore(state)))
                .contains("state must have the fingerprint that it says", "as it was published");
    }

    /** Whatever is changed in a state, it is refused, or what comes of it is a model that can be written. */
    @Test
    void statesWithAnythingChanged_areRefusedOrSound() throws Exception {
        long seed = 20_261;
        Random random = new Random(seed);
        List<String> values = List.of(
                "null",
                "-1",
                "0",
                "1",
                "1e300",
                "-1e300",
                "9223372036854775807",
                "2147483648",
                "\"\"",
                "\"x\"",
                "[]",
                "{}",
                "true",
                "[[1]]",
                "1.5",
                "\"\\ud800\"",
                "99999999999999999999999");
        int read = 0;
        for (int i = 0; i < 3000; i++) {
            ObjectNode state = (ObjectNode) MAPPER.readTree(snapshot(20).toJson());
            JsonNode value = MAPPER.readTree(values.get(random.nextInt(values.size())));
            String where = change(state, random, value);
            String what = "seed " + seed + ", " + i + ": " + where + " = " + value;
            try {
                Command command = Command.read(restore(state));
                read++;
                Model restored = Objects.requireNonNull(command.applyTo(trained(SPEC, 30)));
                Snapshot.read(
                        Snapshot.of("xor", restored, new Source(0, 29), LOG, 5).toJson());
            } catch (BadRecordException e) {
                assertThat(e.text()).as(what).hasLineCount(1).hasSizeLessThan(1100);
            } catch (RuntimeException e) {
                throw new AssertionError(what, e);
            }
        }
        assertThat(read).isPositive();
    }

    /** Changes, removes or adds something somewhere. */
    private static String change(ObjectNode state, Random random, JsonNode value) {
        List<ContainerNode<?>> containers = new ArrayList<>();
        collect(state, containers);
        ContainerNode<?> container = containers.get(random.nextInt(containers.size()));
        if (container instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            String name = names.get(random.nextInt(names.size()));
            if (random.nextInt(5) == 0) {
                object.remove(name);
                return name + " removed";
            }
            object.set(name, value);
            return name;
        }
        ArrayNode array = (ArrayNode) container;
        if (array.isEmpty() || random.nextInt(5) == 0) {
            array.add(value);
            return "one more of " + array.size();
        }
        int at = random.nextInt(array.size());
        array.set(at, value);
        return "[" + at + "]";
    }

    private static void collect(JsonNode node, List<ContainerNode<?>> to) {
        if (node instanceof ContainerNode<?> container) {
            to.add(container);
            container.forEach(child -> collect(child, to));
        }
    }

    // What it does

    @Test
    void everyCommand_isDone_andTakesOneVersion() throws Exception {
        Model model = trained(SPEC, 50);
        long version = model.version();
        model = done(Command.of("1", Kind.SET, Map.of("learning.rate", "0.05"), null, null), model);
        assertThat(model.spec().hyperparameters().optimizer().learningRate()).isEqualTo(0.05);
        model = done(Command.of("2", Kind.FREEZE, Map.of(), null, null), model);
        assertThat(model.isFrozen()).isTrue();
        model = done(Command.of("3", Kind.UNFREEZE, Map.of(), null, null), model);
        assertThat(model.isFrozen()).isFalse();
        model = done(Command.of("4", Kind.RESET, Map.of("seed", "7"), null, null), model);
        assertThat(model.samples()).isZero();
        Snapshot state = snapshot(40);
        model = done(new Command("5", Kind.RESTORE, Map.of(), state, null, false, null, null), model);
        assertThat(model.parameters().layer(0).weights())
                .isEqualTo(state.model().parameters().layer(0).weights());
        assertThat(model.version()).isEqualTo(version + 5);
        assertThat(model.controls()).isEqualTo(5);
        assertThat(model.recentCommands().ids()).containsExactly("1", "2", "3", "4", "5");
        assertThat(Command.of("6", Kind.DELETE, Map.of(), null, null).applyTo(model))
                .isNull();
    }

    private static Model done(Command command, Model model) throws BadRecordException {
        return Objects.requireNonNull(command.applyTo(model));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void repeatedId_isRefused_andChangesNothing(Kind kind) throws Exception {
        Model model = done(Command.of("a", Kind.SET, Map.of("learning.rate", "0.05"), null, null), trained(SPEC, 50));
        Command command = new Command(
                "a",
                kind,
                kind == Kind.SET ? Map.of("learning.rate", "0.01") : Map.of(),
                kind == Kind.RESTORE ? snapshot(20) : null,
                null,
                false,
                null,
                null);
        String before = Fingerprint.of(model);
        assertThat(command.wasObeyedBy(model)).isTrue();
        assertThatThrownBy(() -> command.applyTo(model))
                .isInstanceOf(BadRecordException.class)
                .hasMessageContaining("id must be new; the model has obeyed a already");
        assertThat(Fingerprint.of(model)).isEqualTo(before);
        assertThat(model.controls()).isEqualTo(1);
    }

    @Test
    void commandWithoutAnId_isObeyedAsOftenAsItIsRead() throws Exception {
        Command reset = Command.of(null, Kind.RESET, Map.of(), null, null);
        Model model = done(reset, done(reset, trained(SPEC, 50)));
        assertThat(model.controls()).isEqualTo(2);
        assertThat(reset.wasObeyedBy(model)).isFalse();
    }
}
