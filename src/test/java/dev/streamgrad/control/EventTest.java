package dev.streamgrad.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.streamgrad.control.Event.Cause;
import dev.streamgrad.control.Event.Said;
import dev.streamgrad.learning.Drift;
import dev.streamgrad.learning.DriftDetector.Direction;
import dev.streamgrad.learning.DriftDetectorKind;
import dev.streamgrad.learning.DriftReaction;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What stands in the golden file of format 1, for ever. */
    static List<Event> golden() {
        Cause first = Cause.of("control", 0, 3, "{\"command\":\"freeze\"}".getBytes(StandardCharsets.UTF_8));
        return List.of(
                new Event(
                        Event.Kind.CREATED,
                        "xor",
                        0,
                        "",
                        new Source(0, 0),
                        1_700_000_000_000L,
                        null,
                        null,
                        SpecSettings.format(ModelSpec.xor()),
                        null,
                        0,
                        null,
                        null),
                new Event(
                        Event.Kind.CONTROL,
                        "xor",
                        20117,
                        "",
                        new Source(0, 20115),
                        1_700_000_000_001L,
                        first,
                        new Said(
                                "set",
                                "6f1c7f3e-0d0b-4a3c-9a43-6c7fb6a7f0c1",
                                Map.of("learning.rate", "0.05"),
                                "alice",
                                "it \"jumps\", näher heran"),
                        Map.of(),
                        null,
                        0,
                        null,
                        "cfa94bd9ff9d6f1fe9f7d2d56d4b1cd0ec9a6c0d5a0a7c4bfbd2f2a1f4c8e7d6"),
                new Event(
                        Event.Kind.REFUSED,
                        "",
                        0,
                        "",
                        new Source(1, -1),
                        0,
                        Cause.of("control", 1, 0, null),
                        null,
                        Map.of(),
                        "key must be a model's name; got nothing",
                        0,
                        null,
                        null),
                new Event(
                        Event.Kind.REFUSED,
                        "xor",
                        20117,
                        "",
                        new Source(0, 20117),
                        1_700_000_000_002L,
                        first,
                        new Said("restore", null, Map.of(), null, null),
                        Map.of(),
                        "state must have snapshots of at most 1048576 bytes",
                        1_048_576,
                        null,
                        null),
                new Event(
                        Event.Kind.RESTORED,
                        "xor",
                        20200,
                        "Lq0gY3hWTZuqV5p2YkVZ3g",
                        new Source(0, 20300),
                        1_700_000_000_003L,
                        null,
                        null,
                        Map.of(),
                        null,
                        0,
                        null,
                        "cfa94bd9ff9d6f1fe9f7d2d56d4b1cd0ec9a6c0d5a0a7c4bfbd2f2a1f4c8e7d6"),
                new Event(
                        Event.Kind.DELETED,
                        "xor",
                        20201,
                        "",
                        new Source(0, 20301),
                        1_700_000_000_004L,
                        first,
                        new Said("delete", "d", Map.of(), null, null),
                        Map.of(),
                        null,
                        0,
                        null,
                        null),
                new Event(
                        Event.Kind.DRIFT,
                        "xor",
                        2041,
                        "",
                        new Source(0, 2040),
                        1_700_000_000_005L,
                        null,
                        null,
                        Map.of(),
                        null,
                        0,
                        new Drift(DriftDetectorKind.HDDM_A, Direction.WORSE, 0.0125, 0.75, DriftReaction.BOOST),
                        "cfa94bd9ff9d6f1fe9f7d2d56d4b1cd0ec9a6c0d5a0a7c4bfbd2f2a1f4c8e7d6"));
    }

    /** How the golden files were made; they are never made again. */
    public static void main(String[] args) throws IOException {
        for (int format = 1; format <= Event.FORMAT; format++) {
            StringBuilder lines = new StringBuilder();
            for (Event event : golden(format)) {
                lines.append(new String(event.toJson(), StandardCharsets.UTF_8)).append('\n');
            }
            Files.writeString(Path.of(args[0], "event-v" + format + ".jsonl"), lines);
        }
    }

    /** Those that are written in a format. */
    private static List<Event> golden(int format) {
        return golden().stream()
                .filter(event -> (event.kind() == Event.Kind.DRIFT ? 2 : 1) == format)
                .toList();
    }

    @Test
    void everyEvent_readsBackAsItWasWritten() {
        for (Event event : golden()) {
            assertThat(Event.read(event.toJson())).isEqualTo(event);
        }
    }

    /** Events are kept for ever, so every later release must read these. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void everyFormat_isStillRead(int format) throws IOException {
        try (InputStream in = EventTest.class.getResourceAsStream("/golden/event-v" + format + ".jsonl")) {
            String lines = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(lines.lines().map(line -> Event.read(line.getBytes(StandardCharsets.UTF_8))))
                    .containsExactlyElementsOf(golden(format));
        }
        assertThat(golden().stream().map(Event::kind)).contains(Event.Kind.values());
    }

    @Test
    void format3_isRefused() throws IOException {
        ObjectNode json = (ObjectNode) MAPPER.readTree(golden().get(0).toJson());
        json.put("format", 3);
        assertThatThrownBy(() -> Event.read(MAPPER.writeValueAsBytes(json)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "unknown format 3 of an event, this release reads up to 2; use the release that wrote it, or"
                                + " a newer one");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "7",
                "{}",
                "{\"format\":\"1\"}",
                "{\"format\":1}",
                "{\"format\":1,\"event\":\"exploded\",\"model\":\"a\",\"version\":1,\"after\":{\"partition\":0,\"offset\":0},"
                        + "\"time\":0}",
                "{\"format\":1,\"event\":\"created\",\"model\":\"a\",\"version\":1,\"after\":7,\"time\":0}",
                "{\"format\":1,\"event\":\"control\",\"model\":\"a\",\"version\":1,\"after\":{\"partition\":0,\"offset\":0},"
                        + "\"time\":0,\"record\":null}",
                "{\"format\":1,\"event\":\"created\",\"model\":\"a\"} {}",
                "{\"format\":1,\"format\":1}"
            })
    void whatIsNoEvent_isRefusedInALine(String value) {
        assertThatThrownBy(() -> Event.read(value.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .hasLineCount(1);
    }

    /** A record of an event must say what it is first: people read it with the console consumer. */
    @Test
    void fields_areInTheOrderOfTheirImportance_andOnlyThoseThatAre() {
        String json = new String(golden().get(5).toJson(), StandardCharsets.UTF_8);
        assertThat(json)
                .startsWith("{\"format\":1,\"event\":\"deleted\",\"model\":\"xor\",\"version\":20201,"
                        + "\"after\":{\"partition\":0,\"offset\":20301},\"time\":1700000000004,\"record\":{")
                .endsWith("},\"command\":\"delete\",\"id\":\"d\"}")
                .doesNotContain("spec", "reason", "limit", "fingerprint", "null");
    }

    @Test
    void settingsAndSpec_keepTheirOrder() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("z", "1");
        settings.put("a", "2");
        Event event = new Event(
                Event.Kind.CONTROL,
                "m",
                1,
                "",
                new Source(0, 0),
                0,
                null,
                new Said("set", null, settings, null, null),
                settings,
                null,
                0,
                null,
                null);
        Event back = Event.read(event.toJson());
        assertThat(back.spec().keySet()).containsExactly("z", "a");
        assertThat(Objects.requireNonNull(back.said()).settings().keySet()).containsExactly("z", "a");
    }

    /** By Python's hashlib. */
    @Test
    void sha256_isThatOfTheValue_orOfNothing() {
        assertThat(Event.sha256("{\"command\":\"freeze\"}".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("9dc06a44c458404761932da558db26f06ce64cc3393243c6d457edc0ded88b13");
        assertThat(Event.sha256(null)).isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
