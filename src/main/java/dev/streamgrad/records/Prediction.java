package dev.streamgrad.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.streamgrad.encoding.Dictionary;
import dev.streamgrad.json.Json;
import dev.streamgrad.json.JsonWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A prediction as a consumer reads it.
 *
 * @param id the sample's id
 * @param prediction one number per output
 * @param predictedClass the name of the class that it says; null if the model does not know classes by name
 * @param label the sample's label, one number per output; null if it was a request
 * @param loss the loss of the prediction; null if it was a request
 * @param version the model's version that made the prediction
 * @param trained whether the model trained on the sample
 * @param source where the sample stands
 */
public record Prediction(
        @Nullable String id,
        List<Double> prediction,
        @Nullable String predictedClass,
        @Nullable List<Double> label,
        @Nullable Double loss,
        long version,
        boolean trained,
        Source source) {

    private static final ObjectMapper MAPPER = new ObjectMapper(Json.FACTORY);

    /** How many bytes a prediction with this many outputs takes at most. */
    public static long largest(int outputs) {
        return 2L * outputs * Json.LONGEST_NUMBER + 6L * SampleReader.LONGEST_ID + 6L * Dictionary.LONGEST_WORD + 512;
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
                    json.path("class").textValue(),
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
        private static final byte[] BEGIN = JsonWriter.ascii("{");
        private static final byte[] ID = JsonWriter.ascii("\"id\":");
        private static final byte[] NEXT = JsonWriter.ascii(",");
        private static final byte[] PREDICTION = JsonWriter.ascii("\"prediction\":[");
        private static final byte[] CLASS = JsonWriter.ascii("],\"class\":");
        private static final byte[] LABEL = JsonWriter.ascii("],\"label\":[");
        private static final byte[] LABEL_AFTER_CLASS = JsonWriter.ascii(",\"label\":[");
        private static final byte[] LOSS = JsonWriter.ascii("],\"loss\":");
        private static final byte[] VERSION_OF_REQUEST = JsonWriter.ascii("],\"version\":");
        private static final byte[] VERSION = JsonWriter.ascii(",\"version\":");
        private static final byte[] TRAINED = JsonWriter.ascii(",\"trained\":true,\"source\":{\"partition\":");
        private static final byte[] NOT_TRAINED = JsonWriter.ascii(",\"trained\":false,\"source\":{\"partition\":");
        private static final byte[] OFFSET = JsonWriter.ascii(",\"offset\":");
        private static final byte[] END = JsonWriter.ascii("}}");

        private final JsonWriter json = new JsonWriter();

        /**
         * The record's value.
         *
         * @param predictedClass the name of the class that the prediction says; null for none
         * @param label null for a request, whose loss is then ignored
         * @throws IllegalArgumentException if a number is not finite
         */
        public byte[] write(
                @Nullable String id,
                double[] prediction,
                @Nullable String predictedClass,
                double @Nullable [] label,
                double loss,
                long version,
                boolean trained,
                int partition,
                long offset) {
            json.start();
            json.raw(BEGIN);
            if (id != null) {
                json.raw(ID);
                json.string(id);
                json.raw(NEXT);
            }
            json.raw(PREDICTION);
            json.elements(prediction);
            if (predictedClass != null) {
                json.raw(CLASS);
                json.string(predictedClass);
            }
            if (label != null) {
                json.raw(predictedClass == null ? LABEL : LABEL_AFTER_CLASS);
                json.elements(label);
                json.raw(LOSS);
                json.number(loss);
                json.raw(VERSION);
            } else {
                json.raw(predictedClass == null ? VERSION_OF_REQUEST : VERSION);
            }
            json.number(version);
            json.raw(trained ? TRAINED : NOT_TRAINED);
            json.number((long) partition);
            json.raw(OFFSET);
            json.number(offset);
            json.raw(END);
            return json.toByteArray();
        }
    }
}
