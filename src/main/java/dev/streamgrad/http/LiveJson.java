package dev.streamgrad.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.streamgrad.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** Numbers for the live page: as short as can be, and {@code null} for what is not finite, which JSON has not. */
final class LiveJson {
    private static final Map<String, String> HEADERS =
            Map.of("Cache-Control", "no-store", "X-Content-Type-Options", "nosniff");

    private LiveJson() {}

    /** What writes a document. */
    @FunctionalInterface
    interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    static Answer answer(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
        try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            content.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return fresh(new Answer(200, Answer.JSON, bytes.toByteArray()));
    }

    /** Says of an answer that nobody may keep it. */
    static Answer fresh(Answer answer) {
        return answer.with(HEADERS);
    }

    static void number(JsonGenerator json, String name, double value) throws IOException {
        json.writeFieldName(name);
        number(json, value);
    }

    static void number(JsonGenerator json, double value) throws IOException {
        if (Double.isFinite(value)) {
            Json.writeNumber(json, value);
        } else {
            json.writeNull();
        }
    }

    static void vector(JsonGenerator json, String name, double[] values) throws IOException {
        json.writeFieldName(name);
        vector(json, values);
    }

    static void vector(JsonGenerator json, double[] values) throws IOException {
        json.writeStartArray();
        for (double value : values) {
            number(json, value);
        }
        json.writeEndArray();
    }

    static void matrix(JsonGenerator json, String name, double[][] rows) throws IOException {
        json.writeArrayFieldStart(name);
        for (double[] row : rows) {
            vector(json, row);
        }
        json.writeEndArray();
    }

    /** Numbers that are only drawn, as the nearest floats: half as long. */
    static void floats(JsonGenerator json, double[] values) throws IOException {
        json.writeStartArray();
        for (double value : values) {
            float nearest = (float) value;
            if (nearest == (int) nearest) {
                json.writeNumber((int) nearest);
            } else if (Float.isFinite(nearest)) {
                json.writeNumber(nearest);
            } else {
                json.writeNull();
            }
        }
        json.writeEndArray();
    }
}
