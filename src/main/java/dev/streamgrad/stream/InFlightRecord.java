package dev.streamgrad.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * One record on its way through the processor, and what has come of it: records for the sinks, in order, or the reason
 * why it is a dead letter. Reused for one record after the other.
 */
final class InFlightRecord {
    private @Nullable Record<byte[], byte[]> record;
    private @Nullable RecordMetadata from;
    private long ageMillis;
    private final List<Output> outputs = new ArrayList<>(2);
    private @Nullable String deadLetter;

    /**
     * What is to be sent.
     *
     * @param sink the name of the node that sends it
     * @param key a model's name
     * @param value what is said of the model; null says that it is no more
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Output(String sink, byte[] key, byte @Nullable [] value) {}

    /** Begins with a record. */
    void begin(Record<byte[], byte[]> next, RecordMetadata origin, long age) {
        clear();
        record = next;
        from = origin;
        ageMillis = age;
    }

    /** Lets go of the record and of what has come of it. */
    void clear() {
        record = null;
        from = null;
        outputs.clear();
        deadLetter = null;
    }

    Record<byte[], byte[]> record() {
        return Objects.requireNonNull(record);
    }

    RecordMetadata from() {
        return Objects.requireNonNull(from);
    }

    /** How old the record's timestamp was when it came. */
    long ageMillis() {
        return ageMillis;
    }

    /** Adds what is to be sent, after what has been added before. */
    void send(String sink, byte[] key, byte @Nullable [] value) {
        outputs.add(new Output(sink, key, value));
    }

    void failed(String reason) {
        deadLetter = reason;
    }

    /** What is to be sent, in order. */
    List<Output> outputs() {
        return outputs;
    }

    /** Why it is a dead letter; null if it is none. */
    @Nullable
    String deadLetter() {
        return deadLetter;
    }
}
