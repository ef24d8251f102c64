package dev.streamgrad.records;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.streamgrad.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sample as a producer sends it.
 *
 * @param features one number per input
 * @param label one number per output; null makes it a request
 * @param id copied to the prediction; null for none
 * @param bareLabel whether the label, of one number, is sent as that number and not as an array of one. A model with
 *     one output takes either; one with a softmax of several takes a bare number as the index of the class
 */
public record Sample(
        List<Double> features,
        @Nullable List<Double> label,
        @Nullable String id,
        boolean bareLabel) {

    /** Copies the lists. */
    public Sample {
        features = List.copyOf(features);
        label = label == null ? null : List.copyOf(label);
        if (bareLabel && (label == null || label.size() != 1)) {
            throw new IllegalArgumentException("bareLabel must not be set unless label has one number; got " + label);
        }
    }

    /** A sample whose label, if it has one, is sent as an array. */
    public Sample(List<Double> features, @Nullable List<Double> label, @Nullable String id) {
        this(features, label, id, false);
    }

    /** A sample without an id whose label is sent as a number. */
    public static Sample withBareLabel(List<Double> features, double label) {
        return new Sample(features, List.of(label), null, true);
    }

    /** The record's value. */
    public byte[] toJson() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
        try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            if (id != null) {
                json.writeStringField("id", id);
            }
            write(json, "features", features);
            if (label != null && bareLabel) {
                json.writeFieldName("label");
                Json.writeNumber(json, label.get(0));
            } else if (label != null) {
                write(json, "label", label);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, String field, List<Double> numbers) throws IOException {
        json.writeFieldName(field);
        json.writeStartArray();
        for (double number : numbers) {
            Json.writeNumber(json, number);
        }
        json.writeEndArray();
    }
}
