package dev.streamgrad.stream;

import java.util.Objects;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * One record on its way through the processor, and what has come of it: a prediction, perhaps with a snapshot, or a
 * dead letter. Reused for one record after the other.
 */
final class InFlightRecord {
    private @Nullable Record<byte[], byte[]> record;
    private @Nullable RecordMetadata from;
    private long ageMillis;
    private byte @Nullable [] model;
    private byte @Nullable [] prediction;
    private byte @Nullable [] snapshot;
    private @Nullable String deadLetter;

    /** Begins with a record. */
    void begin(Record<byte[], byte[]> its, RecordMetadata itsOrigin, long itsAgeMillis) {
        record = its;
        from = itsOrigin;
        ageMillis = itsAgeMillis;
        model = null;
        prediction = null;
        snapshot = null;
        deadLetter = null;
    }

    /** Lets go of the record and of what has come of it. */
    void clear() {
        record = null;
        from = null;
        model = null;
        prediction = null;
        snapshot = null;
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

    void predicted(byte[] itsModel, byte[] itsPrediction, byte @Nullable [] itsSnapshot) {
        model = itsModel;
        prediction = itsPrediction;
        snapshot = itsSnapshot;
    }

    void failed(String reason) {
        deadLetter = reason;
    }

    /** The key of what is to be sent. */
    byte[] model() {
        return Objects.requireNonNull(model);
    }

    /** Null if it is a dead letter. */
    byte @Nullable [] prediction() {
        return prediction;
    }

    byte @Nullable [] snapshot() {
        return snapshot;
    }

    /** Why it is a dead letter; null if it is none. */
    @Nullable
    String deadLetter() {
        return deadLetter;
    }
}
