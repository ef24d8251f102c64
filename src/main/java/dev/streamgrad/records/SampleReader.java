package dev.streamgrad.records;

import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Reads samples for models of one birth. What it has read is its own, and the next {@link #read} overwrites it. Not
 * thread-safe.
 *
 * <p>A record is taken in two steps: {@link #read} says whether it is a sample or a request, {@link #encode} makes its
 * numbers, which may depend on words that the model has learned.
 */
public sealed interface SampleReader permits ArrayReader, MappedReader {
    /** The longest id, in characters: a prediction repeats it, and must not outgrow what a topic takes. */
    int LONGEST_ID = 1024;

    /**
     * A reader for models of this spec, or of any other with the same birth.
     *
     * @param format what the records' values are; without a mapping they must be JSON
     */
    static SampleReader of(ModelSpec spec, ValueFormat format) {
        return spec.birth().mapping() == null
                ? new ArrayReader(spec, format.frame())
                : new MappedReader(spec.birth().mapping(), spec, format);
    }

    /** As {@link #of(ModelSpec, ValueFormat)}, for JSON. */
    static SampleReader of(ModelSpec spec) {
        return of(spec, ValueFormat.JSON);
    }

    /**
     * Reads one record.
     *
     * @param model the name of the model that it is for; null if it is not known
     * @param exists whether there is a model of that name: what to do about a wrong number of features depends on it
     * @throws BadRecordException if it is not a sample for this reader's models
     */
    void read(byte @Nullable [] value, Headers headers, @Nullable String model, boolean exists)
            throws BadRecordException;

    /** As {@link #read(byte[], Headers, String, boolean)}, for a value that came without headers. */
    default void read(byte @Nullable [] value) throws BadRecordException {
        read(value, new RecordHeaders(), null, true);
    }

    /**
     * Makes the numbers of the record that was read, for a model. If it is a sample, what it brings to the model's
     * vocabulary is noted there, and becomes part of it when the model trains on it.
     *
     * @throws BadRecordException if a value cannot be used
     */
    void encode(Model model) throws BadRecordException;

    /**
     * The mapped features that none of the first hundred records had: not empty only after the hundredth, so that it
     * can be said once.
     */
    default List<String> fieldsNeverMet() {
        return List.of();
    }

    /** Whether the last record has a label. */
    boolean hasLabel();

    /** The features of the last record that was encoded, finite; NaN is a quantity that is missing and has a mean. */
    double[] features();

    /** The label, one number per output; a class has become a one-hot vector. */
    double[] label();

    /** The weight, 1 if the record has none. */
    double weight();

    /**
     * The id: well-formed Unicode. Half of a surrogate pair, which only an escape can send, has become U+FFFD as strict
     * readers of the sample make it; the sample is learned as ever, because the models of a log must not depend on what
     * an id is taken for.
     */
    @Nullable
    String id();
}
