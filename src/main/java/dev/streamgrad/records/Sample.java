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
 */
public record Sample(
        List<Double> features,
        @Nullable List<Double> label,
        @Nullable String id) {

    /** Copies the lists. */
    public Sample {
        features = List.copyOf(features);
        label = label == null ? null : List.copyOf(label);
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
            if (label != null) {
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
