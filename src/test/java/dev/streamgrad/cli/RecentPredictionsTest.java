package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.streamgrad.learning.Task;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.Source;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentPredictionsTest {

    private static void add(RecentPredictions recent, double prediction, double label, double loss) {
        List<Double> labels = List.of(label);
        recent.add(
                new Prediction(null, List.of(prediction), null, labels, loss, 0, true, new Source(0, 0)), labels, loss);
    }

    @Test
    void baselineOfAClassifier_isTheMajorityClass_whereThatIsBetter() {
        RecentPredictions recent = new RecentPredictions(Task.BINARY, 8);
        for (double label : new double[] {1, 1, 1, 0, 1, 1, 1, 0}) {
            add(recent, 0.5, label, 0.25);
        }
        // Majority: wrong at the first, before it has seen any, and at both zeros. Last label: wrong five times.
        assertThat(recent.baseline(8)).isEqualTo(5.0 / 8);
    }

    @Test
    void baselineOfAClassifier_isTheLastLabel_whereThatIsBetter() {
        RecentPredictions recent = new RecentPredictions(Task.BINARY, 8);
        for (double label : new double[] {1, 1, 1, 1, 0, 0, 0, 0}) {
            add(recent, 0.5, label, 0.25);
        }
        assertThat(recent.baseline(4)).isEqualTo(3.0 / 4);
    }

    @Test
    void baselineOfARegression_isTheMean_orTheLastLabel() {
        RecentPredictions alternating = new RecentPredictions(Task.REGRESSION, 4);
        RecentPredictions rising = new RecentPredictions(Task.REGRESSION, 4);
        for (int i = 0; i < 4; i++) {
            add(alternating, 0.0, i % 2, 0.0);
            add(rising, 0.0, i, 0.0);
        }
        assertThat(alternating.baseline(4)).isZero();
        // Three errors of 1, and none at the first label, 0; the deviations from the mean, 1.5, square to 5.
        assertThat(rising.baseline(4)).isCloseTo(1.0 - 3.0 / 5.0, within(1e-12));
    }

    @Test
    void lossesOfAModelThatRunsAway_areCalledDiverging_whateverTheScaleOfTheLabels() {
        RecentPredictions large = new RecentPredictions(Task.REGRESSION, 4);
        RecentPredictions runaway = new RecentPredictions(Task.REGRESSION, 4);
        RecentPredictions classifier = new RecentPredictions(Task.BINARY, 4);
        for (int i = 0; i < 4; i++) {
            add(large, 1e9, 1e9 + i * 1e8, 1e17);
            add(runaway, 1e70, i, 1e140);
            add(classifier, 0.0, 1.0, 36.0);
        }
        assertThat(large.isDiverging(4)).isFalse();
        assertThat(runaway.isDiverging(4)).isTrue();
        assertThat(classifier.isDiverging(4)).isFalse();
    }
}
