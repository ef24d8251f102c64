package dev.streamgrad.records;

import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** What stands before the JSON text in a record's value. */
public interface RecordFrame {
    /** Nothing: the value is JSON text. */
    RecordFrame NONE = (value, headers) -> 0;

    /**
     * How many bytes stand there.
     *
     * @throws BadRecordException if it is not what should stand there
     */
    int length(byte[] value, @Nullable Headers headers) throws BadRecordException;
}
