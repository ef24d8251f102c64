package dev.streamgrad.formats;

import static dev.streamgrad.formats.AvroRecords.bytes;
import static dev.streamgrad.formats.AvroRecords.framed;
import static dev.streamgrad.formats.AvroRecords.header;
import static dev.streamgrad.formats.AvroRecords.order;
import static dev.streamgrad.formats.AvroRecords.parse;
import static dev.streamgrad.formats.AvroRecords.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.settings.Settings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real registry answers is what is expected of one. */
class RegistryIT {
    @Test
    void schemas_areFound_byIdReferenceAndHeader_andWhatIsNotThereIsSaidToBe(@TempDir Path folder) throws Exception {
        try (RegistryProcess registry = RegistryProcess.start(folder)) {
            int id = registry.register("orders-value", AvroRecords.ORDER);
            Schema evolved = parse(
                    "{'type':'record','name':'Order','namespace':'shop','fields':[{'name':'amount','type':'double'},"
                            + "{'name':'country','type':'string'},{'name':'vip','type':'boolean','default':false}]}");
            int second = registry.register("orders-value", evolved);
            int referring = registry.register(
                    "payments-value",
                    "{\"type\":\"record\",\"name\":\"Payment\",\"fields\":[{\"name\":\"order\",\"type\":\"shop.Order\"}]}",
                    "shop.Order orders-value 1");
            Settings settings =
                    MappedSettings.of(Map.of("samples.format", "avro", "schema.registry.url", registry.url()));
            try (TopicDecoder decoder =
                    Objects.requireNonNull(Formats.of(settings).newDecoder())) {
                byte[] bare = bytes(AvroRecords.ORDER, order(12.5, "DE"));
                assertThat(fields(decoder.decode(framed(id, bare), null)).get("amount"))
                        .isEqualTo(12.5);
                assertThat(fields(decoder.decode(bare, header(framed(id, new byte[0]))))
                                .get("amount"))
                        .isEqualTo(12.5);
                assertThat(fields(decoder.decode(
                                        framed(second, record(evolved, "amount", 1.0, "country", "FR", "vip", true)),
                                        null))
                                .get("vip"))
                        .isEqualTo(true);
                assertThat(fields(fields(decoder.decode(framed(referring, bare), null))
                                        .get("order"))
                                .get("amount"))
                        .isEqualTo(12.5);
                assertThatThrownBy(() -> decoder.decode(framed(4711, bare), null))
                        .isInstanceOf(BadRecordException.class)
                        .hasMessageContaining("got schema id 4711, and the registry does not have /schemas/ids/4711");
                // This one knows no GUIDs.
                assertThatThrownBy(() -> decoder.decode(bare, header(AvroRecords.guid(new UUID(1, 2)))))
                        .isInstanceOf(BadRecordException.class)
                        .hasMessageContaining("got schema GUID 00000000-0000-0001-0000-000000000002");
            }
        }
    }

    private static Map<?, ?> fields(@Nullable Object tree) {
        return (Map<?, ?>) Objects.requireNonNull(tree);
    }
}
