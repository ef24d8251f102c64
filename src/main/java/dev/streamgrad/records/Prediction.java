package dev.streamgrad.records;

import com.fasterxml.jackson.core.JsonGenerator;
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
        private final ByteArrayBuilder buffer = new ByteArrayBuilder();

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
            try (JsonGenerator json = Json.FACTORY.createGenerator(buffer)) {
                json.writeStartObject();
                if (id != null) {
                    json.writeStringField("id", id);
                }
                json.writeFieldName("prediction");
                Json.writeArray(json, prediction);
                if (label != null) {
                    json.writeFieldName("label");
                    Json.writeArray(json, label);
                    json.writeFieldName("loss");
                    Json.writeNumber(json, loss);
                }
                json.writeNumberField("version", version);
                json.writeBooleanField("trained", trained);
                json.writeObjectFieldStart("source");
                json.writeNumberField("partition", partition);
                json.writeNumberField("offset", offset);
                json.writeEndObject();
                json.writeEndObject();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return buffer.toByteArray();
        }
    }
}
