package dev.streamgrad.learning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.Adam;
import dev.streamgrad.nn.Architecture;
import dev.streamgrad.nn.Initializer;
import dev.streamgrad.nn.LearningRateSchedule;
import dev.streamgrad.nn.Loss;
import dev.streamgrad.nn.Optimizer;
import dev.streamgrad.nn.Sgd;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A training run as PyTorch made and recorded it: its spec, its samples, and what to find at which step.
 *
 * <p>A field that this class does not know fails, so that a new kind of run cannot pass by being ignored.
 */
final class ReferenceRun {
    private static final Set<String> FIELDS = Set.of(
            "name",
            "made_with",
            "layers",
            "hidden_activations",
            "output_activation",
            "loss",
            "optimizer",
            "schedule",
            "batch_size",
            "clip_gradient_norm",
            "features_scaling",
            "label_scaling",
            "samples",
            "initial",
            "loss_before_step",
            "learning_rate_of_step",
            "gradient_norm_before_clip",
            "parameters_after_step");

    private final JsonNode json;

    ReferenceRun(JsonNode json) {
        this.json = json;
        requireKnown(json, FIELDS);
    }

    ModelSpec spec() {
        List<Integer> sizes = new ArrayList<>();
        json.get("layers").forEach(size -> sizes.add(size.intValue()));
        List<Activation> activations = new ArrayList<>();
        json.get("hidden_activations").forEach(name -> activations.add(Activation.of(name.textValue())));
        activations.add(Activation.of(json.get("output_activation").textValue()));
        JsonNode clip = json.get("clip_gradient_norm");
        Optimizer optimizer = optimizer(json.get("optimizer"));
        return new ModelSpec(
                new Birth(
                        new Architecture(sizes, activations),
                        Loss.of(json.get("loss").textValue()),
                        OptimizerKind.of(optimizer.id()),
                        FeatureScaling.of(json.path("features_scaling").asText("none")),
                        null,
                        LabelScaling.of(json.path("label_scaling").asText("none")),
                        new Origin.Seeded(Initializer.ZEROS, 0)),
                new Hyperparameters(
                        optimizer,
                        schedule(json.get("schedule")),
                        json.get("batch_size").intValue(),
                        1,
                        clip.isNull() ? 0.0 : clip.doubleValue(),
                        OnDivergence.SKIP,
                        1,
                        Long.MAX_VALUE,
                        PrequentialMetrics.BLOCKS,
                        Integer.MAX_VALUE,
                        DriftPolicy.NONE));
    }

    private static Optimizer optimizer(JsonNode node) {
        String type = node.get("type").textValue();
        double learningRate = node.get("learning_rate").doubleValue();
        double weightDecay = node.path("weight_decay").asDouble(0.0);
        return switch (type) {
            case "sgd" -> {
                requireKnown(node, Set.of("type", "learning_rate", "momentum", "nesterov", "weight_decay"));
                yield new Sgd(
                        learningRate,
                        node.path("momentum").asDouble(0.0),
                        node.path("nesterov").asBoolean(false),
                        weightDecay);
            }
            case "adam", "adamw" -> {
                requireKnown(node, Set.of("type", "learning_rate", "beta1", "beta2", "epsilon", "weight_decay"));
                yield new Adam(
                        learningRate,
                        node.path("beta1").asDouble(0.9),
                        node.path("beta2").asDouble(0.999),
                        node.path("epsilon").asDouble(1e-8),
                        weightDecay,
                        type.equals("adamw"));
            }
            default -> throw new IllegalArgumentException("optimizer " + type + " is not built");
        };
    }

    private static LearningRateSchedule schedule(JsonNode node) {
        return switch (node.get("type").textValue()) {
            case "constant" -> new LearningRateSchedule.Constant();
            case "step-decay" ->
                new LearningRateSchedule.StepDecay(
                        node.get("every").longValue(), node.get("factor").doubleValue());
            case "cosine" ->
                new LearningRateSchedule.Cosine(
                        node.get("steps").longValue(), node.get("minimum").doubleValue());
            case "warmup-cosine" ->
                new LearningRateSchedule.WarmupCosine(
                        node.get("warmup").longValue(),
                        node.get("steps").longValue(),
                        node.get("minimum").doubleValue());
            default -> throw new IllegalArgumentException("schedule " + node + " is not built");
        };
    }

    private static void requireKnown(JsonNode node, Set<String> known) {
        Set<String> unknown = new TreeSet<>();
        node.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("fields that no replay knows: " + unknown);
        }
    }

    /** The numbers of some layers in canonical order. */
    static List<Double> numbers(JsonNode layers) {
        List<Double> numbers = new ArrayList<>();
        for (JsonNode layer : layers) {
            layer.get("weights").forEach(row -> row.forEach(weight -> numbers.add(weight.doubleValue())));
            layer.get("biases").forEach(bias -> numbers.add(bias.doubleValue()));
        }
        return numbers;
    }

    List<Double> initial() {
        return numbers(json.get("initial"));
    }

    double[][] features() {
        return matrix(json.get("samples").get("features"));
    }

    double[][] labels() {
        return matrix(json.get("samples").get("labels"));
    }

    private static double[][] matrix(JsonNode rows) {
        double[][] matrix = new double[rows.size()][];
        for (int i = 0; i < matrix.length; i++) {
            JsonNode row = rows.get(i);
            matrix[i] = new double[row.size()];
            for (int j = 0; j < row.size(); j++) {
                matrix[i][j] = row.get(j).doubleValue();
            }
        }
        return matrix;
    }

    /** Pairs of step and figure: {@code loss_before_step} and its like. */
    JsonNode series(String field) {
        return json.get(field);
    }

    JsonNode checkpoints() {
        return json.get("parameters_after_step");
    }
}
