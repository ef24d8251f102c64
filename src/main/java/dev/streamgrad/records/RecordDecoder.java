package dev.streamgrad.records;

import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Makes fields of a record's value, for formats that are not JSON text.
 *
 * <p>What comes out is a tree of {@code Map<String, ?>}, {@code List<?>}, {@link CharSequence}, {@link Number},
 * {@link Boolean} and null. Anything else in it is a value that no feature can be made of, such as bytes: its
 * {@code toString} is what an error says of it. A tree may be a view that makes a value when it is asked for; it
 * belongs to whoever has it until the next record is decoded.
 */
public interface RecordDecoder {
    /**
     * The tree of a record's value.
     *
     * @throws BadRecordException if the value is not in the decoder's format
     */
    @Nullable
    Object decode(byte[] value, @Nullable Headers headers) throws BadRecordException;
}
