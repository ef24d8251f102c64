package dev.streamgrad.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.encoding.Feature;
import dev.streamgrad.encoding.FeatureType;
import dev.streamgrad.encoding.FieldPath;
import dev.streamgrad.encoding.Label;
import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.records.Sample;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Samples that fit a spec, as JSON: XOR where the network has its shape, numbers from 0 to 1 of four digits elsewhere;
 * with a mapping, objects that have its fields. They repeat after a few thousand, because making them is not what is
 * measured.
 */
final class Samples {
    private static final int DIFFERENT = 4096;
    private static final int LARGE = 256;
    private static final long SEED = 42;

    /** How many words there are for a category that is not listed. */
    private static final int WORDS = 1000;

    private final List<byte[]> values = new ArrayList<>();
    private int next;

    Samples(ModelSpec spec) {
        Mapping mapping = spec.birth().mapping();
        if (mapping != null) {
            NumpyRandom random = new NumpyRandom(SEED);
            int outputs = spec.architecture().outputs();
            int different = mapping.inputs() > 100 ? LARGE : DIFFERENT;
            for (int i = 0; i < different; i++) {
                values.add(object(mapping, outputs, random).toString().getBytes(StandardCharsets.UTF_8));
            }
            return;
        }
        int inputs = spec.architecture().inputs();
        int outputs = spec.architecture().outputs();
        boolean softmax = spec.architecture().output() == Activation.SOFTMAX;
        SampleSource source =
                inputs == 2 && outputs == 1 && !softmax ? Dataset.XOR.samples(SEED) : numbers(inputs, outputs, softmax);
        int different = inputs > 100 ? LARGE : DIFFERENT;
        for (int i = 0; i < different; i++) {
            values.add(source.next().toJson());
        }
    }

    private static SampleSource numbers(int inputs, int outputs, boolean softmax) {
        NumpyRandom random = new NumpyRandom(SEED);
        return () -> {
            List<Double> features = new ArrayList<>(inputs);
            for (int i = 0; i < inputs; i++) {
                features.add(number(random));
            }
            List<Double> label = new ArrayList<>(Collections.nCopies(outputs, 0.0));
            int one = random.nextInt(outputs);
            if (softmax || features.get(0) < 0.5) {
                label.set(one, 1.0);
            }
            return new Sample(features, label, null);
        };
    }

    private static ObjectNode object(Mapping mapping, int outputs, NumpyRandom random) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (Feature feature : mapping.features()) {
            put(object, feature.field(), value(feature.type(), random));
        }
        put(object, mapping.label().field(), label(mapping.label(), outputs, random));
        return object;
    }

    private static void put(ObjectNode object, FieldPath field, JsonNode value) {
        ObjectNode parent = object;
        int last = field.names().size() - 1;
        for (String name : field.names().subList(0, last)) {
            parent = parent.withObject("/" + name.replace("~", "~0").replace("/", "~1"));
        }
        parent.set(field.names().get(last), value);
    }

    private static JsonNode value(FeatureType type, NumpyRandom random) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (type instanceof FeatureType.Quantities list) {
            ArrayNode numbers = json.arrayNode();
            for (int i = 0; i < list.length(); i++) {
                numbers.add(number(random));
            }
            return numbers;
        }
        if (type instanceof FeatureType.Truth) {
            return json.booleanNode(random.nextInt(2) == 1);
        }
        if (type instanceof FeatureType.Listed listed) {
            return json.textNode(
                    listed.words().get(random.nextInt(listed.words().size())));
        }
        if (type instanceof FeatureType.Learned || type instanceof FeatureType.Hashed) {
            return json.textNode("word " + random.nextInt(WORDS));
        }
        if (type instanceof FeatureType.Time) {
            return json.numberNode(1_700_000_000L + random.nextInt(1 << 24));
        }
        return json.numberNode(number(random));
    }

    private static double number(NumpyRandom random) {
        return Math.rint(1e4 * random.nextDouble()) / 1e4;
    }

    private static JsonNode label(Label label, int outputs, NumpyRandom random) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (label.isClass()) {
            int index = random.nextInt(label.count());
            return json.textNode(
                    label.classes().isEmpty()
                            ? "class " + index
                            : label.classes().get(index));
        }
        if (outputs == 1) {
            return json.numberNode(random.nextInt(2));
        }
        ArrayNode numbers = json.arrayNode();
        for (int i = 0; i < outputs; i++) {
            numbers.add(number(random));
        }
        return numbers;
    }

    /** The next record's value. */
    byte[] next() {
        byte[] value = values.get(next);
        next = next + 1 == values.size() ? 0 : next + 1;
        return value;
    }
}
