package dev.streamgrad.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.SampleReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What ONNX Runtime predicts by an exported model, beside what the model predicts. */
class OnnxIT {
    private static final double EXACT = 1e-12;
    private static final double SINGLE = 1e-6;
    private static final int BATCH = 17;
    private static final List<String> DEPTHS = List.of("5,3", "5,7,3", "5,8,6,4,3");
    private static final List<String> HEADS = List.of(
            "identity mse",
            "identity mae",
            "identity huber",
            "sigmoid mse",
            "sigmoid binary-cross-entropy",
            "tanh mse",
            "silu mse",
            "softmax cross-entropy",
            "softmax mse");

    static Stream<Activation> hiddenActivations() {
        return Arrays.stream(Activation.values()).filter(activation -> activation != Activation.SOFTMAX);
    }

    @ParameterizedTest
    @MethodSource("hiddenActivations")
    void everyActivation_headDepthAndScaling_predictsTheSame(Activation hidden) throws OrtException {
        long seed = 1;
        for (String head : HEADS) {
            for (String layers : DEPTHS) {
                for (String scaling : List.of("none", "standard", "running")) {
                    ModelSpec spec = Exported.spec(
                            "layers=" + layers,
                            "hidden.activation=" + hidden.id(),
                            "output.activation=" + head.split(" ", -1)[0],
                            "loss=" + head.split(" ", -1)[1],
                            "features.scaling=" + scaling,
                            "clip.gradient.norm=1",
                            "learning.rate=0.01");
                    Model model = Exported.trained(spec, 60, seed);
                    requireSame(model, rows(seed, 5), hidden == Activation.GELU ? SINGLE : EXACT);
                    seed++;
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("hiddenActivations")
    void everyActivation_canBeTheOutput(Activation output) throws OrtException {
        ModelSpec spec =
                Exported.spec("layers=5,4,3", "hidden.activation=identity", "output.activation=" + output.id());
        double[][] rows = rows(3, 5);
        for (int i = 0; i < rows[1].length; i++) {
            // Far out on both sides, where what is raised to a power overflows.
            rows[1][i] *= 1e4;
            rows[2][i] *= -1e4;
        }
        requireSame(new Model(spec), rows, output == Activation.GELU ? SINGLE : EXACT);
    }

    /** Of no sample, one or two there is no deviation yet. */
    @ParameterizedTest
    @CsvSource({"standard,0", "standard,1", "standard,2", "standard,3", "running,0", "running,1", "running,2"})
    void scaling_isTheSameFromTheFirstSampleOn(String scaling, int samples) throws OrtException {
        ModelSpec spec = Exported.spec("layers=4,3,1", "features.scaling=" + scaling, "output.activation=identity");
        requireSame(Exported.trained(spec, samples, 5), rows(6, 4), EXACT);
    }

    /** A feature that never varies has no deviation, and one whose square overflows no finite one. */
    @ParameterizedTest
    @ValueSource(strings = {"standard", "running"})
    void scaling_isTheSameAtTheEdgesOfTheDoubles(String scaling) throws OrtException {
        ModelSpec spec = Exported.spec("layers=3,4,1", "hidden.activation=tanh", "features.scaling=" + scaling);
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        for (int i = 0; i < 10; i++) {
            learner.learn(model, new double[] {7.0, 1e-200 * i, i}, new double[] {i % 2}, 1.0);
        }
        double[][] rows = {
            {7, 0, 1}, {8, 1e-200, 2}, {7, 3e-200, 1e200}, {1e300, 0, -1e200}, {-1e300, 1, -1e308}, {0, 0, 0}
        };
        List<double[]> finite = new ArrayList<>();
        for (double[] row : rows) {
            learner.predict(model, row);
            if (learner.predictionIsFinite()) {
                finite.add(row);
            }
        }
        assertThat(finite).hasSizeGreaterThan(2);
        requireSame(model, finite.toArray(double[][]::new), EXACT);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 100})
    void labelScaling_isUndone(int samples) throws OrtException {
        ModelSpec spec = Exported.spec(
                "layers=4,6,2",
                "hidden.activation=relu",
                "output.activation=identity",
                "features.scaling=running",
                "label.scaling=running",
                "learning.rate=0.01");
        requireSame(Exported.trained(spec, samples, 8), rows(9, 4), EXACT);
    }

    /** Categories are as they are, quantities are scaled, and NaN is a quantity that is missing. */
    @ParameterizedTest
    @ValueSource(strings = {"standard", "running"})
    void recordsWithGaps_predictTheSame(String scaling) throws Exception {
        ModelSpec spec = Exported.ofRecords(
                "features.scaling=" + scaling,
                "hidden.activation=silu",
                "output.activation=softmax",
                "loss=cross-entropy");
        Model model = Exported.trainedOnRecords(spec, 200, 10);
        SampleReader reader = SampleReader.of(spec);
        Random random = new Random(11);
        double[][] rows = new double[BATCH][];
        for (int i = 0; i < rows.length; i++) {
            reader.read(Exported.record(random, false));
            reader.encode(model);
            rows[i] = reader.features().clone();
        }
        assertThat(Arrays.stream(rows).flatMapToDouble(Arrays::stream).anyMatch(Double::isNaN))
                .isTrue();
        requireSame(model, rows, EXACT);
    }

    @Test
    void randomShapes_predictTheSame() throws OrtException {
        long seed = 20261126;
        Random random = new Random(seed);
        List<Activation> hidden = hiddenActivations().toList();
        for (int i = 0; i < 100; i++) {
            StringBuilder layers = new StringBuilder().append(1 + random.nextInt(9));
            List<String> activations = new ArrayList<>();
            for (int depth = random.nextInt(5); depth > 0; depth--) {
                layers.append(',').append(1 + random.nextInt(9));
                activations.add(hidden.get(random.nextInt(hidden.size())).id());
            }
            layers.append(',').append(1 + random.nextInt(4));
            ModelSpec spec = Exported.spec(
                    "layers=" + layers,
                    "hidden.activation=" + (activations.isEmpty() ? "tanh" : String.join(",", activations)),
                    "output.activation=identity",
                    "features.scaling=" + List.of("none", "standard", "running").get(random.nextInt(3)),
                    "label.scaling=" + List.of("none", "running").get(random.nextInt(2)),
                    "clip.gradient.norm=1",
                    "learning.rate=0.01");
            Model model = Exported.trained(spec, random.nextInt(100), seed + i);
            requireSame(
                    model, rows(seed + i, spec.architecture().inputs()), activations.contains("gelu") ? SINGLE : EXACT);
        }
    }

    @Test
    void file_saysWhichModelItIs() throws Exception {
        ModelSpec spec =
                Exported.ofRecords("features.scaling=running", "output.activation=softmax", "loss=cross-entropy");
        Model model = Exported.trainedOnRecords(spec, 50, 12);
        try (OrtSession session = session(model)) {
            assertThat(session.getInputNames()).containsExactly("features");
            assertThat(session.getOutputNames()).containsExactly("prediction");
            assertThat(session.getMetadata().getVersion()).isEqualTo(50);
            assertThat(session.getMetadata().getProducerName()).isEqualTo("streamgrad");
            assertThat(session.getMetadata().getCustomMetadata())
                    .containsEntry("model", "xor")
                    .containsEntry("version", "50")
                    .containsEntry("fingerprint", Fingerprint.of(model))
                    .containsEntry("offset", "49")
                    .containsEntry("topic", Exported.LOG.topicId())
                    .containsEntry("release", Exported.RELEASE)
                    .containsEntry("precision", "double")
                    .hasEntrySatisfying("classes", text -> assertThat(text).contains("\"a\"", "\"b\""))
                    .hasEntrySatisfying(
                            "features",
                            text -> assertThat(text)
                                    .startsWith("[\"amount\",\"age\",\"age?\",")
                                    .contains("country=DE", "country=other"))
                    .hasEntrySatisfying("spec", text -> assertThat(text).contains("\nfeatures.scaling=running\n"));
        }
    }

    private static double[][] rows(long seed, int inputs) {
        Random random = new Random(seed);
        double[][] rows = new double[BATCH][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Exported.features(random, inputs);
        }
        Arrays.fill(rows[0], 0.0);
        return rows;
    }

    private static OrtSession session(Model model) throws Exception {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            return OrtEnvironment.getEnvironment()
                    .createSession(ExchangeFormat.ONNX.write(Exported.snapshot(model), Exported.RELEASE), options);
        }
    }

    /** All rows in one batch, and the first alone. */
    private static void requireSame(Model model, double[][] rows, double tolerance) throws OrtException {
        try (OrtSession session = session(model)) {
            requireSame(session, model, rows, tolerance);
            requireSame(session, model, Arrays.copyOf(rows, 1), tolerance);
        } catch (OrtException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void requireSame(OrtSession session, Model model, double[][] rows, double tolerance)
            throws OrtException {
        Learner learner = new Learner(model.spec());
        try (OnnxTensor features = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), rows);
                OrtSession.Result result = session.run(Map.of("features", features))) {
            double[][] predictions = (double[][]) result.get(0).getValue();
            assertThat(predictions)
                    .hasDimensions(rows.length, model.spec().architecture().outputs());
            for (int i = 0; i < rows.length; i++) {
                double[] expected = learner.predict(model, rows[i]);
                for (int j = 0; j < expected.length; j++) {
                    assertThat(Math.abs(predictions[i][j] - expected[j]))
                            .as("%s, row %d, output %d: %s and %s", model.spec(), i, j, predictions[i][j], expected[j])
                            .isLessThanOrEqualTo(tolerance * Math.max(1.0, Math.abs(expected[j])));
                }
            }
        }
    }
}
