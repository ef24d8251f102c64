package dev.streamgrad.records;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import dev.streamgrad.json.Json;
import dev.streamgrad.learning.FeatureScaler;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.PrequentialMetrics;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.learning.Task;
import dev.streamgrad.nn.Layer;
import dev.streamgrad.nn.Parameters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleSupplier;

/**
 * A model at a version: enough to resume, to audit and to serve. As JSON:
 *
 * <pre>
 *   format               1; a reader refuses a newer one
 *   model, firstOffset, version, samples
 *   spec                 the model's settings, by their names
 *   layers               [{"weights":[[…]],"biases":[…]}], weights in × out
 *   optimizer            its steps, and its memory: slots, each in the form of layers
 *   batch                the unfinished mini-batch: samples and gradient sum; only if batch.size is over 1
 *   scaling              count, means, squares; only with features.scaling
 *   learningRateFactor, nonFinite, metrics
 *   source               partition and offset of the last sample in it
 *   fingerprint, time    time is the last sample's timestamp, in milliseconds
 * </pre>
 *
 * <p>Doubles are in their shortest round-trip form, so the bits survive.
 *
 * @param name the model's name
 * @param model the model, ready to learn on
 * @param source where the last sample in it stands
 * @param fingerprint what the snapshot says its fingerprint is
 * @param time the last sample's timestamp, in milliseconds since 1970
 */
public record Snapshot(String name, Model model, Source source, String fingerprint, long time) {
    /** The version of the format that this release writes, and the newest it reads. */
    public static final int FORMAT = 1;

    /** The brackets and comma around a row of weights; a layer's own names count as some rows more. */
    private static final int LONGEST_ROW_FRAME = 3;

    private static final int LAYER_ROWS = 16;

    /** What is around all numbers. */
    private static final int LONGEST_FRAME = 16 * 1024;

    private static final ObjectMapper MAPPER = new ObjectMapper(Json.FACTORY
            .rebuild()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Json.DEEPEST)
                    .build())
            .build());

    /** How many bytes a snapshot of this spec takes at most. */
    public static long largest(ModelSpec spec) {
        long numbers = Model.learnedNumbers(spec)
                + PrequentialMetrics.largest(spec.architecture().outputs());
        long rows = 0;
        for (int size : spec.architecture().sizes()) {
            rows += size + LAYER_ROWS;
        }
        long groups = 2L + spec.optimizer().slots();
        return Json.LONGEST_NUMBER * numbers
                + LONGEST_ROW_FRAME * rows * groups
                + LONGEST_FRAME
                + 6L * ModelName.LONGEST;
    }

    /** A snapshot of a model as it is now. The model is not copied: write it before the model learns on. */
    public static Snapshot of(String name, Model model, Source source, long time) {
        return new Snapshot(name, model, source, Fingerprint.of(model), time);
    }

    /** Whether the model really has the fingerprint that the snapshot says. */
    public boolean isIntact() {
        return Fingerprint.of(model).equals(fingerprint);
    }

    /** The record's value. */
    public byte[] toJson() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
            write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private void write(JsonGenerator json) throws IOException {
        Model.Counters counters = model.counters();
        json.writeStartObject();
        json.writeNumberField("format", FORMAT);
        writeHead(json);
        json.writeFieldName("layers");
        write(json, model.parameters());
        json.writeObjectFieldStart("optimizer");
        json.writeNumberField("steps", counters.optimizerSteps());
        json.writeArrayFieldStart("slots");
        for (Parameters slot : model.state().slots()) {
            write(json, slot);
        }
        json.writeEndArray();
        json.writeEndObject();
        Parameters pending = model.pending();
        if (pending != null) {
            json.writeObjectFieldStart("batch");
            json.writeNumberField("samples", counters.pendingSamples());
            json.writeFieldName("gradient");
            write(json, pending);
            json.writeEndObject();
        }
        FeatureScaler scaler = model.scaler();
        if (scaler != null) {
            json.writeObjectFieldStart("scaling");
            json.writeNumberField("count", scaler.count());
            json.writeFieldName("means");
            Json.writeArray(json, scaler.mean());
            json.writeFieldName("squares");
            Json.writeArray(json, scaler.squares());
            json.writeEndObject();
        }
        json.writeFieldName("learningRateFactor");
        Json.writeNumber(json, model.learningRateFactor());
        writeNonFinite(json);
        writeMetrics(json);
        json.writeObjectFieldStart("source");
        json.writeNumberField("partition", source.partition());
        json.writeNumberField("offset", source.offset());
        json.writeEndObject();
        json.writeStringField("fingerprint", fingerprint);
        json.writeNumberField("time", time);
        json.writeEndObject();
    }

    private void writeHead(JsonGenerator json) throws IOException {
        Model.Counters counters = model.counters();
        json.writeStringField("model", name);
        json.writeNumberField("firstOffset", counters.firstOffset());
        json.writeNumberField("version", counters.version());
        json.writeNumberField("samples", counters.samples());
        json.writeObjectFieldStart("spec");
        for (Map.Entry<String, String> setting :
                SpecSettings.format(model.spec()).entrySet()) {
            json.writeStringField(setting.getKey(), setting.getValue());
        }
        json.writeEndObject();
    }

    private void writeNonFinite(JsonGenerator json) throws IOException {
        Model.Counters counters = model.counters();
        json.writeObjectFieldStart("nonFinite");
        json.writeNumberField("total", counters.nonFinite());
        json.writeNumberField("inARow", counters.nonFiniteInARow());
        json.writeNumberField("restores", counters.restores());
        json.writeEndObject();
    }

    /**
     * What a person wants to see of a model, in the words of a snapshot: JSON with name, version, samples, settings,
     * metrics, and its layers, with their weights if there are no more than {@code mostWeights} parameters.
     */
    public static byte[] describe(String name, Model model, int mostWeights) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        Snapshot now = of(name, model, new Source(0, 0), 0);
        try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            now.writeHead(json);
            json.writeFieldName("learningRate");
            Json.writeNumber(json, model.learningRate());
            now.writeNonFinite(json);
            json.writeObjectFieldStart("metrics");
            now.writeFigures(json);
            json.writeEndObject();
            if (model.spec().architecture().parameters() <= mostWeights) {
                json.writeFieldName("layers");
                write(json, model.parameters());
            }
            json.writeStringField("fingerprint", now.fingerprint());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, Parameters parameters) throws IOException {
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

    private void writeMetrics(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("metrics");
        writeFigures(json);
        json.writeArrayFieldStart("state");
        try {
            model.metrics().write(number -> {
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
        json.writeEndObject();
    }

    private void writeFigures(JsonGenerator json) throws IOException {
        writeFigures(json, "window", model.metrics().window());
        writeFigures(json, "sinceStart", model.metrics().sinceStart());
    }

    private void writeFigures(JsonGenerator json, String field, PrequentialMetrics.Figures figures) throws IOException {
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

    /**
     * Reads a record's value. Whether the fingerprint fits is {@link #isIntact}'s to say.
     *
     * @throws IllegalArgumentException if it is not a snapshot of a format this release reads
     */
    public static Snapshot read(byte[] value) {
        try {
            return read(MAPPER.readTree(value));
        } catch (IOException e) {
            throw new IllegalArgumentException("not a snapshot: " + BadRecordException.shown(e.getMessage()), e);
        }
    }

    private static Snapshot read(JsonNode json) {
        int format = json.required("format").intValue();
        if (format != FORMAT) {
            throw new IllegalArgumentException("unknown format " + format + " of a snapshot, this release reads up to "
                    + FORMAT + "; use the release that wrote it, or a newer one");
        }
        Map<String, String> settings = new LinkedHashMap<>();
        json.required("spec")
                .properties()
                .forEach(setting ->
                        settings.put(setting.getKey(), setting.getValue().asText()));
        ModelSpec spec = SpecSettings.parse(settings);

        JsonNode batch = json.path("batch");
        JsonNode scaling = json.path("scaling");
        JsonNode nonFinite = json.required("nonFinite");
        Model.Counters counters = new Model.Counters(
                json.required("firstOffset").longValue(),
                json.required("version").longValue(),
                json.required("optimizer").required("steps").longValue(),
                json.required("samples").longValue(),
                batch.path("samples").intValue(),
                scaling.path("count").longValue(),
                nonFinite.required("inARow").intValue(),
                nonFinite.required("total").longValue(),
                nonFinite.required("restores").longValue());

        List<Double> learned = new ArrayList<>();
        addLayers(json.required("layers"), learned::add);
        json.required("optimizer").required("slots").forEach(slot -> addLayers(slot, learned::add));
        // A snapshot is taken when the checkpoint is, so what the model would go back to is what it is.
        List<Double> checkpoint = new ArrayList<>(learned);
        if (spec.batchSize() > 1) {
            addLayers(batch.required("gradient"), learned::add);
        }
        if (!scaling.isMissingNode()) {
            checkpoint.add((double) counters.scaled());
            for (String statistics : List.of("means", "squares")) {
                addNumbers(scaling.required(statistics), learned::add);
                addNumbers(scaling.required(statistics), checkpoint::add);
            }
        }
        checkpoint.add((double) counters.optimizerSteps());
        addNumbers(json.required("learningRateFactor"), learned::add);
        if (learned.size() != Model.learnedNumbers(spec)) {
            throw new IllegalArgumentException("a snapshot of " + spec.architecture() + " must have "
                    + Model.learnedNumbers(spec) + " learned numbers; got " + learned.size());
        }
        Iterator<Double> metrics = metricsOf(json);
        Model model;
        try {
            model = Model.restore(spec, counters, numbers(learned), numbers(checkpoint), metrics::next);
        } catch (NoSuchElementException e) {
            throw new IllegalArgumentException("a snapshot's metrics.state must have more numbers; got too few", e);
        }
        if (metrics.hasNext()) {
            throw new IllegalArgumentException("a snapshot's metrics.state must have fewer numbers; got too many");
        }
        JsonNode source = json.required("source");
        return new Snapshot(
                text(json, "model"),
                model,
                new Source(
                        source.required("partition").intValue(),
                        source.required("offset").longValue()),
                text(json, "fingerprint"),
                json.required("time").longValue());
    }

    private static String text(JsonNode json, String field) {
        String text = json.required(field).textValue();
        if (text == null) {
            throw new IllegalArgumentException("a snapshot's " + field + " must be a string; got "
                    + json.get(field).getNodeType());
        }
        return text;
    }

    private static Iterator<Double> metricsOf(JsonNode json) {
        List<Double> metrics = new ArrayList<>();
        addNumbers(json.required("metrics").required("state"), metrics::add);
        return metrics.iterator();
    }

    private static DoubleSupplier numbers(List<Double> numbers) {
        Iterator<Double> iterator = numbers.iterator();
        return iterator::next;
    }

    private static void addLayers(JsonNode layers, DoubleConsumer to) {
        for (JsonNode layer : layers) {
            layer.required("weights").forEach(row -> addNumbers(row, to));
            addNumbers(layer.required("biases"), to);
        }
    }

    private static void addNumbers(JsonNode node, DoubleConsumer to) {
        if (node.isArray()) {
            node.forEach(number -> addNumbers(number, to));
        } else if (node.getNodeType() == JsonNodeType.NUMBER) {
            to.accept(node.doubleValue());
        } else {
            throw new IllegalArgumentException(
                    "a snapshot's numbers must be numbers; got " + BadRecordException.shown(node.toString()));
        }
    }
}
