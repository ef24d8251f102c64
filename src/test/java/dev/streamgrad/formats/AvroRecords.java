package dev.streamgrad.formats;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Records as a serializer with a registry writes them. */
final class AvroRecords {
    static final Schema ORDER = parse(
            "{'type':'record','name':'Order','namespace':'shop','fields':[{'name':'amount','type':'double'},{'name':'country','type':'string'}]}");

    private AvroRecords() {}

    /** A schema, with single quotes for double ones. */
    static Schema parse(String schema) {
        return new Schema.Parser().parse(schema.replace('\'', '"'));
    }

    static GenericRecord order(double amount, String country) {
        return record(ORDER, "amount", amount, "country", country);
    }

    /** A record of names and values by turns. */
    static GenericRecord record(Schema schema, Object... fields) {
        GenericRecordBuilder builder = new GenericRecordBuilder(schema);
        for (int i = 0; i < fields.length; i += 2) {
            builder.set((String) fields[i], fields[i + 1]);
        }
        return builder.build();
    }

    static byte[] bytes(Schema schema, Object datum) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        try {
            new GenericDatumWriter<>(schema).write(datum, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] framed(int id, GenericRecord record) {
        return framed(id, bytes(record.getSchema(), record));
    }

    static byte[] framed(int id, byte[] value) {
        return ByteBuffer.allocate(5 + value.length)
                .put((byte) 0)
                .putInt(id)
                .put(value)
                .array();
    }

    static byte[] guid(UUID guid) {
        return ByteBuffer.allocate(17)
                .put((byte) 1)
                .putLong(guid.getMostSignificantBits())
                .putLong(guid.getLeastSignificantBits())
                .array();
    }

    static Headers header(byte[] value) {
        return new RecordHeaders().add(WireFormat.HEADER, value);
    }
}
