package dev.streamgrad.records;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.streamgrad.json.Json;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.ModelState;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.learning.StateField;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.PrimitiveIterator;
import java.util.Set;
import java.util.function.DoubleConsumer;
import java.util.stream.DoubleStream;

/** Reads snapshots. */
final class SnapshotReader {
    private static final ObjectMapper MAPPER = new ObjectMapper(Json.FACTORY
            .rebuild()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Json.DEEPEST)
                    .build())
            .build());

    /**
     * Where format 1 has what it has not by its own name. Neither a command nor an early snapshot had been invented.
     */
    private static final Map<String, String> FORMAT_1_PATHS = Map.of(
            "lastOffset", "source.offset",
            "steps", "version",
            "checkpoint.layers", "layers",
            "checkpoint.slots", "optimizer.slots",
            "checkpoint.steps", "optimizer.steps",
            "checkpoint.scaled", "scaling.count",
            "checkpoint.means", "scaling.means",
            "checkpoint.squares", "scaling.squares");

    /** What is as it is in a new model where no command had been invented. */
    private static final Set<String> WITHOUT_COMMANDS = Set.of("controls", "frozen", "commands");

    private final JsonNode json;
    private final int format;

    private SnapshotReader(JsonNode json) {
        this.json = json;
        this.format = json.required("format").intValue();
        if (format < 1 || format > Snapshot.FORMAT) {
            throw new IllegalArgumentException("unknown format " + format + " of a snapshot, this release reads up to "
                    + Snapshot.FORMAT + "; use the release that wrote it, or a newer one");
        }
    }

    static Snapshot read(byte[] value) {
        return new SnapshotReader(tree(value)).read(value.length);
    }

    static JsonNode tree(byte[] value) {
        try {
            return MAPPER.readTree(value);
        } catch (IOException e) {
            throw new IllegalArgumentException("not a snapshot: " + BadRecordException.shown(e.getMessage()), e);
        }
    }

    private Snapshot read(int bytes) {
        Map<String, String> settings = new LinkedHashMap<>();
        json.required("spec")
                .properties()
                .forEach(setting ->
                        settings.put(setting.getKey(), setting.getValue().asText()));
        ModelSpec spec = SpecSettings.parse(settings);
        // A number takes two bytes at least. Asked before a model is made, which takes as much memory as the spec says.
        if (spec.architecture().parameters() > bytes / 2) {
            throw new IllegalArgumentException("a snapshot's layers must have "
                    + spec.architecture().parameters() + " numbers for " + spec.architecture() + "; got fewer");
        }
        Model model = Model.restore(spec, made -> {
            for (StateField field : ModelState.FIELDS) {
                if (field.isIn(spec)) {
                    read(field, made);
                }
            }
        });
        JsonNode source = json.required("source");
        return new Snapshot(
                format,
                text("model"),
                model,
                new Source(
                        source.required("partition").intValue(),
                        source.required("offset").longValue()),
                format == 1 ? null : log(json.required("log")),
                text("fingerprint"),
                json.required("time").longValue());
    }

    private static SamplesLog log(JsonNode log) {
        Map<String, String> reading = new LinkedHashMap<>();
        log.path("reading")
                .properties()
                .forEach(setting ->
                        reading.put(setting.getKey(), setting.getValue().asText()));
        return new SamplesLog(
                log.required("topic").asText(), log.path("keylessModel").textValue(), new Reading(reading));
    }

    private void read(StateField field, Model model) {
        String path = field.path();
        if (format == 1) {
            if (WITHOUT_COMMANDS.contains(path)) {
                return;
            }
            path = FORMAT_1_PATHS.getOrDefault(path, path);
        }
        JsonNode node = json;
        for (String name : path.split("\\.", -1)) {
            node = node.required(name);
        }
        if (field instanceof StateField.Whole whole) {
            setWhole(whole, model, node);
            return;
        }
        if (field instanceof StateField.Flag flag) {
            flag.set(model, node.booleanValue());
            return;
        }
        DoubleStream.Builder collected = DoubleStream.builder();
        if (field instanceof StateField.Ids) {
            collectIds(node, collected);
            fillAll(field, model, collected.build().toArray());
            return;
        }
        if (field instanceof StateField.Words) {
            node.forEach(dictionary -> collectWords(dictionary, collected));
            fillAll(field, model, collected.build().toArray());
            return;
        }
        collect(node, path, collected);
        double[] numbers = collected.build().toArray();
        if (field instanceof StateField.Metrics || field instanceof StateField.Detector) {
            fillAll(field, model, numbers);
            return;
        }
        long expected = field.numbers(model.spec());
        if (numbers.length != expected) {
            throw new IllegalArgumentException("a snapshot's " + path + " must have " + expected + " numbers for "
                    + model.spec().architecture() + "; got " + numbers.length);
        }
        field.fill(model, Arrays.stream(numbers).iterator()::nextDouble);
    }

    private static void setWhole(StateField.Whole whole, Model model, JsonNode node) {
        try {
            whole.set(model, node.longValue());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "a snapshot's " + whole.path() + " must be at most " + Integer.MAX_VALUE + "; got "
                            + BadRecordException.shown(node.toString()),
                    e);
        }
    }

    /** Fills a field whose numbers say themselves how many there are. */
    private static void fillAll(StateField field, Model model, double[] numbers) {
        PrimitiveIterator.OfDouble iterator = Arrays.stream(numbers).iterator();
        try {
            field.fill(model, iterator::nextDouble);
        } catch (NoSuchElementException e) {
            throw new IllegalArgumentException("a snapshot's " + field.path() + " must have more; got too few", e);
        }
        if (iterator.hasNext()) {
            throw new IllegalArgumentException("a snapshot's " + field.path() + " must have fewer; got too many");
        }
    }

    private static void collectWords(JsonNode dictionary, DoubleConsumer to) {
        to.accept(dictionary.size());
        dictionary.forEach(word -> {
            byte[] bytes = word.asText().getBytes(StandardCharsets.UTF_8);
            to.accept(bytes.length);
            for (byte b : bytes) {
                to.accept(Byte.toUnsignedInt(b));
            }
        });
    }

    private static void collectIds(JsonNode ids, DoubleConsumer to) {
        to.accept(ids.size());
        ids.forEach(id -> {
            to.accept(id.asText().length());
            id.asText().chars().forEach(to::accept);
        });
    }

    /** All numbers of rows, layers and slots, in canonical order. */
    private static void collect(JsonNode node, String path, DoubleConsumer to) {
        if (node.isNumber()) {
            to.accept(node.doubleValue());
        } else if (node.isArray()) {
            node.forEach(each -> collect(each, path, to));
        } else if (node.isObject()) {
            collect(node.required("weights"), path, to);
            collect(node.required("biases"), path, to);
        } else {
            throw new IllegalArgumentException("a snapshot's " + path + " must consist of numbers; got "
                    + BadRecordException.shown(node.toString()));
        }
    }

    private String text(String field) {
        String text = json.required(field).textValue();
        if (text == null) {
            throw new IllegalArgumentException("a snapshot's " + field + " must be a string; got "
                    + json.get(field).getNodeType());
        }
        return text;
    }
}
