package dev.streamgrad.formats;

import dev.streamgrad.records.BadRecordException;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** How the values of one format are read, by one thread at a time. */
interface Format extends AutoCloseable {
    /**
     * The tree of a value, as {@link dev.streamgrad.records.RecordDecoder} says.
     *
     * @param end completed when nobody waits for the tree any more
     * @throws BadRecordException if the value is not of this format, now and for ever
     * @throws UnavailableException if that cannot be known at present
     */
    @Nullable
    Object read(byte[] value, @Nullable Headers headers, CompletableFuture<?> end)
            throws BadRecordException, UnavailableException;

    @Override
    default void close() {}
}
