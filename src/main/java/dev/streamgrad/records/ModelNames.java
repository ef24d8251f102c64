package dev.streamgrad.records;

import dev.streamgrad.encoding.FieldPath;
import dev.streamgrad.encoding.FieldValues;
import dev.streamgrad.records.BadRecordException.Reason;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Says which model a record is for: the one that its key names, or a field of its value, or always the same. Not
 * thread-safe.
 *
 * <p>All records of a model must be in one partition, where one task learns them in their order. With names as keys
 * Kafka's partitioner sees to that; with a field it is for whoever sends the records.
 */
public final class ModelNames {
    private final byte[] defaultKey;
    private final String defaultModel;
    private final int partitions;
    private final boolean keysAreIgnored;
    private final @Nullable FieldPath field;
    private final @Nullable FieldValues values;
    private final @Nullable FieldReader reader;

    /**
     * A rule.
     *
     * @param field the field that names the model; null if none does
     * @param keysAreIgnored whether all records are for the default model, or of several partitions for one each
     * @param defaultModel the model of records without a key
     * @param partitions of the samples topic
     */
    public ModelNames(
            @Nullable FieldPath field,
            boolean keysAreIgnored,
            String defaultModel,
            int partitions,
            ValueFormat format) {
        this.field = field;
        this.keysAreIgnored = keysAreIgnored;
        this.defaultModel = defaultModel;
        this.defaultKey = defaultModel.getBytes(StandardCharsets.UTF_8);
        this.partitions = partitions;
        this.values = field == null ? null : new FieldValues(field);
        this.reader = values == null ? null : new FieldReader(values, format);
    }

    /** Whether a record's key names its model, so that Kafka's partitioner decides where the model is. */
    public boolean areKeys() {
        return field == null && !keysAreIgnored;
    }

    /**
     * The name, as the key of the store and of what is sent.
     *
     * @throws BadRecordException if the record names no model
     */
    public byte[] keyOf(byte @Nullable [] key, byte @Nullable [] value, Headers headers, int partition)
            throws BadRecordException {
        if (values != null && reader != null) {
            reader.read(value, headers);
            return keyIn(values);
        }
        if (keysAreIgnored) {
            return partitions == 1 ? defaultKey : (defaultModel + "-" + partition).getBytes(StandardCharsets.UTF_8);
        }
        if (key != null) {
            return key;
        }
        if (partitions > 1) {
            throw new BadRecordException(
                    Reason.KEY,
                    "key must name a model, because the samples topic has " + partitions
                            + " partitions; got none; send the model's name as the key");
        }
        return defaultKey;
    }

    private byte[] keyIn(FieldValues fields) throws BadRecordException {
        String name = fields.word(0);
        if (name == null || name.isBlank()) {
            throw new BadRecordException(
                    Reason.KEY,
                    BadRecordException.shown(String.valueOf(field)) + " must name a model; got "
                            + (name == null ? "nothing that does" : "a blank name")
                            + "; send a name in it, or set model to another field");
        }
        return name.getBytes(StandardCharsets.UTF_8);
    }
}
