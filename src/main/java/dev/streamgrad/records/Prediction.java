package dev.streamgrad.records;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A prediction as a consumer reads it.
 *
 * @param id the sample's id
 * @param prediction one number per output
 * @param label the sample's label, one number per output; null if it was a request
 * @param loss the loss of the prediction; null if it was a request
 * @param version the model's version that made the prediction
 * @param trained whether the model trained on the sample
 * @param source where the sample stands
 */
public record Prediction(
        @Nullable String id,
        List<Double> prediction,
        @Nullable List<Double> label,
        @Nullable Double loss,
        long version,
        boolean trained,
        Source source) {

    private static final ObjectMapper MAPPER = new ObjectMapper(Json.FACTORY);

    /** How many bytes a prediction with this many outputs takes at most. */
    public static long largest(int outputs) {
        return 2L * outputs * Json.LONGEST_NUMBER + 6L * SampleReader.LONGEST_ID + 512;
    }

    /** Copies the lists. */
    public Prediction {
        prediction = List.copyOf(prediction);
        label = label == null ? null : List.copyOf(label);
    }

    /**
     * Reads a record's value.
     *
     * @throws IllegalArgumentException if it is not a prediction
     */
    public static Prediction read(byte[] value) {
        try {
            JsonNode json = MAPPER.readTree(value);
            JsonNode source = json.required("source");
            return new Prediction(
                    json.hasNonNull("id") ? json.get("id").textValue() : null,
                    numbers(json.required("prediction")),
                    json.has("label") ? numbers(json.get("label")) : null,
                    json.has("loss") ? (Double) json.get("loss").doubleValue() : null,
                    json.required("version").longValue(),
                    json.required("trained").booleanValue(),
                    new Source(
                            source.required("partition").intValue(),
                            source.required("offset").longValue()));
        } catch (IOException e) {
            throw new IllegalArgumentException("not a prediction: " + BadRecordException.shown(e.getMessage()), e);
        }
    }

    private static List<Double> numbers(JsonNode array) {
        List<Double> numbers = new ArrayList<>(array.size());
        array.forEach(number -> numbers.add(number.doubleValue()));
        return numbers;
    }

    /** Writes predictions from the learner's own arrays: no {@link Prediction} is made on the way. Not thread-safe. */
    public static final class Writer {
        /** Encoded once, where a name as a String would be encoded for every record. */
        private static final SerializedString ID = new SerializedString("id");

        private static final SerializedString PREDICTION = new SerializedString("prediction");
        private static final SerializedString LABEL = new SerializedString("label");
        private static final SerializedString LOSS = new SerializedString("loss");
        private static final SerializedString VERSION = new SerializedString("version");
        private static final SerializedString TRAINED = new SerializedString("trained");
        private static final SerializedString SOURCE = new SerializedString("source");
        private static final SerializedString PARTITION = new SerializedString("partition");
        private static final SerializedString OFFSET = new SerializedString("offset");

        private final ByteArrayBuilder buffer = new ByteArrayBuilder();
        /** Writes one record after the other; null before the first, and after one that could not be written. */
        private @Nullable JsonGenerator generator;

        /**
         * The record's value.
         *
         * @param label null for a request, whose loss is then ignored
         */
        public byte[] write(
                @Nullable String id,
                double[] prediction,
                double @Nullable [] label,
                double loss,
                long version,
                boolean trained,
                int partition,
                long offset) {
            buffer.reset();
            try {
                JsonGenerator json = generator == null ? Json.FACTORY.createGenerator(buffer) : generator;
                // What a failure leaves behind in a generator must not get into the next record.
                generator = null;
                json.writeStartObject();
                if (id != null) {
                    json.writeFieldName(ID);
                    json.writeString(id);
                }
                json.writeFieldName(PREDICTION);
                Json.writeArray(json, prediction);
                if (label != null) {
                    json.writeFieldName(LABEL);
                    Json.writeArray(json, label);
                    json.writeFieldName(LOSS);
                    Json.writeNumber(json, loss);
                }
                json.writeFieldName(VERSION);
                json.writeNumber(version);
                json.writeFieldName(TRAINED);
                json.writeBoolean(trained);
                json.writeFieldName(SOURCE);
                json.writeStartObject();
                json.writeFieldName(PARTITION);
                json.writeNumber(partition);
                json.writeFieldName(OFFSET);
                json.writeNumber(offset);
                json.writeEndObject();
                json.writeEndObject();
                json.flush();
                generator = json;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return buffer.toByteArray();
        }
    }
}
