package dev.streamgrad.formats;

import static dev.streamgrad.formats.AvroRecords.bytes;
import static dev.streamgrad.formats.AvroRecords.framed;
import static dev.streamgrad.formats.AvroRecords.guid;
import static dev.streamgrad.formats.AvroRecords.header;
import static dev.streamgrad.formats.AvroRecords.order;
import static dev.streamgrad.formats.AvroRecords.parse;
import static dev.streamgrad.formats.AvroRecords.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.settings.Settings;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.util.Utf8;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Avro's binary records, by the schemas of a registry. */
class AvroFormatTest {
    private static final UUID GUID = UUID.fromString("f3b1c2d4-0000-4a1a-8f1a-123456789abc");

    private final FakeRegistry registry = new FakeRegistry();
    private final TopicDecoder decoder = decoder(0);

    private TopicDecoder decoder(int readerSchema) {
        Settings settings = MappedSettings.of(Map.of(
                "samples.format",
                "avro",
                "schema.registry.url",
                registry.url(),
                "avro.reader.schema.id",
                Integer.toString(readerSchema)));
        return Objects.requireNonNull(Formats.of(settings).newDecoder());
    }

    @AfterEach
    void close() {
        decoder.close();
        registry.close();
    }

    private Map<?, ?> fields(byte[] value, Headers headers) throws BadRecordException {
        return (Map<?, ?>) Objects.requireNonNull(decoder.decode(value, headers));
    }

    private Map<?, ?> fields(byte[] value) throws BadRecordException {
        return (Map<?, ?>) Objects.requireNonNull(decoder.decode(value, null));
    }

    private static String text(Map<?, ?> fields, String name) {
        return String.valueOf(fields.get(name));
    }

    @Test
    void record_becomesItsFields_andASchemaIsAskedForOnce() throws BadRecordException {
        registry.has(7, AvroRecords.ORDER);
        for (int i = 0; i < 3; i++) {
            Map<?, ?> fields = fields(framed(7, order(12.5 + i, "DE")));
            assertThat(fields.get("amount")).isEqualTo(12.5 + i);
            assertThat(text(fields, "country")).isEqualTo("DE");
            assertThat(fields.get("other")).isNull();
            assertThat(fields.containsKey("other")).isFalse();
            assertThat(fields.keySet()).map(Object::toString).containsExactly("amount", "country");
        }
        assertThat(registry.asked()).containsExactly("/schemas/ids/7");
    }

    @Test
    void everyType_becomesWhatAFeatureCanBeMadeOf() throws BadRecordException {
        Schema all = parse("{'type':'record','name':'All','fields':["
                + "{'name':'i','type':'int'},{'name':'l','type':'long'},{'name':'f','type':'float'},{'name':'b','type':'boolean'},"
                + "{'name':'e','type':{'type':'enum','name':'E','symbols':['NO','YES']}},"
                + "{'name':'none','type':['null','string'],'default':null},"
                + "{'name':'some','type':['null','string','long']},"
                + "{'name':'bytes','type':'bytes'},{'name':'fixed','type':{'type':'fixed','name':'F','size':3}},"
                + "{'name':'list','type':{'type':'array','items':['null','double']}},"
                + "{'name':'map','type':{'type':'map','values':{'type':'record','name':'In','fields':[{'name':'x','type':'int'}]}}},"
                + "{'name':'decimal','type':{'type':'bytes','logicalType':'decimal','precision':9,'scale':2}},"
                + "{'name':'price','type':['null',{'type':'fixed','name':'P','size':4,'logicalType':'decimal','precision':9,'scale':3}]},"
                + "{'name':'uuid','type':{'type':'string','logicalType':'uuid'}},"
                + "{'name':'date','type':{'type':'int','logicalType':'date'}},"
                + "{'name':'ms','type':{'type':'long','logicalType':'timestamp-millis'}},"
                + "{'name':'us','type':['null',{'type':'long','logicalType':'timestamp-micros'}]},"
                + "{'name':'ns','type':{'type':'long','logicalType':'timestamp-nanos'}},"
                + "{'name':'local','type':{'type':'long','logicalType':'local-timestamp-micros'}}]}");
        Schema inner = all.getField("map").schema().getValueType();
        GenericRecord record = record(
                all,
                "i",
                1,
                "l",
                9_007_199_254_740_993L,
                "f",
                0.1f,
                "b",
                true,
                "e",
                new GenericData.EnumSymbol(all.getField("e").schema(), "YES"),
                "some",
                5L,
                "bytes",
                ByteBuffer.wrap(new byte[] {1, 2}),
                "fixed",
                new GenericData.Fixed(all.getField("fixed").schema(), new byte[3]),
                "list",
                Arrays.asList(1.5, null),
                "map",
                Map.of("a", record(inner, "x", 3)),
                "decimal",
                ByteBuffer.wrap(new byte[] {(byte) 0xFF, 0x38}),
                "price",
                new GenericData.Fixed(
                        all.getField("price").schema().getTypes().get(1), new byte[] {0, 0, 4, (byte) 0xD2}),
                "uuid",
                GUID.toString(),
                "date",
                20_783,
                "ms",
                1_795_651_200_123L,
                "us",
                1_795_651_200_123_999L,
                "ns",
                -1L,
                "local",
                1_795_651_200_123_456L);
        registry.has(1, all);
        Map<?, ?> fields = fields(framed(1, record));
        assertThat(fields.get("i")).isEqualTo(1);
        assertThat(fields.get("l")).isEqualTo(9_007_199_254_740_993L);
        assertThat(fields.get("f")).isEqualTo(0.1);
        assertThat(fields.get("b")).isEqualTo(true);
        assertThat(fields.get("e")).isEqualTo("YES");
        assertThat(fields.get("none")).isNull();
        assertThat(fields.get("some")).isEqualTo(5L);
        assertThat(fields.get("bytes")).hasToString("2 bytes");
        assertThat(fields.get("fixed")).hasToString("3 bytes");
        assertThat(fields.get("list")).isEqualTo(Arrays.asList(1.5, null));
        assertThat(((Map<?, ?>) Objects.requireNonNull(
                                ((Map<?, ?>) Objects.requireNonNull(fields.get("map"))).get("a")))
                        .get("x"))
                .isEqualTo(3);
        assertThat(fields.get("decimal")).isEqualTo(new BigDecimal("-2.00"));
        assertThat(fields.get("price")).isEqualTo(new BigDecimal("1.234"));
        assertThat(text(fields, "uuid")).isEqualTo(GUID.toString());
        assertThat(fields.get("date")).isEqualTo(20_783L * 86_400_000L);
        assertThat(fields.get("ms")).isEqualTo(1_795_651_200_123L);
        assertThat(fields.get("us")).isEqualTo(1_795_651_200_123L);
        assertThat(fields.get("ns")).isEqualTo(-1L);
        assertThat(fields.get("local")).isEqualTo(1_795_651_200_123L);
        assertThat(fields.entrySet()).hasSize(all.getFields().size());
    }

    @Test
    void schemaOfTheHeader_goesBeforeAFrame_byIdOrByGuid() throws BadRecordException {
        registry.has(7, AvroRecords.ORDER);
        registry.has("/schemas/guids/" + GUID, AvroRecords.ORDER.toString());
        byte[] bare = bytes(AvroRecords.ORDER, order(1.25, "FR"));
        assertThat(fields(bare, header(new byte[] {0, 0, 0, 0, 7})).get("amount"))
                .isEqualTo(1.25);
        assertThat(fields(bare, header(guid(GUID))).get("amount")).isEqualTo(1.25);
        byte[] framed =
                ByteBuffer.allocate(17 + bare.length).put(guid(GUID)).put(bare).array();
        assertThat(fields(framed).get("amount")).isEqualTo(1.25);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "01020304 | got 4 bytes that begin with 1",
                "0000000007AA | got 6 bytes that begin with 0",
                "020000000700000000000000000000000000 | got 18 bytes that begin with 2",
                "'' | got no bytes",
            })
    void headerOfAnotherKind_isRefused(String hex, String got) {
        byte[] header = new byte[hex.length() / 2];
        for (int i = 0; i < header.length; i++) {
            header[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        }
        assertThatThrownBy(() -> fields(new byte[3], header(header)))
                .hasMessage("header __value_schema_id must be 0 and a schema's id in 4 bytes, or 1 and its GUID in 16; "
                        + got + "; send what a serializer for schema registries writes");
    }

    @Test
    void valueWithoutAFrame_isRefused_andSoIsAWrongId() {
        String rule =
                "value must begin with 0 and a schema's id in 4 bytes, or have the header __value_schema_id; got ";
        assertThatThrownBy(() -> fields("{\"a\":1}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        BadRecordException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FORMAT))
                .hasMessageStartingWith(rule + "7 bytes that begin with 123 ({, as JSON does); send it by");
        assertThatThrownBy(() -> fields(new byte[] {0, 1})).hasMessageStartingWith(rule + "2 bytes that begin with 0");
        assertThatThrownBy(() -> fields(new byte[] {0})).hasMessageStartingWith(rule + "1 byte that is 0");
        assertThatThrownBy(() -> fields(new byte[0])).hasMessageStartingWith(rule + "no bytes");
        assertThatThrownBy(() -> decoder.decode(null, null)).hasMessageContaining("got null (a tombstone)");
        assertThatThrownBy(() -> fields(framed(-2, new byte[3]))).hasMessageContaining("must be at least 0; got -2");
        assertThat(registry.asked()).isEmpty();
    }

    @Test
    void recordThatIsCutAnywhere_orHasSomethingLeftOver_isRefused() {
        registry.has(7, AvroRecords.ORDER);
        byte[] whole = framed(7, order(12.5, "a country"));
        for (int length = 5; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> fields(cut))
                    .as("%d bytes", length)
                    .isInstanceOf(BadRecordException.class)
                    .hasMessageStartingWith(
                            "value must be one whole record of schema id 7 (shop.Order) and nothing else; got ")
                    .hasMessageEndingWith("an end in its midst; send it whole");
        }
        assertThatThrownBy(() -> fields(Arrays.copyOf(whole, whole.length + 1)))
                .hasMessage("value must be one whole record of schema id 7 (shop.Order) and nothing else; got "
                        + (whole.length - 4) + " bytes with more than that; send the record alone");
    }

    /** Whatever the bytes are, they are read or refused in one line: no other exception, no huge array. */
    @Test
    void damagedBytes_areReadOrRefused() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        registry.has(
                7,
                parse(
                        "{'type':'record','name':'Node','fields':[{'name':'s','type':'string'},{'name':'next','type':['null','Node']},"
                                + "{'name':'nulls','type':{'type':'array','items':'null'}},{'name':'m','type':{'type':'map','values':'bytes'}},"
                                + "{'name':'e','type':{'type':'enum','name':'E','symbols':['A']}},"
                                + "{'name':'d','type':{'type':'bytes','logicalType':'decimal','precision':4}}]}"));
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            for (int k = 0; k < bytes.length; k += 1 + random.nextInt(3)) {
                bytes[k] = (byte) random.nextInt(6);
            }
            try {
                assertThat(fields(framed(7, bytes)).entrySet()).isNotEmpty();
            } catch (BadRecordException e) {
                assertThat(e.text()).doesNotContain("\n");
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", " + Arrays.toString(bytes), e);
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void recordOfRecordsWithoutEnd_isRefused() {
        registry.has(7, parse("{'type':'record','name':'Node','fields':[{'name':'next','type':['null','Node']}]}"));
        byte[] deep = new byte[1_000_000];
        Arrays.fill(deep, (byte) 2);
        assertThatThrownBy(() -> fields(framed(7, deep)))
                .isInstanceOf(BadRecordException.class)
                .hasMessageContaining("records nested too deep; send a flatter one");
    }

    @Test
    void unknownId_isTheRecordsFault_andIsAskedForAgain() throws BadRecordException {
        registry.has(7, AvroRecords.ORDER);
        assertThat(fields(framed(7, order(1, "DE"))).get("amount")).isEqualTo(1.0);
        assertThatThrownBy(() -> fields(framed(8, order(1, "DE"))))
                .isInstanceOfSatisfying(
                        BadRecordException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FORMAT))
                .hasMessage(
                        "value must be of a schema that the registry has; got schema id 8, and the registry does not have"
                                + " /schemas/ids/8; register it before sending, in the registry of schema.registry.url");
        registry.has(8, AvroRecords.ORDER);
        assertThat(fields(framed(8, order(2, "DE"))).get("amount")).isEqualTo(2.0);
    }

    @Test
    void guidAtARegistryThatHasNone_isTheRecordsFault() {
        registry.answers("/schemas/guids/" + GUID, 404, "<html>not found</html>");
        registry.answers("/schemas/types", 200, "[\"AVRO\"]");
        assertThatThrownBy(() -> fields(new byte[3], header(guid(GUID))))
                .isInstanceOf(BadRecordException.class)
                .hasMessageContaining("got schema GUID " + GUID);
    }

    @Test
    void references_areFollowed() throws BadRecordException {
        registry.has(
                "/schemas/ids/9",
                "{\"type\":\"record\",\"name\":\"Payment\",\"fields\":[{\"name\":\"card\",\"type\":\"shop.Card\"},{\"name\":\"order\",\"type\":\"shop.Order\"}]}",
                "shop.Card card/value 2",
                "shop.Order order 1");
        registry.has(
                "/subjects/card%2Fvalue/versions/2?deleted=true",
                "{\"type\":\"record\",\"name\":\"Card\",\"namespace\":\"shop\",\"fields\":[{\"name\":\"first\",\"type\":\"Order\"}]}",
                "shop.Order order 1");
        registry.has("/subjects/order/versions/1?deleted=true", AvroRecords.ORDER.toString());
        ByteBuffer value = ByteBuffer.allocate(40);
        byte[] order = bytes(AvroRecords.ORDER, order(3.5, "IT"));
        value.put(order).put(order).flip();
        Map<?, ?> fields = fields(framed(9, Arrays.copyOf(value.array(), value.limit())));
        Map<?, ?> card = (Map<?, ?>) Objects.requireNonNull(fields.get("card"));
        assertThat(((Map<?, ?>) Objects.requireNonNull(card.get("first"))).get("amount"))
                .isEqualTo(3.5);

        registry.answers("/subjects/order/versions/1?deleted=true", 404, "{\"error_code\":40402}");
        registry.has("/schemas/ids/10", "{\"type\":\"array\",\"items\":\"shop.Order\"}", "shop.Order order 1");
        assertThatThrownBy(() -> decoder.decode(framed(10, order), null))
                .hasMessageContaining("got schema id 10, and the registry does not have /subjects/order/versions/1")
                .hasMessageContaining(", to which it refers as shop.Order");
    }

    @Test
    void schemaThatIsNotAvro_isRefused() {
        registry.answers("/schemas/ids/1", 200, "{\"schema\":\"{}\",\"schemaType\":\"JSON\"}");
        registry.answers("/schemas/ids/2", 200, "{\"schema\":\"syntax=proto3\",\"schemaType\":\"PROTOBUF\"}");
        registry.answers("/schemas/ids/3", 200, "{\"schema\":\"{\\\"type\\\":\\\"nothing\\\"}\"}");
        assertThatThrownBy(() -> fields(framed(1, new byte[0])))
                .hasMessageStartingWith(
                        "value must be Avro; got schema id 1, which is JSON; set samples.format=json-schema");
        assertThatThrownBy(() -> fields(framed(2, new byte[0]))).hasMessageContaining("which is PROTOBUF");
        assertThatThrownBy(() -> fields(framed(3, new byte[0])))
                .isInstanceOf(BadRecordException.class)
                .hasMessageStartingWith("value must be of a schema that Avro takes; got schema id 3: ");
    }

    /** Without a reader's schema: what a record has is what its own schema says. */
    @Test
    void schemaThatChangesInMidStream_changesTheFields_forBetterOrWorse() throws BadRecordException {
        Schema more = parse(
                "{'type':'record','name':'Order','namespace':'shop','fields':[{'name':'vip','type':'boolean','default':false},"
                        + "{'name':'amount','type':'int'},{'name':'country','type':['null','string']}]}");
        Schema other = parse(
                "{'type':'record','name':'Order','namespace':'shop','fields':[{'name':'amount','type':'string'}]}");
        registry.has(1, AvroRecords.ORDER);
        registry.has(2, more);
        registry.has(3, other);
        List<Object> amounts = new ArrayList<>();
        for (byte[] value : List.of(
                framed(1, order(1.5, "DE")),
                framed(2, record(more, "amount", 2, "country", "FR")),
                framed(3, record(other, "amount", new Utf8("much"))),
                framed(1, order(2.5, "DE")))) {
            amounts.add(String.valueOf(fields(value).get("amount")));
        }
        assertThat(amounts).containsExactly("1.5", "2", "much", "2.5");
        assertThat(fields(framed(3, record(other, "amount", "x"))).get("country"))
                .isNull();
    }

    @Test
    void readersSchema_bringsDefaultsAliasesAndPromotions_andRefusesWhatDoesNotResolve() throws BadRecordException {
        Schema reader = parse(
                "{'type':'record','name':'Order','namespace':'shop','fields':[{'name':'amount','type':'double'},"
                        + "{'name':'land','aliases':['country'],'type':'string'},{'name':'discount','type':'double','default':0.25}]}");
        Schema whole = parse(
                "{'type':'record','name':'Order','namespace':'shop','fields':[{'name':'amount','type':'int'},{'name':'country','type':'string'}]}");
        Schema poor = parse(
                "{'type':'record','name':'Order','namespace':'shop','fields':[{'name':'country','type':'string'}]}");
        registry.has(1, whole);
        registry.has(2, poor);
        registry.has(5, reader);
        try (TopicDecoder resolving = decoder(5)) {
            Map<?, ?> fields = (Map<?, ?>) Objects.requireNonNull(
                    resolving.decode(framed(1, record(whole, "amount", 3, "country", "DE")), null));
            assertThat(fields.get("amount")).isEqualTo(3.0);
            assertThat(text(fields, "land")).isEqualTo("DE");
            assertThat(fields.get("discount")).isEqualTo(0.25);
            assertThatThrownBy(() -> resolving.decode(framed(2, record(poor, "country", "DE")), null))
                    .isInstanceOf(BadRecordException.class)
                    .hasMessageStartingWith("value must be of a schema that resolves to schema id 5, which"
                            + " avro.reader.schema.id names; got schema id 2 (");
            assertThatThrownBy(() -> resolving.decode(Arrays.copyOf(framed(1, new byte[0]), 6), null))
                    .hasMessageContaining("value must be one whole record of schema id 1 (shop.Order)");
        }
    }

    @Test
    void schemasAreKept_butOnlySoManyOfThem() throws BadRecordException {
        for (int id = 1; id <= AvroSchemas.MOST_KEPT + 1; id++) {
            registry.has(id, AvroRecords.ORDER);
            fields(framed(id, order(1, "DE")));
        }
        fields(framed(AvroSchemas.MOST_KEPT, order(1, "DE")));
        fields(framed(1, order(1, "DE")));
        assertThat(registry.asked()).hasSize(AvroSchemas.MOST_KEPT + 2).endsWith("/schemas/ids/1");
    }
}
