package dev.streamgrad.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.streamgrad.encoding.FieldPath;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import java.lang.management.ManagementFactory;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records of people's own, read as the topology reads them. */
class MappedReaderTest {
    private static final int RECORDS = 20_000;

    private static ModelSpec spec(String... settings) {
        Map<String, String> all = new HashMap<>(Map.of("layers", "*,3,*"));
        for (String setting : settings) {
            all.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        return SpecSettings.parse(all);
    }

    private static SampleReader read(ModelSpec spec, String json) throws BadRecordException {
        SampleReader reader = SampleReader.of(spec);
        reader.read(json.getBytes(StandardCharsets.UTF_8));
        reader.encode(new Model(spec));
        return reader;
    }

    private static double[] features(String features, String json) throws BadRecordException {
        return read(spec("features=" + features), json).features();
    }

    @Test
    void theIssuesRecord_isASample() throws BadRecordException {
        SampleReader reader = read(
                spec(
                        "features=amount,country:category(DE,FR),card.age_days,hour:cyclic(24)",
                        "label=fraud",
                        "label.classes=no,yes",
                        "id=order"),
                "{\"amount\":12.5,\"country\":\"DE\",\"card\":{\"age_days\":41,\"x\":[{}]},\"hour\":0,\"fraud\":\"no\","
                        + "\"order\":4711,\"more\":{\"deep\":[[1,{\"a\":null}]]}}");
        assertThat(reader.features()).containsExactly(12.5, 1, 0, 41, 0, 1);
        assertThat(reader.hasLabel()).isTrue();
        assertThat(reader.label()).containsExactly(0);
        assertThat(reader.weight()).isEqualTo(1.0);
        assertThat(reader.id()).isEqualTo("4711");
    }

    @Test
    void recordWithoutItsLabel_orWithNull_isARequest() throws BadRecordException {
        assertThat(read(spec("features=a"), "{\"a\":1}").hasLabel()).isFalse();
        assertThat(read(spec("features=a"), "{\"a\":1,\"label\":null}").hasLabel())
                .isFalse();
        assertThat(read(spec("features=a"), "{\"a\":1,\"label\":0}").hasLabel()).isTrue();
    }

    @Test
    void fieldsOfArrays_andNamesWithDots_areFoundByPointer() throws BadRecordException {
        assertThat(features(
                        "/items/0/price,/items/1/price,/petal.length,p[3]",
                        "{\"items\":[{\"price\":1},{\"price\":2},{\"price\":3}],\"petal.length\":4,\"p\":[5,6,7]}"))
                .containsExactly(1, 2, 4, 5, 6, 7);
    }

    @Test
    void escapes_areRead_inNamesAndWords() throws BadRecordException {
        assertThat(features("c:category(\"a\\\"b\",\u00fc\ud83d\ude00)", "{\"\\u0063\":\"\\u00fc\\ud83d\\ude00\"}"))
                .containsExactly(0, 1);
        assertThat(features("c:category(\"a\\\"b\",x)", "{\"c\":\"a\\\"b\"}")).containsExactly(1, 0);
        assertThat(features("c:category(\ufffd,x)", "{\"c\":\"\\ud83d\"}")).containsExactly(1, 0);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"b":1}                        | a must be a number; got nothing; send one, or set missing=zero for a new model
                    {"a":null,"b":1}               | a must be a number; got nothing
                    {"a":"x","b":1}                | a must be a number; got "x"; send one
                    {"a":"1","b":1}                | a must be a number; got "1"; send it without quotes, or set numbers.in.quotes=true
                    {"a":true,"b":1}               | a must be a number; got true
                    {"a":{"b":1},"b":1}            | a must be a number; got an object or a list
                    {"a":[1],"b":1}                | a must be a number; got a list of 1 numbers
                    {"a":NaN,"b":1}                | a must be a number; got NaN
                    {"a":1e999,"b":1}              | a must be a number; got Infinity
                    {"a":1,"a":2,"b":1}            | a must appear only once; got it twice; send it once
                    {"a":1,"b":1,"label":"x"}      | label must be a number; got "x"
                    {"a":1,"b":1,"label":2}        | label[0] must be from 0.0 to 1.0
                    {"a":1,"b":1,"w":"x"}          | w must be a number of at least 0; got "x"
                    {"a":1,"b":1,"c":{"c":1}       | value must be a JSON object in UTF-8; got other bytes
                    [1,2]                          | value must be a JSON object in UTF-8; got an array
                    {"a":1,"b":1} x                | value must be a JSON object in UTF-8; got something after the object
                    """)
    void unusableRecord_isRefused_inOneLine(String json, String message) {
        assertThatThrownBy(() -> read(spec("features=a,b", "weight=w"), json))
                .isInstanceOfSatisfying(
                        BadRecordException.class,
                        e -> assertThat(e.text()).startsWith(message).hasLineCount(1));
    }

    @Test
    void emptyValue_tombstone_andDeepNesting_areRefused() {
        SampleReader reader = SampleReader.of(spec("features=a"));
        assertThatThrownBy(() -> reader.read(null)).hasMessageContaining("got null (a tombstone)");
        assertThatThrownBy(() -> reader.read(new byte[0])).hasMessageContaining("got no bytes");
        String deep = "{\"x\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}";
        assertThatThrownBy(() -> reader.read(deep.getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("nested at most");
        String deepInField = "{\"a\":" + "{\"a\":".repeat(2_000) + "1" + "}".repeat(2_001);
        assertThatThrownBy(() -> reader.read(deepInField.getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("nested at most");
    }

    @Test
    void tree_isReadAsJsonIs() throws BadRecordException {
        Map<String, Object> tree = new HashMap<>();
        tree.put("amount", 12.5f);
        tree.put("card", Map.of("age_days", 41L));
        tree.put("country", CharBuffer.wrap("DE"));
        tree.put("vip", true);
        tree.put("p", List.of(1, 2.5));
        tree.put("label", 1);
        ModelSpec spec = spec("features=amount,card.age_days,country:category(DE,FR),vip:boolean,p[2]");
        SampleReader reader = SampleReader.of(spec, new ValueFormat(RecordFrame.NONE, (value, headers) -> tree));
        reader.read(new byte[] {1}, new RecordHeaders(), "m", true);
        reader.encode(new Model(spec));
        assertThat(reader.features()).containsExactly(12.5, 41, 1, 0, 1, 1, 2.5);
        assertThat(reader.label()).containsExactly(1);
        SampleReader none = SampleReader.of(spec, new ValueFormat(RecordFrame.NONE, (value, headers) -> List.of(1)));
        assertThatThrownBy(() -> none.read(new byte[] {1})).hasMessageContaining("must be a record with fields");
    }

    /** A number that is none must not reach what writes numbers: the record would end the learner, again and again. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    c:category(4)    | {"c":NaN}         | c must be a category: text, a number, true or false; got NaN
                    c:category(4)    | {"c":1e400}       | c must be a category: text, a number, true or false; got Infinity
                    c:hash(4)        | {"c":-Infinity}   | c must be something to hash: text, a number, true or false; got -Infinity
                    c:category(4)    | {"c":[1]}         | c must be a category
                    c:category(4)    | {"c":{}}          | c must be a category
                    c:cyclic(0.5)    | {"c":1e308}       | c must be a number; got 1.0E308
                    c:time(hour)     | {"c":NaN}         | c must be a date or time
                    c:time(hour)     | {"c":1e300}       | c must be a date or time
                    c:time(hour)     | {"c":"2026-02-31"} | c must be a date or time
                    c:time(hour)     | {"c":"2026-02-0110:00"} | c must be a date or time
                    """)
    void valueThatIsNoWordNoTimeAndNoNumber_isRefused(String features, String json, String message) {
        assertThatThrownBy(() -> read(spec("features=" + features), json)).hasMessageStartingWith(message);
        assertThatThrownBy(() -> read(spec("features=a", "label.classes=no,yes"), "{\"a\":1,\"label\":NaN}"))
                .hasMessageStartingWith("label must be one of the classes no,yes; got NaN");
    }

    @Test
    void elementsOfAList_areFieldsOfTheirOwn_besideTheList() throws BadRecordException {
        assertThat(features("p[3],/p/0:category(1,2),/p/2", "{\"p\":[2,5,7]}")).containsExactly(2, 5, 7, 0, 1, 7);
    }

    /** Neither by the names that are mapped nor by those that are not may a record take time out of proportion. */
    @Test
    void wideRecord_isRead_inAnyOrder() throws BadRecordException {
        StringBuilder features = new StringBuilder("f0");
        StringBuilder record = new StringBuilder("{\"f0\":0");
        for (int i = 1; i < 3000; i++) {
            features.append(",f").append(i);
            record.insert(1, "\"f" + i + "\":" + i + ",\"other" + i + "\":[" + i + "],");
        }
        double[] read = features(features.toString(), record + "}");
        for (int i = 0; i < 3000; i++) {
            assertThat(read[i]).isEqualTo(i);
        }
    }

    /** What somebody else's deserializer gives may fail when it is looked at. */
    @Test
    void treeThatFails_isRefused() {
        ModelSpec spec = spec("features=/items/,a");
        Map<String, Object> failing = new HashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public Object get(Object key) {
                throw new IllegalStateException("not now");
            }
        };
        SampleReader reader = SampleReader.of(spec, new ValueFormat(RecordFrame.NONE, (value, headers) -> failing));
        assertThatThrownBy(() -> reader.read(new byte[] {1}))
                .isInstanceOf(BadRecordException.class)
                .hasMessageContaining("IllegalStateException: not now");
        SampleReader list = SampleReader.of(
                spec, new ValueFormat(RecordFrame.NONE, (value, headers) -> Map.of("items", List.of(1), "a", 1)));
        assertThatThrownBy(() -> {
                    list.read(new byte[] {1});
                    list.encode(new Model(spec));
                })
                .hasMessageStartingWith("/items/ must be a number; got nothing");
    }

    @Test
    void faultOfALabel_namesItsField() {
        assertThatThrownBy(() -> read(spec("features=a", "label=y"), "{\"a\":1,\"y\":2}"))
                .hasMessageStartingWith("y[0] must be from 0.0 to 1.0");
    }

    /** Once, and not for a field that came in one of them. */
    @Test
    void fieldsThatNoRecordHas_areNamed_afterAHundred() throws BadRecordException {
        SampleReader reader = SampleReader.of(spec("features=a,amuont,b"));
        for (int i = 1; i <= 300; i++) {
            String b = i == 50 ? ",\"b\":1" : "";
            reader.read(("{\"a\":1" + b + "}").getBytes(StandardCharsets.UTF_8));
            assertThat(reader.fieldsNeverMet()).as("after %d", i).isEqualTo(i == 100 ? List.of("amuont") : List.of());
        }
    }

    /** What the parser of JSON needs is nothing, so nothing is what a record allocates. */
    @Test
    void record_allocatesNothing() throws BadRecordException {
        ModelSpec spec = spec(
                "features=a,b,c,d,e,f,g,country:category(DE,FR),colour:category(8),merchant:hash(16)",
                "label=fraud",
                "label.classes=no,yes");
        SampleReader reader = SampleReader.of(spec);
        Model model = new Model(spec);
        byte[][] records = new byte[4][];
        for (int i = 0; i < records.length; i++) {
            records[i] =
                    ("{\"a\":1.5,\"b\":2,\"c\":-3e-2,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"country\":\"FR\",\"colour\":\"c"
                                    + i + "\",\"merchant\":\"shop " + i + "\",\"fraud\":\"no\"}")
                            .getBytes(StandardCharsets.UTF_8);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        readMany(reader, model, records);
        long before = threads.getThreadAllocatedBytes(thread);
        readMany(reader, model, records);
        long each = (threads.getThreadAllocatedBytes(thread) - before) / RECORDS;
        assertThat(each).isZero();
    }

    private static void readMany(SampleReader reader, Model model, byte[][] records) throws BadRecordException {
        RecordHeaders headers = new RecordHeaders();
        for (int i = 0; i < RECORDS; i++) {
            reader.read(records[i % records.length], headers, "m", true);
            reader.encode(model);
            Objects.requireNonNull(model.vocabulary()).keep();
        }
    }

    @Test
    void modelNames_areKeys_orFields_orAlwaysTheSame() throws BadRecordException {
        byte[] key = {'k'};
        byte[] value = "{\"customer\":\"Ann\",\"n\":7}".getBytes(StandardCharsets.UTF_8);
        RecordHeaders headers = new RecordHeaders();
        ModelNames keys = new ModelNames(null, false, "xor", 1, ValueFormat.JSON);
        assertThat(text(keys.keyOf(key, value, headers, 0))).isEqualTo("k");
        assertThat(text(keys.keyOf(null, value, headers, 0))).isEqualTo("xor");
        ModelNames several = new ModelNames(null, false, "xor", 3, ValueFormat.JSON);
        assertThatThrownBy(() -> several.keyOf(null, value, headers, 0)).hasMessageContaining("3 partitions");
        ModelNames field = new ModelNames(FieldPath.parse("customer"), false, "xor", 3, ValueFormat.JSON);
        assertThat(text(field.keyOf(key, value, headers, 2))).isEqualTo("Ann");
        ModelNames missing = new ModelNames(FieldPath.parse("x"), false, "xor", 3, ValueFormat.JSON);
        assertThatThrownBy(() -> missing.keyOf(key, value, headers, 0))
                .hasMessage(
                        "x must name a model; got nothing that does; send a name in it, or set model to another field");
        ModelNames ignored = new ModelNames(null, true, "fraud", 1, ValueFormat.JSON);
        assertThat(text(ignored.keyOf(key, value, headers, 0))).isEqualTo("fraud");
        ModelNames ofPartitions = new ModelNames(null, true, "fraud", 3, ValueFormat.JSON);
        assertThat(text(ofPartitions.keyOf(key, value, headers, 2))).isEqualTo("fraud-2");
    }

    private static String text(byte[] bytes) {
        return new String(Arrays.copyOf(bytes, bytes.length), StandardCharsets.UTF_8);
    }
}
