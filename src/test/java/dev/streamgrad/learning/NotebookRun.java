package dev.streamgrad.learning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.Architecture;
import dev.streamgrad.nn.Initializer;
import dev.streamgrad.nn.LearningRateSchedule;
import dev.streamgrad.nn.Loss;
import dev.streamgrad.nn.Sgd;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The class notebook's run: XOR by full batches of four in NumPy, with the gradient of <em>half</em> the squared error.
 * With the true gradient of the mean squared error, which carries the factor 2, the same steps come from half the
 * learning rate.
 */
final class NotebookRun {
    private static final double[][] FEATURES = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
    private static final double[][] LABELS = {{0}, {1}, {1}, {0}};

    private final JsonNode json;

    NotebookRun(JsonNode json) {
        this.json = json;
    }

    void replay() {
        List<Integer> sizes = new ArrayList<>();
        json.get("layers").forEach(size -> sizes.add(size.intValue()));
        ModelSpec spec = new ModelSpec(
                new Birth(
                        new Architecture(sizes, Collections.nCopies(sizes.size() - 1, Activation.SIGMOID)),
                        Loss.MSE,
                        OptimizerKind.SGD,
                        FeatureScaling.NONE,
                        null,
                        LabelScaling.NONE,
                        new Origin.Seeded(Initializer.NORMAL, json.get("seed").longValue())),
                new Hyperparameters(
                        new Sgd(json.get("learning_rate").doubleValue() / 2.0),
                        new LearningRateSchedule.Constant(),
                        FEATURES.length,
                        1,
                        0.0,
                        OnDivergence.SKIP,
                        1,
                        Long.MAX_VALUE,
                        PrequentialMetrics.BLOCKS,
                        Integer.MAX_VALUE,
                        DriftPolicy.NONE));
        Model model = new Model(spec);
        List<Double> initial = new ArrayList<>();
        model.parameters().forEach(initial::add);
        assertThat(initial)
                .as("initial weights, bit for bit")
                .containsExactlyElementsOf(ReferenceRun.numbers(json.get("initial")));

        List<Double> lossOfEpoch = new ArrayList<>();
        double[] lastPredictions = new double[FEATURES.length];
        Learner learner = new Learner(spec);
        for (int epoch = 0; epoch < json.get("epochs").intValue(); epoch++) {
            double loss = 0.0;
            for (int i = 0; i < FEATURES.length; i++) {
                assertThat(learner.learn(model, FEATURES[i], LABELS[i], 1.0)).isEqualTo(Learner.Outcome.TRAINED);
                loss += learner.loss();
                lastPredictions[i] = learner.prediction()[0];
            }
            lossOfEpoch.add(loss / FEATURES.length);
        }
        assertThat(json.get("loss_at_epoch")).isNotEmpty();
        for (JsonNode pair : json.get("loss_at_epoch")) {
            ReferenceRunsTest.expectClose(
                    "loss at epoch " + pair.get(0),
                    pair.get(1).doubleValue(),
                    lossOfEpoch.get(pair.get(0).intValue()));
        }
        ReferenceRunsTest.expect("final weights", ReferenceRun.numbers(json.get("final")), model);
        // The notebook prints what its last forward pass predicted, before its last step.
        for (int i = 0; i < FEATURES.length; i++) {
            ReferenceRunsTest.expectClose(
                    "last prediction " + i, json.get("last_predictions").get(i).doubleValue(), lastPredictions[i]);
        }
    }
}
