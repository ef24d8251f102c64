package dev.streamgrad.exchange;

import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.learning.Birth;
import dev.streamgrad.learning.FeatureScaler;
import dev.streamgrad.learning.LabelScaler;
import dev.streamgrad.learning.Model;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.Architecture;
import dev.streamgrad.records.Snapshot;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.math3.util.FastMath;

/**
 * What a model predicts with, as an ONNX graph in double precision: {@code features} (batch × inputs, as a mapping
 * makes them of a record; NaN where a quantity is missing) to {@code prediction} (batch × outputs, in the labels' own
 * units). {@link Description} is in the file's metadata, with {@code precision}; {@code model_version} is the version.
 *
 * <p>A node does what {@link dev.streamgrad.learning.Learner#predict} does at its place, in the same order, so that
 * predictions differ by no more than how a runtime adds up and rounds. Some activations are not the operator that comes
 * to mind: {@code LeakyRelu} has a slope in single precision, and ONNX Runtime cannot do without a kernel that it lacks
 * in double precision for the usual form of {@code silu}. Exact {@code gelu} needs {@code Erf}, which it has in single
 * precision only: it is there with casts around it, about 1e-7 off.
 */
final class OnnxModel {
    /** As {@link Activation#LEAKY_RELU}. */
    private static final double LEAK = 0.01;
    /** As {@link Activation#GELU_TANH}. */
    private static final double GELU_CUBIC = 0.044715;

    /** What is in a file beside the weights, at most, without what depends on the model. */
    private static final long FRAME = 1 << 16;

    private final Model model;
    private final OnnxGraph graph;

    private OnnxModel(Snapshot snapshot) {
        this.model = snapshot.model();
        this.graph = new OnnxGraph(snapshot.name());
    }

    static byte[] write(Snapshot snapshot, String release) throws ExchangeException {
        Architecture architecture = snapshot.model().spec().architecture();
        Map<String, String> metadata = new LinkedHashMap<>(Description.of(snapshot, release));
        metadata.put(
                "precision",
                architecture.activations().contains(Activation.GELU) ? "double, but single for gelu" : "double");
        long size = FRAME + (long) Double.BYTES * architecture.parameters();
        for (String text : metadata.values()) {
            size += 4L * text.length();
        }
        if (size > ExchangeFormat.LARGEST) {
            throw ExchangeFormat.tooLarge(size);
        }
        OnnxModel onnx = new OnnxModel(snapshot);
        onnx.unscaled(onnx.network(onnx.scaled(OnnxGraph.INPUT)));
        return onnx.graph.toBytes(
                architecture.inputs(),
                architecture.outputs(),
                List.of("streamgrad", release),
                snapshot.model().version(),
                metadata);
    }

    // features

    private String scaled(String features) {
        FeatureScaler scaler = model.scaler();
        if (scaler == null) {
            return features;
        }
        Birth birth = model.spec().birth();
        Mapping mapping = birth.mapping();
        boolean[] chosen = new boolean[birth.architecture().inputs()];
        if (mapping == null) {
            Arrays.fill(chosen, true);
        } else {
            chosen = mapping.quantities();
        }
        double[] counts = new double[chosen.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = scaler.counts().length == 0 ? scaler.count() : scaler.counts()[i];
        }
        String quantities = graph.constant("scaling.quantities", chosen);
        String scaled =
                switch (birth.scaling()) {
                    case NONE -> throw new IllegalStateException("a model without scaling has no scaler");
                    case STANDARD -> standard(features, scaler, counts);
                    case RUNNING -> running(features, scaler, counts);
                };
        if (birth.hasGaps()) {
            String missing = graph.node("scaling.missing", "IsNaN", features);
            scaled = graph.node("scaling.filled", "Where", missing, graph.constant("scaling.zero", 0.0), scaled);
        }
        return graph.node("scaling.inputs", "Where", quantities, scaled, features);
    }

    private String standard(String features, FeatureScaler scaler, double[] counts) {
        double[] deviations = new double[counts.length];
        for (int i = 0; i < deviations.length; i++) {
            double variance = counts[i] < 2.0 ? 0.0 : scaler.squares()[i] / counts[i];
            deviations[i] = variance > 0.0 ? FastMath.sqrt(variance) : 1.0;
        }
        String centred = graph.node("scaling.centred", "Sub", features, row("scaling.means", scaler.mean()));
        return graph.node("scaling.scaled", "Div", centred, row("scaling.deviations", deviations));
    }

    /** The statistics include the features that are scaled. */
    private String running(String features, FeatureScaler scaler, double[] counts) {
        double[] including = new double[counts.length];
        double[] bounds = new double[counts.length];
        double[] negative = new double[counts.length];
        for (int i = 0; i < counts.length; i++) {
            including[i] = counts[i] + 1.0;
            bounds[i] = FastMath.sqrt(counts[i]);
            negative[i] = -bounds[i];
        }
        String means = row("scaling.means", scaler.mean());
        String n = row("scaling.counts", including);
        String most = row("scaling.bounds", bounds);
        String distance = graph.node("scaling.distance", "Sub", features, means);
        String share = graph.node("scaling.share", "Div", distance, n);
        String mean = graph.node("scaling.mean", "Add", means, share);
        String centred = graph.node("scaling.centred", "Sub", features, mean);
        String square = graph.node("scaling.square", "Mul", distance, centred);
        String sum = graph.node("scaling.sum", "Add", row("scaling.squares", scaler.squares()), square);
        String variance = graph.node("scaling.variance", "Div", sum, n);
        String deviation = graph.node("scaling.deviation", "Sqrt", variance);
        String quotient = graph.node("scaling.quotient", "Div", centred, deviation);
        String zero = graph.constant("scaling.none", 0.0);
        String varies = graph.node("scaling.varies", "Greater", variance, zero);
        String standardised = graph.node("scaling.standardised", "Where", varies, quotient, zero);
        String atMost = graph.node("scaling.atMost", "Min", standardised, most);
        String bounded = graph.node("scaling.bounded", "Max", atMost, row("scaling.negative", negative));
        // Where a square overflows, the limit of what is scaled: the bound, with the sign of the distance.
        String largest = graph.constant("scaling.largest", Double.MAX_VALUE);
        String finite = graph.node(
                "scaling.finite",
                "And",
                isFinite("scaling.varianceIs", variance, largest),
                isFinite("scaling.centredIs", centred, largest));
        String sign = graph.node("scaling.sign", "Sign", distance);
        String limit = graph.node("scaling.limit", "Mul", sign, most);
        return graph.node("scaling.scaled", "Where", finite, bounded, limit);
    }

    private String isFinite(String name, String of, String largest) {
        return graph.node(name + "Finite", "LessOrEqual", graph.node(name + "Abs", "Abs", of), largest);
    }

    private String row(String name, double[] numbers) {
        return graph.constant(name, numbers, numbers.length);
    }

    // network

    private String network(String inputs) {
        Architecture architecture = model.spec().architecture();
        Map<String, double[]> parameters = new LinkedHashMap<>();
        StateTensor.ofParameters(model.spec()).forEach(tensor -> parameters.put(tensor.name(), tensor.of(model)));
        String x = inputs;
        for (int l = 0; l < architecture.depth(); l++) {
            String name = Integer.toString(2 * l);
            String weight = graph.constant(
                    name + ".weight",
                    Objects.requireNonNull(parameters.get(name + ".weight")),
                    architecture.sizes().get(l + 1),
                    architecture.sizes().get(l));
            String bias = row(name + ".bias", Objects.requireNonNull(parameters.get(name + ".bias")));
            String z = graph.node(name, "Gemm", Map.of("transB", 1), x, weight, bias);
            x = activated(architecture.activations().get(l), Integer.toString(2 * l + 1), z);
        }
        return x;
    }

    private String activated(Activation activation, String name, String z) {
        return switch (activation) {
            case IDENTITY -> z;
            case SIGMOID -> graph.node(name, "Sigmoid", z);
            case TANH -> graph.node(name, "Tanh", z);
            case RELU -> graph.node(name, "Relu", z);
            case LEAKY_RELU -> graph.node(name, "Max", z, times(name + ".leak", z, LEAK));
            case GELU -> gelu(name, z);
            case GELU_TANH -> geluTanh(name, z);
            case SILU -> silu(name, z);
            case SOFTMAX -> graph.node(name, "Softmax", Map.of("axis", -1), z);
        };
    }

    /**
     * {@code z / (1 + e⁻ᶻ)}. Not {@code z · Sigmoid(z)}: ONNX Runtime makes a QuickGelu of that, of which it has no
     * kernel in double precision, and refuses the graph.
     */
    private String silu(String name, String z) {
        String power = graph.node(name + ".power", "Exp", graph.node(name + ".negative", "Neg", z));
        String sum = graph.node(name + ".sum", "Add", power, graph.constant(name + ".one", 1.0));
        return graph.node(name, "Div", z, sum);
    }

    /** {@code ½ z (1 + erf(z/√2))}. */
    private String gelu(String name, String z) {
        String argument = times(name + ".argument", z, FastMath.sqrt(0.5));
        String single = graph.cast(name + ".single", OnnxGraph.Type.FLOAT, argument);
        String erf = graph.node(name + ".erf", "Erf", single);
        return half(name, z, graph.cast(name + ".double", OnnxGraph.Type.DOUBLE, erf));
    }

    /** {@code ½ z (1 + tanh(√(2/π) (z + 0.044715 z³)))}. */
    private String geluTanh(String name, String z) {
        String first = times(name + ".first", z, GELU_CUBIC);
        String second = graph.node(name + ".second", "Mul", first, z);
        String third = graph.node(name + ".third", "Mul", second, z);
        String sum = graph.node(name + ".sum", "Add", z, third);
        String argument = times(name + ".argument", sum, FastMath.sqrt(2.0 / FastMath.PI));
        return half(name, z, graph.node(name + ".tanh", "Tanh", argument));
    }

    private String half(String name, String z, String symmetric) {
        String one = graph.constant(name + ".one", 1.0);
        String share = graph.node(name + ".share", "Add", symmetric, one);
        return graph.node(name, "Mul", times(name + ".half", z, 0.5), share);
    }

    private String times(String name, String z, double factor) {
        return graph.node(name, "Mul", z, graph.constant(name + "By", factor));
    }

    // predictions

    /** Ends the graph: the network's outputs in the labels' own units. */
    private void unscaled(String outputs) {
        LabelScaler scaler = model.labelScaler();
        if (scaler == null) {
            graph.node(OnnxGraph.OUTPUT, "Identity", outputs);
            return;
        }
        double[] deviations = new double[scaler.mean().length];
        for (int i = 0; i < deviations.length; i++) {
            double squares = scaler.squares()[i];
            deviations[i] = squares > 0.0 ? FastMath.sqrt(squares / scaler.count()) : 0.0;
        }
        String times = graph.node("labelScaling.scaled", "Mul", row("labelScaling.deviations", deviations), outputs);
        graph.node(OnnxGraph.OUTPUT, "Add", row("labelScaling.means", scaler.mean()), times);
    }
}
