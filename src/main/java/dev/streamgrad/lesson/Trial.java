package dev.streamgrad.lesson;

import dev.streamgrad.data.Dataset;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A model that is trained on the four corners of exclusive or in order, a full batch an epoch, as the class's notebook
 * does.
 */
final class Trial {
    private static final List<Double> TRUTH = Objects.requireNonNull(Dataset.XOR.truthTable());

    private final Model model;
    private final Learner learner;
    private final List<Double> losses = new ArrayList<>();
    private final double[] lastPredictions = new double[TRUTH.size()];
    private boolean finite = true;

    /** A trial of a model with these settings, in pairs of name and value; the batch is all four corners. */
    Trial(String... settings) {
        this(new Model(spec(settings)));
    }

    Trial(Model model) {
        this.model = model;
        this.learner = new Learner(model.spec());
    }

    static ModelSpec spec(String... settings) {
        Map<String, String> map = new HashMap<>();
        map.put("batch.size", "4");
        for (int i = 0; i < settings.length; i += 2) {
            map.put(settings[i], settings[i + 1]);
        }
        return SpecSettings.parse(map);
    }

    /** Trains for so many epochs; stops early where a step would not be finite. */
    Trial train(int epochs) {
        for (int epoch = 0; epoch < epochs && finite; epoch++) {
            double loss = 0.0;
            for (int i = 0; i < TRUTH.size() && finite; i++) {
                finite = learner.learn(model, corner(i), new double[] {TRUTH.get(i)}, 1.0) == Learner.Outcome.TRAINED;
                loss += learner.loss();
                lastPredictions[i] = learner.prediction()[0];
            }
            losses.add(loss / TRUTH.size());
        }
        return this;
    }

    private static double[] corner(int i) {
        return new double[] {
            Dataset.CORNERS.get(i).get(0), Dataset.CORNERS.get(i).get(1)
        };
    }

    Model model() {
        return model;
    }

    /** The mean loss of each epoch, before its step. */
    List<Double> losses() {
        return losses;
    }

    double loss() {
        return losses.get(losses.size() - 1);
    }

    /** How many of the four are answered right now. */
    int right() {
        int right = 0;
        for (int i = 0; i < TRUTH.size(); i++) {
            if (Math.round(answer(i)) == Math.round(TRUTH.get(i))) {
                right++;
            }
        }
        return right;
    }

    /** The answer for a corner now. */
    double answer(int corner) {
        return learner.predict(model, corner(corner))[0];
    }

    /** What the last epoch predicted, before its step. */
    double[] lastPredictions() {
        return lastPredictions;
    }

    /** The first epoch from which on all losses are under {@code limit}; as many as there were if it never was. */
    int epochsUntilLossUnder(double limit) {
        int epoch = losses.size();
        while (epoch > 0 && losses.get(epoch - 1) < limit) {
            epoch--;
        }
        return epoch;
    }
}
