package dev.streamgrad.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.settings.SettingsException;
import java.io.EOFException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.ConnectException;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that a deserializer of the user's reads. */
class DeserializerFormatTest {
    private static final byte[] VALUE = {1, 2, 3};

    /** Gives or throws what a test has laid out, one for each call. */
    public static final class Scripted implements Deserializer<Object> {
        private static final Queue<Object> SCRIPT = new ArrayDeque<>();
        private static final Queue<String> CALLS = new ArrayDeque<>();

        @Override
        public void configure(Map<String, ?> settings, boolean isKey) {
            if (settings.containsKey("wrong")) {
                throw new IllegalArgumentException("wrong must not be\nset");
            }
            CALLS.add("configure " + settings + " " + isKey);
        }

        @Override
        public Object deserialize(String topic, byte[] data) {
            throw new AssertionError("headers are lost");
        }

        @Override
        public @Nullable Object deserialize(String topic, Headers headers, byte[] data) {
            CALLS.add("deserialize " + topic + " " + headers.toArray().length + " " + Arrays.toString(data));
            headers.add("of.the.deserializer", data);
            Object next = SCRIPT.remove();
            if (next instanceof RuntimeException failure) {
                throw failure;
            }
            return next == DeserializerFormatTest.class ? null : next;
        }

        @Override
        public void close() {
            CALLS.add("close");
        }
    }

    /** No deserializer. */
    public static final class Other {}

    /** Cannot be made without arguments. */
    public static final class Private implements Deserializer<String> {
        private Private() {}

        @Override
        public String deserialize(String topic, byte[] data) {
            return "";
        }
    }

    @BeforeEach
    void forget() {
        Scripted.SCRIPT.clear();
        Scripted.CALLS.clear();
    }

    private static Formats formats(Class<?> deserializer, String... more) {
        Map<String, String> settings = new HashMap<>();
        settings.put("samples.deserializer", deserializer.getName());
        for (String setting : more) {
            settings.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        return Formats.of(MappedSettings.of(settings));
    }

    private static @Nullable Object read(Object given, String... more) throws BadRecordException {
        Scripted.SCRIPT.add(given);
        try (TopicDecoder decoder =
                Objects.requireNonNull(formats(Scripted.class, more).newDecoder())) {
            return decoder.decode(VALUE, null);
        }
    }

    private static Map<?, ?> tree(Object given) throws BadRecordException {
        return (Map<?, ?>) Objects.requireNonNull(read(given));
    }

    @Test
    void deserializer_isConfiguredCalledAndClosed_asKafkaDoes_andLeavesTheHeadersAlone() throws Exception {
        Headers headers = new RecordHeaders().add("a", VALUE);
        Scripted.SCRIPT.add(Map.of("a", 1));
        Formats formats = formats(Scripted.class, "samples.deserializer.my.key=x", "samples.topic=orders");
        try (TopicDecoder decoder = Objects.requireNonNull(formats.newDecoder())) {
            assertThat(decoder.decode(VALUE, headers)).isEqualTo(Map.of("a", 1));
        }
        assertThat(Scripted.CALLS)
                .containsExactly(
                        // The first one is a try.
                        "configure {my.key=x} false",
                        "close",
                        "configure {my.key=x} false",
                        "deserialize orders 1 [1, 2, 3]",
                        "close");
        assertThat(headers.toArray()).hasSize(1);
    }

    @Test
    void mapsJsonTreesAvroRecordsAndText_areTaken() throws Exception {
        assertThat(read(Map.of("a", List.of(1, Map.of("b", "c")))))
                .isEqualTo(Map.of("a", List.of(1, Map.of("b", "c"))));
        assertThat(read(new ObjectMapper().readTree("{\"a\":[1.5,null,true],\"b\":{\"c\":\"d\"}}")))
                .isEqualTo(Map.of("a", Arrays.asList(1.5, null, true), "b", Map.of("c", "d")));
        assertThat(((Map<?, ?>) Objects.requireNonNull(read(AvroRecords.order(12.5, "DE")))).get("amount"))
                .isEqualTo(12.5);
        assertThat(read("{\"a\":1}")).isEqualTo(Map.of("a", 1));
        assertThat(read("7,x", "samples.format=csv", "csv.columns=n,s")).isEqualTo(Map.of("n", 7L, "s", "x"));
    }

    @Test
    void valuesOfOtherClasses_becomeWhatAFeatureCanBeMadeOf() throws Exception {
        Instant time = Instant.parse("2026-11-26T01:02:03.004Z");
        Map<String, Object> given = new HashMap<>();
        given.put("time", time);
        given.put("date", LocalDate.of(1970, 1, 3));
        given.put("enum", Reason.KEY);
        given.put("uuid", new UUID(1, 2));
        given.put("bytes", VALUE);
        given.put("other", new Other());
        given.put("avro", List.of(AvroRecords.order(1, "DE")));
        Map<?, ?> tree = (Map<?, ?>) Objects.requireNonNull(read(given));
        assertThat(tree.get("time")).isEqualTo(time.toEpochMilli());
        assertThat(tree.get("date")).isEqualTo(172_800_000L);
        assertThat(tree.get("enum")).isEqualTo("KEY");
        assertThat(tree.get("uuid")).isEqualTo("00000000-0000-0001-0000-000000000002");
        assertThat(tree.get("bytes")).hasToString("3 bytes");
        assertThat(tree.get("other")).hasToString("a " + Other.class.getName());
        assertThat(((Map<?, ?>) ((List<?>) Objects.requireNonNull(tree.get("avro"))).get(0)).get("amount"))
                .isEqualTo(1.0);
    }

    @Test
    void mapWithoutEnd_endsSomewhere() throws Exception {
        Map<String, Object> endless = new HashMap<>();
        endless.put("self", endless);
        Object node = read(endless);
        int depth = 0;
        for (; node instanceof Map<?, ?> map; depth++) {
            node = map.get("self");
        }
        assertThat(depth).isEqualTo(64);
        assertThat(node).hasToString("something nested deeper than 64");
    }

    @Test
    void unionOfLogicalTypes_thatTheDeserializerHasConverted_isRead() throws Exception {
        Schema schema = AvroRecords.parse("{'type':'record','name':'Times','fields':["
                + "{'name':'t','type':['null','string',{'type':'long','logicalType':'timestamp-millis'}]},"
                + "{'name':'d','type':['null','string',{'type':'int','logicalType':'date'}]},"
                + "{'name':'n','type':['null','string',"
                + "{'type':'bytes','logicalType':'decimal','precision':9,'scale':2}]}]}");
        GenericData.Record given = new GenericData.Record(schema);
        given.put("t", Instant.ofEpochMilli(5));
        given.put("d", LocalDate.of(1970, 1, 3));
        given.put("n", new BigDecimal("1.25"));
        Map<?, ?> tree = tree(given);
        assertThat(tree.get("t")).isEqualTo(5L);
        assertThat(tree.get("d")).isEqualTo(172_800_000L);
        assertThat(tree.get("n")).isEqualTo(new BigDecimal("1.25"));
    }

    @Test
    void timesBeyondALong_areUnusable() throws Exception {
        for (Object time : List.of(
                Instant.MAX,
                Instant.MIN,
                LocalDate.MAX,
                LocalDateTime.MAX,
                OffsetDateTime.MAX,
                LocalDateTime.MIN.atZone(ZoneOffset.UTC))) {
            assertThat(tree(Map.of("a", time)).get("a")).hasToString("a time out of range");
        }
    }

    @Test
    void nodesOfAJsonTree_areTakenAsWhatTheyHold() throws Exception {
        ObjectNode given = JsonNodeFactory.instance.objectNode();
        given.putPOJO("pojo", new Other());
        given.putPOJO("time", Instant.ofEpochMilli(5));
        given.put("bytes", VALUE);
        given.put("float", 0.1f);
        given.put("digits", new BigInteger("12345678901234567890"));
        Map<?, ?> tree = tree(given);
        assertThat(tree.get("pojo")).hasToString("a " + Other.class.getName());
        assertThat(tree.get("time")).isEqualTo(5L);
        assertThat(tree.get("bytes")).hasToString("3 bytes");
        assertThat(tree.get("float")).isEqualTo(0.1);
        assertThat(tree.get("digits")).isEqualTo(new BigInteger("12345678901234567890"));
    }

    @ParameterizedTest
    @ValueSource(ints = {65, 990, 100_000})
    void jsonTree_isCutWhereAMapIs(int levels) throws Exception {
        ObjectNode given = JsonNodeFactory.instance.objectNode();
        for (int i = 1; i < levels; i++) {
            given = JsonNodeFactory.instance.objectNode().set("self", given);
        }
        Object node = read(given);
        int depth = 0;
        for (; node instanceof Map<?, ?> map; depth++) {
            node = map.get("self");
        }
        assertThat(depth).isEqualTo(64);
        assertThat(node).hasToString("something nested deeper than 64");
    }

    @Test
    void valueAtTheDeepestLevelOfAJsonTree_isKept() throws Exception {
        ObjectNode given = JsonNodeFactory.instance.objectNode().put("self", 7);
        for (int i = 1; i < 64; i++) {
            given = JsonNodeFactory.instance.objectNode().set("self", given);
        }
        Object node = read(given);
        while (node instanceof Map<?, ?> map) {
            node = map.get("self");
        }
        assertThat(node).isEqualTo(7);
    }

    /** A map that fails when it is read. */
    private static final class Failing extends AbstractMap<String, Object> {
        @Override
        public Set<Map.Entry<String, Object>> entrySet() {
            throw new IllegalStateException("closed");
        }
    }

    @Test
    void whatItGives_thatCannotBeRead_isTheRecordsFault() {
        assertThatThrownBy(() -> read(new Failing()))
                .isInstanceOf(BadRecordException.class)
                .hasMessageContaining("it says IllegalStateException: closed; send that");
        assertThatThrownBy(() -> read(Map.of("a", CharBuffer.wrap("x"), "b", new Failing())))
                .isInstanceOf(BadRecordException.class);
    }

    @Test
    void fieldOfAnAvroRecord_thatCannotBeRead_isUnusable() throws Exception {
        IndexedRecord failing = new IndexedRecord() {
            @Override
            public Schema getSchema() {
                return AvroRecords.ORDER;
            }

            @Override
            public Object get(int i) {
                throw new IllegalStateException("closed");
            }

            @Override
            public void put(int i, Object v) {
                throw new UnsupportedOperationException();
            }
        };
        assertThat(tree(failing).get("amount")).hasToString("something unreadable (IllegalStateException)");
    }

    @Test
    void arraysOfNumbers_areLists_andAFloatIsWhatItReadsAs() throws Exception {
        Map<?, ?> tree = tree(Map.of(
                "doubles", new double[] {1.5, 2},
                "floats", new float[] {0.1f},
                "ints", new int[] {1, 2},
                "longs", new long[] {3},
                "shorts", new short[] {4},
                "boxed", new Double[] {0.25},
                "float", 0.1f));
        assertThat(tree.get("doubles")).isEqualTo(List.of(1.5, 2.0));
        assertThat(tree.get("floats")).isEqualTo(List.of(0.1));
        assertThat(tree.get("ints")).isEqualTo(List.of(1, 2));
        assertThat(tree.get("longs")).isEqualTo(List.of(3L));
        assertThat(tree.get("shorts")).isEqualTo(List.of((short) 4));
        assertThat(tree.get("boxed")).isEqualTo(List.of(0.25));
        assertThat(tree.get("float")).isEqualTo(0.1);
    }

    @Test
    void whatItThrows_isTheRecordsFault_andNamed() {
        assertThatThrownBy(() -> read(new SerializationException("bad\nvalue", new EOFException())))
                .isInstanceOfSatisfying(
                        BadRecordException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FORMAT))
                .hasMessage("value must be what " + Scripted.class.getName()
                        + " reads; it says SerializationException: bad\uFFFDvalue; send that, or set another"
                        + " samples.deserializer");
        assertThatThrownBy(() -> read(new IllegalStateException()))
                .hasMessageContaining("it says IllegalStateException;");
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void whatMayPass_isTriedAgain(boolean asKafkaSays) throws Exception {
        Scripted.SCRIPT.add(
                asKafkaSays
                        ? new TimeoutException("registry")
                        : new SerializationException(
                                "registry", new RuntimeException(new ConnectException("refused"))));
        assertThat(read(Map.of("a", 1))).isEqualTo(Map.of("a", 1));
        assertThat(Scripted.CALLS)
                .filteredOn(call -> call.startsWith("deserialize"))
                .hasSize(2);
    }

    @Test
    void anythingElse_isRefused() {
        String rule = "samples.deserializer must give a Map, a JsonNode, an Avro record or a String; "
                + Scripted.class.getName() + " gives ";
        assertThatThrownBy(() -> read(5)).hasMessageStartingWith(rule + "a java.lang.Integer; let it");
        assertThatThrownBy(() -> read(DeserializerFormatTest.class)).hasMessageStartingWith(rule + "null; let it");
        assertThatThrownBy(() -> read("{\"a\":1,\"a\":2}"))
                .hasMessageStartingWith(
                        "the deserializer must give JSON text where samples.format is json; got {\"a\":1,\"a\":2} (")
                .hasMessageContaining("Duplicate");
        assertThatThrownBy(() -> read("{} {}")).isInstanceOf(BadRecordException.class);
        assertThatThrownBy(() -> read("[".repeat(100))).hasMessageContaining("nesting depth");
        assertThatThrownBy(() -> read("7", "samples.format=csv", "csv.columns=n,s"))
                .hasMessageStartingWith("value must have 2 values, n,s, as csv.columns says; got 1");
    }

    @Test
    void wrongClassOrSetting_stopsTheStart_inOneLine() {
        assertThatThrownBy(() -> formats(Other.class))
                .isInstanceOf(SettingsException.class)
                .hasMessage("samples.deserializer must be a class that implements " + Deserializer.class.getName()
                        + "; got " + Other.class.getName() + ", which does not; name one that does");
        assertThatThrownBy(() -> formats(Private.class))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(
                        "samples.deserializer must be a public class that can be made without arguments; got "
                                + Private.class.getName());
        assertThatThrownBy(() -> Formats.of(MappedSettings.of(Map.of("samples.deserializer", "no.Such"))))
                .isInstanceOf(SettingsException.class)
                .hasMessage(
                        "samples.deserializer must be a class on the class path; got no.Such (ClassNotFoundException:"
                                + " no.Such); start with java -cp streamgrad.jar:YOUR.jar dev.streamgrad.cli.Main");
        assertThatThrownBy(() -> formats(Scripted.class, "samples.deserializer.wrong=1"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("says IllegalArgumentException: wrong must not be\uFFFDset; change them");
    }

    @Test
    void jsonBehindAFrame_isReadWhereItStands() throws BadRecordException {
        Formats formats = Formats.of(MappedSettings.of(Map.of("samples.format", "json-schema")));
        assertThat(formats.newDecoder()).isNull();
        byte[] json = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
        assertThat(formats.frame().length(AvroRecords.framed(7, json), null)).isEqualTo(5);
        assertThat(formats.frame().length(json, AvroRecords.header(new byte[] {0, 0, 0, 0, 7})))
                .isZero();
        assertThatThrownBy(() -> formats.frame().length(json, null))
                .hasMessageContaining(
                        "got 7 bytes that begin with 123 ({, as JSON does); send it by a JSON Schema serializer,"
                                + " or set samples.format=json if it is plain JSON");
    }

    @Test
    void plainJson_needsNothing() throws BadRecordException {
        Formats formats = Formats.of(MappedSettings.of(Map.of()));
        assertThat(formats.newDecoder()).isNull();
        assertThat(formats.frame().length(VALUE, null)).isZero();
    }
}
