package dev.streamgrad.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.Observation;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.learning.Task;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.Gradient;
import dev.streamgrad.nn.Layer;
import dev.streamgrad.nn.Network;
import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.nn.Parameters;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The live page on a server without Kafka: its files as {@link LivePage} serves them, and what it asks for from models
 * that the project's own {@link Learner} trains, so many samples for each frame that is asked for.
 */
final class LiveFixture implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int RECENT = 64;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final LivePage page = new LivePage();
    private final Map<String, Trained> models = new LinkedHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile boolean failing;
    private volatile int next = 100;

    /** Starts to answer at any free port of this machine. */
    LiveFixture() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    /** Where the page is. */
    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/live";
    }

    /** The paths that were asked for, in order, with their queries. */
    List<String> asked() {
        return asked;
    }

    /** One of the models. */
    Trained model(String name) {
        return Objects.requireNonNull(models.get(name), name);
    }

    /** From now on everything but the files is a 503, or no longer. */
    void fail(boolean on) {
        failing = on;
    }

    /** The milliseconds that a page has to wait between two frames. */
    void pace(int millis) {
        next = millis;
    }

    /** A labelled sample. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Labelled(double[] features, double[] label) {}

    /**
     * A model that learns these samples.
     *
     * @param before how many it has learned before the first frame
     * @param perFrame how many it learns for each frame
     */
    Trained add(String name, ModelSpec spec, Supplier<Labelled> samples, int before, int perFrame) {
        Trained trained = new Trained(name, spec, samples, perFrame);
        trained.learn(before);
        models.put(name, trained);
        return trained;
    }

    Trained add(String name, Dataset dataset, int before, int perFrame) {
        var source = dataset.samples(42);
        return add(
                name,
                SpecSettings.parse(dataset.modelSettings()),
                () -> {
                    var sample = source.next();
                    return new Labelled(numbers(sample.features()), numbers(sample.label()));
                },
                before,
                perFrame);
    }

    /** One of each kind that the page draws differently. */
    static LiveFixture ofEveryKind() throws IOException {
        LiveFixture fixture = new LiveFixture();
        fixture.add("xor", Dataset.XOR, 0, 500);
        fixture.add("xor-learned", Dataset.XOR, 40_000, 8);
        fixture.add("still", Dataset.XOR, 40_000, 0);
        fixture.add("spiral", Dataset.SPIRAL, 20_000, 500);
        NumpyRandom random = new NumpyRandom(7);
        fixture.add(
                "sine",
                SpecSettings.parse(Map.of(
                        "layers", "1,8,1",
                        "hidden.activation", "tanh",
                        "output.activation", "identity",
                        "learning.rate", "0.05")),
                () -> {
                    double x = 6.0 * random.nextDouble() - 3.0;
                    return new Labelled(new double[] {x}, new double[] {Math.sin(2.0 * x)});
                },
                20_000,
                200);
        fixture.add(
                "flowers",
                SpecSettings.parse(Map.of(
                        "layers", "2,8,3",
                        "hidden.activation", "tanh",
                        "output.activation", "softmax",
                        "loss", "cross-entropy",
                        "learning.rate", "0.05")),
                () -> {
                    int kind = (int) (3.0 * random.nextDouble());
                    double angle = 2.0 * Math.PI * kind / 3.0;
                    double[] label = new double[3];
                    label[kind] = 1.0;
                    return new Labelled(
                            new double[] {
                                Math.cos(angle) + random.nextDouble() - 0.5, Math.sin(angle) + random.nextDouble() - 0.5
                            },
                            label);
                },
                2_000,
                50);
        fixture.add(
                "surface-of-two",
                SpecSettings.parse(Map.of(
                        "layers", "2,8,1",
                        "hidden.activation", "gelu",
                        "output.activation", "identity",
                        "learning.rate", "0.02")),
                () -> {
                    double x = 4.0 * random.nextDouble() - 2.0;
                    double y = 4.0 * random.nextDouble() - 2.0;
                    return new Labelled(new double[] {x, y}, new double[] {x * y});
                },
                20_000,
                100);
        fixture.add(
                "six-features",
                SpecSettings.parse(Map.of(
                        "layers",
                        "6,20,20,1",
                        "hidden.activation",
                        "relu",
                        "loss",
                        "binary-cross-entropy",
                        "learning.rate",
                        "0.05",
                        "initializer",
                        "he")),
                () -> {
                    double[] x = new double[6];
                    for (int i = 0; i < x.length; i++) {
                        x[i] = 2.0 * random.nextDouble() - 1.0;
                    }
                    return new Labelled(x, new double[] {x[0] * x[3] + 0.5 * x[5] > 0.0 ? 1.0 : 0.0});
                },
                10_000,
                50);
        fixture.add(
                "large",
                SpecSettings.parse(Map.of(
                        "layers", "12,128,80,1",
                        "hidden.activation", "relu",
                        "loss", "binary-cross-entropy",
                        "initializer", "he",
                        "learning.rate", "0.01")),
                () -> {
                    double[] x = new double[12];
                    for (int i = 0; i < x.length; i++) {
                        x[i] = 2.0 * random.nextDouble() - 1.0;
                    }
                    return new Labelled(x, new double[] {x[0] * x[3] > 0.0 ? 1.0 : 0.0});
                },
                2_000,
                20);
        fixture.add("diverged", Dataset.XOR, 100, 1).diverge();
        return fixture;
    }

    private static double[] numbers(@Nullable List<Double> numbers) {
        return numbers == null
                ? new double[0]
                : numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.add(exchange.getRequestURI().toString());
        Request request = Request.of(exchange);
        var file = page.file(request);
        if (file.isPresent()) {
            file.get().send(exchange);
            return;
        }
        try {
            respond(request, exchange).send(exchange);
        } catch (RuntimeException e) {
            Answer.line(500, e.toString()).send(exchange);
        }
    }

    private Answer respond(Request request, HttpExchange exchange) throws IOException {
        List<String> path = request.segments();
        if (failing) {
            return Answer.line(503, "the learner has not started yet");
        }
        if (path.equals(List.of("live", "health"))) {
            return Answer.json(health());
        }
        if (path.equals(List.of("live", "models"))) {
            return Answer.json(list());
        }
        Trained model = path.size() < 3
                ? null
                : models.get(URLDecoder.decode(path.get(2).replace("+", "%2B"), StandardCharsets.UTF_8));
        if (model == null) {
            return Answer.line(404, "there is no such model");
        }
        synchronized (model) {
            if (path.size() == 3) {
                return Answer.json(model.description());
            }
            if (path.get(3).equals("frame")) {
                return Answer.json(model.frame(next));
            }
            if (exchange.getRequestMethod().equals("POST")) {
                JsonNode body = MAPPER.readTree(exchange.getRequestBody().readAllBytes());
                return Answer.json(model.step(
                        MAPPER.convertValue(body.get("features"), double[].class),
                        MAPPER.convertValue(body.get("label"), double[].class),
                        false));
            }
            return model.lastStep == null ? new Answer(204, Answer.JSON, new byte[0]) : Answer.json(model.lastStep);
        }
    }

    private ObjectNode list() {
        ObjectNode list = MAPPER.createObjectNode();
        ArrayNode rows = list.putArray("models");
        for (Trained model : models.values()) {
            var window = model.model.metrics().window();
            ObjectNode row = rows.addObject();
            row.put("name", model.name).put("version", model.model.version()).put("samples", model.model.samples());
            put(row, "loss", window.loss());
            put(row, model.isRegression() ? "mae" : "accuracy", window.score());
            put(row, "baseline", window.constantScore());
        }
        return list.put("more", false);
    }

    private ObjectNode health() {
        ObjectNode health = MAPPER.createObjectNode();
        health.put("state", "RUNNING")
                .put("instance", "127.0.0.1:8080")
                .put("processed", 123_456)
                .put("samplesPerSecond", 1999.6)
                .put("lag", 12)
                .put("learnedOffset", 123_455)
                .put("committedOffset", 123_400)
                .put("rebalances", 1)
                .put("deadLetters", 2)
                .put("models", models.size());
        health.putObject("endToEnd").put("p50", 0.012).put("p99", 0.05);
        health.putObject("deadLetterReasons").put("parse", 2);
        return health;
    }

    private static void put(ObjectNode to, String field, double value) {
        if (Double.isFinite(value)) {
            to.put(field, value);
        } else {
            to.putNull(field);
        }
    }

    private static ArrayNode array(double[] values) {
        ArrayNode array = MAPPER.createArrayNode();
        for (double value : values) {
            if (Double.isFinite(value)) {
                array.add(value);
            } else {
                array.addNull();
            }
        }
        return array;
    }

    private static ArrayNode floats(double[] values) {
        ArrayNode array = MAPPER.createArrayNode();
        for (double value : values) {
            if (Double.isFinite(value)) {
                array.add((float) value);
            } else {
                array.addNull();
            }
        }
        return array;
    }

    /** One model, its samples, and what was seen of them. */
    static final class Trained {
        private final String name;
        private final ModelSpec spec;
        private final Supplier<Labelled> samples;
        private final int perFrame;
        private final Learner learner;
        private final Model model;
        private final List<ObjectNode> recent = new ArrayList<>();
        private @Nullable ObjectNode lastStep;
        private @Nullable Observation observation;
        private long seq;
        private boolean diverged;

        Trained(String name, ModelSpec spec, Supplier<Labelled> samples, int perFrame) {
            this.name = name;
            this.spec = spec;
            this.samples = samples;
            this.perFrame = perFrame;
            this.learner = new Learner(spec);
            this.model = new Model(spec);
        }

        /** From now on its numbers are what they are after an overflow. */
        void diverge() {
            diverged = true;
        }

        boolean isRegression() {
            return spec.task() == Task.REGRESSION;
        }

        Parameters parameters() {
            return model.parameters();
        }

        ModelSpec spec() {
            return spec;
        }

        @Nullable
        ObjectNode lastStep() {
            return lastStep;
        }

        synchronized void learn(int count) {
            if (count == 0) {
                return;
            }
            recent.clear();
            for (int i = 0; i < count; i++) {
                Labelled sample = samples.get();
                boolean last = i == count - 1;
                if (last && spec.architecture().parameters() <= 10_000) {
                    lastStep = step(sample.features, sample.label, true);
                }
                learner.learn(model, sample.features, sample.label, 1.0);
                if (i >= count - RECENT) {
                    ObjectNode seen = MAPPER.createObjectNode();
                    seen.put("offset", model.samples() - 1);
                    seen.set("features", array(sample.features));
                    seen.set("label", array(sample.label));
                    seen.set("prediction", array(learner.prediction()));
                    put(seen, "loss", learner.loss());
                    recent.add(seen);
                }
                if (last) {
                    observation = learner.observe(model);
                }
            }
        }

        ObjectNode description() {
            ObjectNode description = MAPPER.createObjectNode().put("name", name);
            ArrayNode layers = description.putArray("layers");
            spec.architecture().sizes().forEach(layers::add);
            ArrayNode activations = description.putArray("activations");
            spec.architecture().activations().forEach(activation -> activations.add(activation.id()));
            boolean classes = spec.architecture().output() == Activation.SOFTMAX;
            description
                    .put("loss", spec.birth().loss().id())
                    .put("optimizer", "sgd")
                    .put("task", isRegression() ? "regression" : classes ? "classes" : "binary");
            ArrayNode features = description.putArray("features");
            for (int i = 1; i <= spec.architecture().inputs(); i++) {
                features.add("x" + i);
            }
            ArrayNode outputs = description.putArray("outputs");
            for (int i = 0; i < spec.architecture().outputs(); i++) {
                outputs.add(classes ? List.of("iris", "rose", "tulip").get(i) : "y");
            }
            description.put("parameters", spec.architecture().parameters());
            ObjectNode settings = description.putObject("settings");
            SpecSettings.format(spec).forEach(settings::put);
            return description
                    .put("frozen", false)
                    .put("controls", 0)
                    .put("scaling", "none")
                    .put("canStep", spec.architecture().parameters() <= 10_000);
        }

        ObjectNode frame(int next) {
            learn(perFrame);
            seq++;
            ObjectNode frame = MAPPER.createObjectNode()
                    .put("format", 1)
                    .put("seq", seq)
                    .put("next", next)
                    .put("model", name)
                    .put("version", model.version())
                    .put("samples", model.samples())
                    .put("frozen", false);
            frame.putObject("source").put("partition", 0).put("offset", model.samples() - 1);
            var figures = model.metrics().window();
            ObjectNode window = frame.putObject("window").put("size", figures.samples());
            put(window, "loss", diverged ? Double.NaN : figures.loss());
            if (isRegression()) {
                put(window, "mae", figures.score());
                put(window, "baselineMae", figures.constantScore());
                put(window, "r2", figures.r2());
            } else {
                put(window, "accuracy", figures.score());
                put(window, "majority", figures.constantScore());
                put(window, "last", figures.lastLabelScore());
            }
            frame.put("learningRate", model.learningRate());
            put(frame, "gradientNorm", diverged || observation == null ? Double.NaN : observation.gradientNorm());
            frame.put("nonFinite", diverged ? 17 : 0);
            boolean small = spec.architecture().parameters() <= 10_000;
            ArrayNode layers = frame.putArray("layers");
            if (observation != null) {
                for (var layer : observation.layers()) {
                    ObjectNode seen = layers.addObject();
                    put(seen, "update", layer.updateRatio());
                    put(seen, "gradient", observation.gradientNorm());
                    put(seen, "dead", layer.deadUnits());
                    put(seen, "saturated", layer.saturatedUnits());
                }
            }
            if (small) {
                ArrayNode weights = frame.putArray("weights");
                ArrayNode biases = frame.putArray("biases");
                for (Layer layer : model.parameters().layers()) {
                    ArrayNode rows = weights.addArray();
                    for (int i = 0; i < layer.in(); i++) {
                        rows.add(floats(diverged ? nan(layer.out()) : row(layer, i)));
                    }
                    biases.add(
                            floats(diverged ? nan(layer.out()) : layer.biases().toArray()));
                }
            } else {
                histograms(frame.putArray("histograms"));
            }
            recent(frame.putObject("recent"));
            ArrayNode marks = frame.putArray("marks");
            if (model.samples() > 3_000 && name.equals("xor")) {
                marks.addObject().put("version", 3_000).put("event", "control").put("text", "set learning.rate=0.3");
            }
            return frame;
        }

        private static double[] row(Layer layer, int i) {
            double[] row = new double[layer.out()];
            for (int j = 0; j < row.length; j++) {
                row[j] = layer.weights().getEntry(i, j);
            }
            return row;
        }

        private static double[] nan(int length) {
            double[] nan = new double[length];
            Arrays.fill(nan, Double.NaN);
            return nan;
        }

        private void histograms(ArrayNode histograms) {
            int number = 0;
            for (Layer layer : model.parameters().layers()) {
                double most = 0.0;
                for (int i = 0; i < layer.in(); i++) {
                    for (double w : row(layer, i)) {
                        most = Math.max(most, Math.abs(w));
                    }
                }
                int[] counts = new int[32];
                for (int i = 0; i < layer.in(); i++) {
                    for (double w : row(layer, i)) {
                        counts[Math.min(31, (int) ((w + most) / (2.0 * most) * 32.0))]++;
                    }
                }
                ObjectNode histogram = histograms.addObject();
                histogram.put("layer", number++).put("min", -most).put("max", most);
                histogram.set("counts", MAPPER.valueToTree(counts));
            }
        }

        private void recent(ObjectNode to) {
            to.put("stride", Math.max(1, perFrame / RECENT));
            for (String column : List.of("offset", "features", "label", "prediction", "loss")) {
                ArrayNode values = to.putArray(column);
                recent.forEach(sample -> values.add(sample.get(column)));
            }
        }

        /** What this sample does to the model, written down with the network's own numbers. */
        ObjectNode step(double[] x, double[] label, boolean real) {
            Network network = new Network(spec.architecture(), spec.birth().loss());
            Parameters before = model.parameters().copy();
            double[] prediction = network.forward(before, x).clone();
            ObjectNode step = MAPPER.createObjectNode().put("version", model.version());
            step.putObject("source").put("partition", 0).put("offset", model.samples());
            step.put("real", real);
            step.set("features", array(x));
            step.set("inputs", array(x));
            step.set("label", array(label));
            double loss = network.loss(label);
            Gradient gradient = network.backward(before, label, 1.0);
            double rate = model.learningRate();
            ArrayNode layers = step.putArray("layers");
            for (int l = 0; l < before.depth(); l++) {
                Layer layer = before.layer(l);
                ObjectNode of = layers.addObject();
                of.put("activation", spec.architecture().activations().get(l).id());
                double[] in = gradient.factors(l).clone();
                double[] delta = gradient.bias(l).clone();
                double[] sums = layer.biases().toArray().clone();
                double[] newBias = layer.biases().toArray().clone();
                ArrayNode weights = of.putArray("weights");
                ArrayNode weightGradient = of.putArray("weightGradient");
                ArrayNode newWeights = of.putArray("newWeights");
                for (int i = 0; i < in.length; i++) {
                    double[] row = row(layer, i);
                    double[] slope = new double[row.length];
                    double[] stepped = new double[row.length];
                    for (int j = 0; j < row.length; j++) {
                        sums[j] += in[i] * row[j];
                        slope[j] = in[i] * delta[j];
                        stepped[j] = row[j] - rate * slope[j];
                    }
                    weights.add(array(row));
                    weightGradient.add(array(slope));
                    newWeights.add(array(stepped));
                }
                for (int j = 0; j < newBias.length; j++) {
                    newBias[j] -= rate * delta[j];
                }
                of.set("biases", array(layer.biases().toArray()));
                of.set("inputs", array(in));
                of.set("sums", array(sums));
                of.set("outputs", array(l == before.depth() - 1 ? prediction : network.values(l)));
                of.set("delta", array(delta));
                of.set("biasGradient", array(delta));
                of.set("newBiases", array(newBias));
            }
            step.putObject("loss").put("name", spec.birth().loss().id()).put("value", loss);
            return step.put("learningRate", rate)
                    .put("clip", 1)
                    .put("optimizer", "sgd")
                    .put("trained", true);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** To look at the page by eye: prints where it is, until it is ended. */
    public static void main(String[] arguments) throws Exception {
        try (LiveFixture fixture = ofEveryKind()) {
            System.out.println(fixture.url());
            Thread.currentThread().join();
        }
    }
}
