package dev.streamgrad.learning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Replays every run of NumPy and PyTorch in the folder that the system property {@code reference.dir} names: the
 * initial parameters, and every recorded loss, learning rate, gradient norm and parameter, to 1e-9 relative (1e-12
 * absolute near zero).
 */
class ReferenceRunsTest {
    private static final double RELATIVE = 1e-9;
    private static final double ABSOLUTE = 1e-12;

    @TestFactory
    Stream<DynamicTest> replays() throws IOException {
        Path folder = Path.of(System.getProperty("reference.dir", "src/test/resources/reference"));
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
        assertThat(files).as("runs in %s", folder).isNotEmpty();
        return files.stream().map(file -> DynamicTest.dynamicTest(file.getFileName() + "", () -> replay(file)));
    }

    private static void replay(Path file) {
        JsonNode json = read(file);
        if (json.has("epochs")) {
            new NotebookRun(json).replay();
        } else if (json.has("runs")) {
            // Random numbers, not a training run: NumpyRandomTest replays the one we ship.
            assertThat(json.get("runs")).isNotEmpty();
        } else {
            replay(new ReferenceRun(json));
        }
    }

    static JsonNode read(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void replay(ReferenceRun run) {
        ModelSpec spec = run.spec();
        Model model = new Model(spec);
        Iterator<Double> initial = run.initial().iterator();
        model.parameters().fill(initial::next);
        assertThat(initial).as("initial numbers left over").isExhausted();

        Map<Long, Double> losses = byStep(run.series("loss_before_step"));
        Map<Long, Double> rates = byStep(run.series("learning_rate_of_step"));
        Map<Long, Double> norms = byStep(run.series("gradient_norm_before_clip"));
        Map<Long, JsonNode> parameters = new HashMap<>();
        run.checkpoints().forEach(node -> parameters.put(node.get("step").longValue(), node.get("layers")));
        assertThat(losses).isNotEmpty();
        assertThat(parameters).isNotEmpty();
        long lastStep = Stream.of(losses, rates, norms, parameters)
                .flatMap(map -> map.keySet().stream())
                .mapToLong(Long::longValue)
                .max()
                .orElseThrow();

        double[][] features = run.features();
        double[][] labels = run.labels();
        Learner learner = new Learner(spec);
        for (long step = 1; step <= lastStep; step++) {
            double rate = model.learningRate();
            double loss = 0.0;
            for (int i = 0; i < spec.hyperparameters().batchSize(); i++) {
                int sample = (int) (((step - 1) * spec.hyperparameters().batchSize() + i) % features.length);
                assertThat(learner.learn(model, features[sample], labels[sample], 1.0))
                        .isEqualTo(Learner.Outcome.TRAINED);
                loss += learner.loss();
            }
            assertThat(model.version()).isEqualTo(step);
            expect(
                    "loss before step " + step,
                    losses.get(step),
                    loss / spec.hyperparameters().batchSize());
            expect("learning rate of step " + step, rates.get(step), rate);
            expect("gradient norm of step " + step, norms.get(step), learner.gradientNorm());
            JsonNode checkpoint = parameters.get(step);
            if (checkpoint != null) {
                expect("parameters after step " + step, ReferenceRun.numbers(checkpoint), model);
            }
        }
    }

    private static Map<Long, Double> byStep(JsonNode pairs) {
        Map<Long, Double> map = new HashMap<>();
        pairs.forEach(pair -> map.put(pair.get(0).longValue(), pair.get(1).doubleValue()));
        return map;
    }

    private static void expect(String what, @Nullable Double expected, double actual) {
        if (expected != null) {
            assertThat(Math.abs(actual - expected))
                    .as("%s: %s beside %s", what, actual, expected)
                    .isLessThanOrEqualTo(Math.max(ABSOLUTE, RELATIVE * Math.abs(expected)));
        }
    }

    static void expect(String what, List<Double> expected, Model model) {
        List<Double> actual = new ArrayList<>();
        model.parameters().forEach(actual::add);
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            expect(what + ", number " + i, expected.get(i), actual.get(i));
        }
    }

    static void expectClose(String what, double expected, double actual) {
        expect(what, expected, actual);
    }
}
