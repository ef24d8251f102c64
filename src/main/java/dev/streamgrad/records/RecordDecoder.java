package dev.streamgrad.records;

import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Makes fields of a record's value, for formats that are not JSON text. */
public interface RecordDecoder {
    /**
     * Decodes a value.
     *
     * @return a tree of {@code Map<String, ?>}, {@code List<?>}, {@link CharSequence}, {@link Number}, {@link Boolean}
     *     and null
     * @throws BadRecordException if the value cannot be decoded
     */
    @Nullable
    Object decode(byte[] value, @Nullable Headers headers) throws BadRecordException;
}
