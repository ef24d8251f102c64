package dev.streamgrad.formats;

import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What Confluent's serializers, and all that are compatible with them, put beside a value: which schema it is of.
 *
 * <pre>
 *   0, id in 4 bytes       before the value, which is usual, or in the header __value_schema_id
 *   1, GUID in 16 bytes    in the header __value_schema_id, or before the value
 * </pre>
 *
 * <p>Numbers are big-endian. Where the header is, nothing stands before the value. That is what Confluent's
 * {@code DualSchemaIdDeserializer} reads, and its {@code PrefixSchemaIdSerializer} and {@code HeaderSchemaIdSerializer}
 * write.
 *
 * @param schema which schema it is
 * @param offset where the value itself begins
 */
record WireFormat(SchemaId schema, int offset) {
    /** The header's name. */
    static final String HEADER = "__value_schema_id";

    private static final int WITH_ID = 1 + Integer.BYTES;
    private static final int WITH_GUID = 1 + 2 * Long.BYTES;

    /**
     * Finds it in the header, or else before the value.
     *
     * @param remedy what to do about a value without it
     * @throws BadRecordException if it is in neither
     */
    static WireFormat of(byte[] value, @Nullable Headers headers, String remedy) throws BadRecordException {
        byte[] header = header(headers);
        if (header != null) {
            if (header.length == 0 || header.length != sizeOf(header)) {
                throw new BadRecordException(
                        Reason.FORMAT,
                        "header " + HEADER + " must be 0 and a schema's id in 4 bytes, or 1 and its GUID in 16; got "
                                + shown(header) + "; send what a serializer for schema registries writes");
            }
            return new WireFormat(schema(header), 0);
        }
        int size = sizeOf(value);
        if (size == 0 || value.length < size) {
            throw new BadRecordException(
                    Reason.FORMAT,
                    "value must begin with 0 and a schema's id in 4 bytes, or have the header " + HEADER + "; got "
                            + shown(value) + "; " + remedy);
        }
        return new WireFormat(schema(value), size);
    }

    private static byte @Nullable [] header(@Nullable Headers headers) {
        Header header = headers == null ? null : headers.lastHeader(HEADER);
        return header == null ? null : header.value();
    }

    /** How long it must be by its first byte, the magic one; 0 if that is none. */
    private static int sizeOf(byte[] bytes) {
        return bytes.length == 0 ? 0 : bytes[0] == 0 ? WITH_ID : bytes[0] == 1 ? WITH_GUID : 0;
    }

    private static SchemaId schema(byte[] bytes) throws BadRecordException {
        ByteBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
        if (bytes[0] == 1) {
            return new SchemaId.Guid(new UUID(in.getLong(), in.getLong()));
        }
        int id = in.getInt();
        if (id < 0) {
            throw new BadRecordException(
                    Reason.FORMAT,
                    "the schema's id must be at least 0; got " + id
                            + "; send what a serializer for schema registries writes");
        }
        return new SchemaId.Numeric(id);
    }

    private static String shown(byte[] bytes) {
        return bytes.length == 0
                ? "no bytes"
                : bytes.length + (bytes.length == 1 ? " byte" : " bytes") + " that "
                        + (bytes.length == 1 ? "is " : "begin with ") + (bytes[0] & 0xFF)
                        + (bytes[0] == '{' ? " ({, as JSON does)" : "");
    }
}
