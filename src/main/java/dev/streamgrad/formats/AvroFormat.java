package dev.streamgrad.formats;

import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Avro's binary encoding of one record, whose schema is in a registry. */
final class AvroFormat implements Format {
    private static final String REMEDY = "send it by a serializer with the schema registry, or set samples.format";

    private final AvroSchemas schemas;
    private final SchemaId.@Nullable Numeric readerId;
    private final Map<SchemaId, GenericDatumReader<Object>> readers = new Recent<>(AvroSchemas.MOST_KEPT);
    private @Nullable BinaryDecoder decoder;

    /**
     * A format.
     *
     * @param readerId what every record is resolved to; 0 if to nothing
     */
    AvroFormat(AvroSchemas schemas, int readerId) {
        this.schemas = schemas;
        this.readerId = readerId == 0 ? null : new SchemaId.Numeric(readerId);
    }

    @Override
    public @Nullable Object read(byte[] value, @Nullable Headers headers, CompletableFuture<?> end)
            throws BadRecordException, UnavailableException {
        WireFormat wire = WireFormat.of(value, headers, REMEDY);
        GenericDatumReader<Object> reader = reader(wire.schema(), end);
        int length = value.length - wire.offset();
        Object datum;
        try {
            BinaryDecoder in = DecoderFactory.get().binaryDecoder(value, wire.offset(), length, decoder);
            decoder = in;
            datum = reader.read(null, in);
            if (!in.isEnd()) {
                throw wrong(wire, reader, length, "more than that; send the record alone");
            }
        } catch (EOFException e) {
            throw wrong(wire, reader, length, "an end in its midst; send it whole");
        } catch (AvroTypeException e) {
            throw unresolved(wire, reader, e);
        } catch (IOException | RuntimeException e) {
            // Damaged bytes may show as anything, such as an index out of range.
            throw wrong(
                    wire,
                    reader,
                    length,
                    "other bytes (" + BadRecordException.shown(String.valueOf(e.getMessage()))
                            + "); send what Avro writes");
        } catch (StackOverflowError e) {
            throw wrong(wire, reader, length, "records nested too deep; send a flatter one");
        }
        return Trees.of(datum, reader.getExpected());
    }

    private GenericDatumReader<Object> reader(SchemaId id, CompletableFuture<?> end)
            throws BadRecordException, UnavailableException {
        GenericDatumReader<Object> kept = readers.get(id);
        if (kept != null) {
            return kept;
        }
        Schema written = schemas.get(id, end);
        GenericDatumReader<Object> reader = new GenericDatumReader<>(written, readerSchema(written, end));
        readers.put(id, reader);
        return reader;
    }

    private Schema readerSchema(Schema written, CompletableFuture<?> end) throws UnavailableException {
        if (readerId == null) {
            return written;
        }
        try {
            return schemas.get(readerId, end);
        } catch (BadRecordException e) {
            // That is no record's fault.
            throw new UnavailableException(
                    "avro.reader.schema.id must be the id of an Avro schema in the registry; got " + readerId.id()
                            + ": " + e.text());
        }
    }

    private BadRecordException unresolved(WireFormat wire, GenericDatumReader<?> reader, AvroTypeException e) {
        String cause = BadRecordException.shown(String.valueOf(e.getMessage()));
        return readerId == null
                ? wrong(wire, reader, 0, "other bytes (" + cause + "); send what Avro writes")
                : new BadRecordException(
                        Reason.FORMAT,
                        "value must be of a schema that resolves to " + readerId
                                + ", which avro.reader.schema.id names; got " + wire.schema() + " (" + cause
                                + "); evolve schemas compatibly, or set another");
    }

    private static BadRecordException wrong(WireFormat wire, GenericDatumReader<?> reader, int length, String got) {
        return new BadRecordException(
                Reason.FORMAT,
                "value must be one whole record of " + wire.schema() + " ("
                        + BadRecordException.shown(reader.getSchema().getFullName()) + ") and nothing else; got "
                        + (length == 0 ? "" : length + " bytes with ") + got);
    }
}
