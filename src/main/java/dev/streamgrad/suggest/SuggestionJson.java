package dev.streamgrad.suggest;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.streamgrad.encoding.Feature;
import dev.streamgrad.json.Json;
import dev.streamgrad.learning.PrequentialMetrics;
import dev.streamgrad.learning.Task;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/** A suggestion for programs: one JSON object on one line. */
public final class SuggestionJson {
    private SuggestionJson() {}

    /**
     * The object.
     *
     * @param settings all that are suggested
     */
    public static String of(Suggestion suggestion, Map<String, String> settings, Rehearsal rehearsal) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = Json.FACTORY.createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("records", suggestion.records());
            json.writeStringField("label", suggestion.label());
            if (!suggestion.isRegression()) {
                writeTexts(json, "classes", suggestion.classes());
            }
            json.writeArrayFieldStart("fields");
            for (Finding finding : suggestion.findings()) {
                write(json, finding);
            }
            json.writeEndArray();
            json.writeObjectFieldStart("settings");
            for (Map.Entry<String, String> setting : settings.entrySet()) {
                json.writeStringField(setting.getKey(), setting.getValue());
            }
            json.writeEndObject();
            writeTexts(json, "remarks", suggestion.remarks());
            writeMetrics(json, rehearsal);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void writeTexts(JsonGenerator json, String name, Iterable<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, Finding finding) throws IOException {
        json.writeStartObject();
        json.writeStringField("field", finding.field());
        json.writeStringField("values", finding.kind());
        Feature feature = finding.feature();
        if (feature != null) {
            json.writeStringField("feature", feature.text());
        } else {
            json.writeStringField("reason", finding.reason());
        }
        json.writeFieldName("missing");
        Json.writeNumber(json, finding.missingShare());
        json.writeNumberField("distinct", finding.distinct());
        json.writeObjectFieldStart("gaps");
        for (Map.Entry<String, Long> gap : finding.gaps().entrySet()) {
            json.writeNumberField(gap.getKey(), gap.getValue());
        }
        json.writeEndObject();
        json.writeNumberField("odd", finding.odd());
        writeTexts(json, "examples", finding.examples());
        json.writeEndObject();
    }

    private static void writeMetrics(JsonGenerator json, Rehearsal rehearsal) throws IOException {
        PrequentialMetrics.Figures figures = rehearsal.figures();
        boolean regression = rehearsal.task() == Task.REGRESSION;
        json.writeObjectFieldStart("metrics");
        json.writeNumberField("samples", figures.samples());
        json.writeNumberField("requests", rehearsal.requests());
        json.writeNumberField("deadLetters", rehearsal.refused());
        write(json, "accuracy", regression ? Double.NaN : figures.score());
        write(json, "logLoss", figures.logLoss());
        write(json, "mae", regression ? figures.score() : Double.NaN);
        write(json, "r2", figures.r2());
        write(json, "baseline", rehearsal.baseline());
        json.writeEndObject();
    }

    /** A figure that there is none of is null. */
    private static void write(JsonGenerator json, String name, double figure) throws IOException {
        json.writeFieldName(name);
        if (Double.isFinite(figure)) {
            Json.writeNumber(json, figure);
        } else {
            json.writeNull();
        }
    }
}
