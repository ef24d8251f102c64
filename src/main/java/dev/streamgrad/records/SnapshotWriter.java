package dev.streamgrad.records;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.streamgrad.encoding.Dictionary;
import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.json.Json;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelState;
import dev.streamgrad.learning.PrequentialMetrics;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.learning.StateField;
import dev.streamgrad.learning.Task;
import dev.streamgrad.nn.Layer;
import dev.streamgrad.nn.Parameters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes snapshots, and what HTTP says of a model, as JSON. */
final class SnapshotWriter {
    private final Model model;
    private final JsonGenerator json;

    private SnapshotWriter(Model model, JsonGenerator json) {
        this.model = model;
        this.json = json;
    }

    static byte[] toJson(Snapshot snapshot) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
            new SnapshotWriter(snapshot.model(), json).write(snapshot);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private void write(Snapshot snapshot) throws IOException {
        json.writeStartObject();
        json.writeNumberField("format", snapshot.format());
        json.writeStringField("model", snapshot.name());
        writeSpec();
        String open = "";
        for (StateField field : ModelState.FIELDS) {
            if (field.isIn(model.spec())) {
                open = moveTo(open, objectOf(field.path()));
                json.writeFieldName(nameOf(field.path()));
                write(field);
            }
        }
        moveTo(open, "");
        json.writeObjectFieldStart("source");
        json.writeNumberField("partition", snapshot.source().partition());
        json.writeNumberField("offset", snapshot.source().offset());
        json.writeEndObject();
        SamplesLog log = snapshot.log();
        if (log != null) {
            json.writeObjectFieldStart("log");
            json.writeStringField("topic", log.topicId());
            if (log.keylessModel() != null) {
                json.writeStringField("keylessModel", log.keylessModel());
            }
            if (!log.reading().equals(Reading.BY_DEFAULT)) {
                json.writeObjectFieldStart("reading");
                for (Map.Entry<String, String> setting :
                        new TreeMap<>(log.reading().settings()).entrySet()) {
                    json.writeStringField(setting.getKey(), setting.getValue());
                }
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        json.writeStringField("fingerprint", snapshot.fingerprint());
        json.writeNumberField("time", snapshot.time());
        json.writeEndObject();
    }

    /** Closes the object that is open and opens the one that the next field stands in; empty is the snapshot itself. */
    private String moveTo(String open, String next) throws IOException {
        if (open.equals(next)) {
            return open;
        }
        if (!open.isEmpty()) {
            json.writeEndObject();
        }
        if (!next.isEmpty()) {
            json.writeObjectFieldStart(next);
            if (next.equals("metrics")) {
                writeFigures();
            }
        }
        return next;
    }

    private static String objectOf(String path) {
        return path.contains(".") ? path.substring(0, path.indexOf('.')) : "";
    }

    private static String nameOf(String path) {
        return path.substring(path.indexOf('.') + 1);
    }

    private void write(StateField field) throws IOException {
        if (field instanceof StateField.Whole whole) {
            json.writeNumber(whole.get(model));
        } else if (field instanceof StateField.Flag flag) {
            json.writeBoolean(flag.get(model));
        } else if (field instanceof StateField.Ids ids) {
            writeWords(ids.live().apply(model).ids());
        } else if (field instanceof StateField.Real real) {
            Json.writeNumber(json, real.getter().applyAsDouble(model));
        } else if (field instanceof StateField.Vector vector) {
            Json.writeArray(json, vector.live().apply(model));
        } else if (field instanceof StateField.Layers layers) {
            write(layers.live().apply(model));
        } else if (field instanceof StateField.Slots slots) {
            json.writeStartArray();
            for (Parameters slot : slots.live().apply(model)) {
                write(slot);
            }
            json.writeEndArray();
        } else if (field instanceof StateField.Words words) {
            json.writeStartArray();
            for (Dictionary dictionary : words.live().apply(model).dictionaries()) {
                writeWords(dictionary.words());
            }
            json.writeEndArray();
        } else if (field instanceof StateField.Metrics || field instanceof StateField.Detector) {
            writeState(field);
        }
    }

    private void writeState(StateField field) throws IOException {
        json.writeStartArray();
        try {
            field.forEach(model, number -> {
                try {
                    Json.writeNumber(json, number);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        json.writeEndArray();
    }

    private void writeSpec() throws IOException {
        json.writeObjectFieldStart("spec");
        for (Map.Entry<String, String> setting :
                SpecSettings.format(model.spec()).entrySet()) {
            json.writeStringField(setting.getKey(), setting.getValue());
        }
        json.writeEndObject();
        writeNames();
    }

    /** What people call the inputs, and the classes as far as they are known. */
    private void writeNames() throws IOException {
        Mapping mapping = model.spec().birth().mapping();
        if (mapping != null) {
            json.writeFieldName("inputs");
            writeWords(mapping.inputNames(model.vocabulary()));
            if (mapping.label().isClass()) {
                json.writeFieldName("classes");
                writeWords(mapping.classes(model.vocabulary()));
            }
        }
    }

    private void writeWords(List<String> words) throws IOException {
        json.writeStartArray();
        for (String word : words) {
            json.writeString(word);
        }
        json.writeEndArray();
    }

    /**
     * What a person wants to see of a model, in the words of a snapshot: JSON with name, version, samples, settings,
     * metrics, and its layers, with their weights if there are no more than {@code mostWeights} parameters.
     */
    static byte[] describe(String name, Model model, int mostWeights) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
            new SnapshotWriter(model, json).describe(name, mostWeights);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private void describe(String name, int mostWeights) throws IOException {
        json.writeStartObject();
        json.writeStringField("model", name);
        json.writeNumberField("firstOffset", model.firstOffset());
        json.writeNumberField("lastOffset", model.lastOffset());
        json.writeNumberField("version", model.version());
        json.writeNumberField("controls", model.controls());
        json.writeBooleanField("frozen", model.isFrozen());
        json.writeNumberField("samples", model.samples());
        writeSpec();
        json.writeFieldName("learningRate");
        Json.writeNumber(json, model.learningRate());
        json.writeObjectFieldStart("nonFinite");
        json.writeNumberField("total", model.nonFinite());
        json.writeNumberField("restores", model.restores());
        json.writeEndObject();
        json.writeObjectFieldStart("metrics");
        writeFigures();
        json.writeEndObject();
        if (model.spec().architecture().parameters() <= mostWeights) {
            json.writeFieldName("layers");
            write(model.parameters());
        }
        json.writeStringField("fingerprint", Fingerprint.of(model));
        json.writeEndObject();
    }

    private void write(Parameters parameters) throws IOException {
        json.writeStartArray();
        for (Layer layer : parameters.layers()) {
            json.writeStartObject();
            json.writeArrayFieldStart("weights");
            for (double[] row : layer.weights().getDataRef()) {
                Json.writeArray(json, row);
            }
            json.writeEndArray();
            json.writeFieldName("biases");
            Json.writeArray(json, layer.biases().getDataRef());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeFigures() throws IOException {
        writeFigures("window", model.metrics().window());
        writeFigures("sinceStart", model.metrics().sinceStart());
    }

    private void writeFigures(String field, PrequentialMetrics.Figures figures) throws IOException {
        boolean regression = model.spec().task() == Task.REGRESSION;
        json.writeObjectFieldStart(field);
        json.writeNumberField("samples", figures.samples());
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("loss", figures.loss());
        numbers.put(regression ? "mae" : "accuracy", figures.score());
        numbers.put(regression ? "meanBaseline" : "majorityBaseline", figures.constantScore());
        numbers.put("lastLabelBaseline", figures.lastLabelScore());
        numbers.put(regression ? "r2" : "logLoss", regression ? figures.r2() : figures.logLoss());
        for (Map.Entry<String, Double> number : numbers.entrySet()) {
            json.writeFieldName(number.getKey());
            if (Double.isFinite(number.getValue())) {
                Json.writeNumber(json, number.getValue());
            } else {
                json.writeNull();
            }
        }
        json.writeEndObject();
    }
}
