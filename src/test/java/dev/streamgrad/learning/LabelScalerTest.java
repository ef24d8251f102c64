package dev.streamgrad.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.streamgrad.learning.Learner.Outcome;
import dev.streamgrad.nn.NumpyRandom;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LabelScalerTest {
    private static final Offset<Double> ROUNDING = within(1e-12);
    private static final double[] ONE = {1.0};

    /** A linear model that begins with weights of 0: its output stays 0 where it is not trained. */
    private static ModelSpec linear(String... more) {
        ModelSpec spec = SpecSettings.parse(Map.of(
                "layers", "1,1",
                "output.activation", "identity",
                "initializer", "zeros",
                "label.scaling", "running"));
        for (int i = 0; i < more.length; i += 2) {
            spec = spec.with(more[i], more[i + 1]);
        }
        return spec;
    }

    private static LabelScaler scalerOf(Model model) {
        return Objects.requireNonNull(model.labelScaler());
    }

    private static double predicted(Learner learner, Model model) {
        return learner.predict(model, ONE)[0];
    }

    /** With a weight of 0 nothing is trained, so the output stays 0, which stands for the mean. */
    @Test
    void untrainedNetwork_predictsTheMeanOfTheLabelsBefore() {
        Model model = new Model(linear());
        Learner learner = new Learner(model.spec());
        double[] expected = {0, 10, 15, 30};
        double[] labels = {10, 20, 60, 0};
        for (int i = 0; i < labels.length; i++) {
            assertThat(learner.learn(model, ONE, new double[] {labels[i]}, 0.0)).isEqualTo(Outcome.TRAINED);
            assertThat(learner.prediction()[0]).isCloseTo(expected[i], ROUNDING);
        }
        assertThat(scalerOf(model).mean()[0]).isCloseTo(22.5, ROUNDING);
    }

    /**
     * 10 and 20 have mean 15 and deviation 5, so the second label is 1 to the network. Its gradient is 2·(0 − 1) for
     * weight and bias, each becomes 0.1·2, and the output 0.4 stands for 15 + 5·0.4.
     */
    @Test
    void network_isTrainedOnTheStandardScore_andPredictsInTheLabelsUnits() {
        Model model = new Model(linear("learning.rate", "0.1"));
        Learner learner = new Learner(model.spec());
        learner.learn(model, ONE, new double[] {10}, 1.0);
        assertThat(predicted(learner, model)).isCloseTo(10.0, ROUNDING);
        learner.learn(model, ONE, new double[] {20}, 1.0);
        assertThat(learner.loss()).as("squared, in the labels' units").isCloseTo(100.0, ROUNDING);
        assertThat(predicted(learner, model)).isCloseTo(17.0, ROUNDING);
        assertThat(model.metrics().sinceStart().score()).isCloseTo((10.0 + 10.0) / 2, ROUNDING);
    }

    @Test
    void labelsThatDoNotVary_arePredictedAtOnce_andTrainNothing() {
        Model model = new Model(linear());
        Learner learner = new Learner(model.spec());
        for (int i = 0; i < 10; i++) {
            learner.learn(model, ONE, new double[] {1e6}, 1.0);
        }
        assertThat(predicted(learner, model)).isEqualTo(1e6);
        assertThat(model.parameters().layer(0).weights().getEntry(0, 0)).isZero();
    }

    @Test
    void request_changesNothing() {
        Model model = new Model(linear());
        Learner learner = new Learner(model.spec());
        learner.learn(model, ONE, new double[] {10}, 1.0);
        learner.learn(model, ONE, new double[] {20}, 1.0);
        List<Double> before = Numbers.of(model);
        double first = predicted(learner, model);
        assertThat(predicted(learner, model)).isEqualTo(first);
        assertThat(Numbers.of(model)).isEqualTo(before);
        assertThat(scalerOf(model).count()).isEqualTo(2);
    }

    @Test
    void labelTooLargeForTheStatistics_isNotTaken_andTheModelIsAsBefore() {
        Model model = new Model(linear("loss", "mae"));
        Learner learner = new Learner(model.spec());
        learner.learn(model, ONE, ONE, 1.0);
        List<Double> before = Numbers.of(model);
        assertThat(learner.learn(model, ONE, new double[] {1e200}, 1.0)).isEqualTo(Outcome.NOT_FINITE);
        assertThat(Numbers.of(model)).isEqualTo(before);
        assertThat(scalerOf(model).mean()).containsExactly(1.0);
        assertThat(scalerOf(model).count()).isEqualTo(1);
    }

    /** What the features' statistics refuse must not have changed the labels', and the other way round. */
    @Test
    void featureTooLargeForItsStatistics_leavesTheLabelsAlone() {
        Model model = new Model(linear("features.scaling", "running"));
        Learner learner = new Learner(model.spec());
        learner.learn(model, ONE, ONE, 1.0);
        assertThat(learner.learn(model, new double[] {1e200}, new double[] {2}, 1.0))
                .isEqualTo(Outcome.NOT_FINITE);
        assertThat(scalerOf(model).count()).isEqualTo(1);
    }

    /** The network's own output is 1 and harmless; what it stands for is beyond the doubles. */
    @Test
    void predictionThatOverflowsInTheLabelsUnits_isNotFinite() {
        Model model = new Model(linear("loss", "mae"));
        Learner learner = new Learner(model.spec());
        learner.learn(model, ONE, new double[] {-1e150}, 0.0);
        learner.learn(model, ONE, new double[] {1e150}, 0.0);
        model.parameters().fill(() -> 1e200);
        learner.predict(model, ONE);
        assertThat(learner.predictionIsFinite()).isFalse();
    }

    @Test
    void restore_takesTheStatisticsOfTheLabelsBackToo() {
        Model model =
                new Model(linear("on.divergence", "restore", "divergence.restore.after", "1", "snapshot.every", "2"));
        Learner learner = new Learner(model.spec());
        for (double label : new double[] {1, 2, 30}) {
            assertThat(learner.learn(model, ONE, new double[] {label}, 1.0)).isEqualTo(Outcome.TRAINED);
        }
        assertThat(learner.learn(model, ONE, new double[] {1e300}, 1.0)).isEqualTo(Outcome.RESTORED);
        assertThat(scalerOf(model).count()).isEqualTo(2);
        assertThat(scalerOf(model).mean()).containsExactly(1.5);
        assertThat(scalerOf(model).squares()).containsExactly(0.5);
    }

    @Test
    void eachNumberOfALabel_hasItsOwnUnits() {
        Model model = new Model(linear("layers", "1,2"));
        Learner learner = new Learner(model.spec());
        learner.learn(model, ONE, new double[] {1000, 0.001}, 0.0);
        learner.learn(model, ONE, new double[] {3000, 0.003}, 0.0);
        assertThat(learner.predict(model, ONE)).containsExactly(new double[] {2000, 0.002}, ROUNDING);
    }

    /** y = 1000 + 50·x: unscaled, the bias alone begins 1,000 off and loses a tenth of that with each sample. */
    @Test
    void labelsFarFromZero_arePredictedBetterThanByTheirMean_fromTheStart() {
        ModelSpec scaled = linear("learning.rate", "0.05");
        PrequentialMetrics.Figures figures = figuresOf(scaled);
        assertThat(figures.score()).isLessThan(figures.constantScore() / 2);
        assertThat(figuresOf(scaled.with("label.scaling", "none")).score()).isGreaterThan(figures.constantScore());
    }

    private static PrequentialMetrics.Figures figuresOf(ModelSpec spec) {
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        NumpyRandom random = new NumpyRandom(1);
        for (int i = 0; i < 100; i++) {
            double x = random.nextGaussian();
            learner.learn(model, new double[] {x}, new double[] {1000.0 + 50.0 * x}, 1.0);
        }
        return model.metrics().sinceStart();
    }
}
