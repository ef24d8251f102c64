package dev.streamgrad.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrequentialMetricsTest {

    @Test
    void classifier_standsBesideMajorityAndLastLabel_whichAreAskedFirst() {
        PrequentialMetrics metrics = new PrequentialMetrics(Task.BINARY, 1, 100);
        double[] labels = {1, 1, 0, 1};
        double[] predictions = {0.9, 0.4, 0.1, 0.8};
        for (int i = 0; i < labels.length; i++) {
            add(metrics, new double[] {predictions[i]}, new double[] {labels[i]}, 0.25, 0.5);
        }
        PrequentialMetrics.Figures figures = metrics.sinceStart();
        assertThat(figures.samples()).isEqualTo(4);
        assertThat(figures.score()).isEqualTo(0.75);
        // Majority before each: none (0), 1, 1, 1: right for the second and fourth.
        assertThat(figures.constantScore()).isEqualTo(0.5);
        // Last label before each: none, 1, 1, 0: right for the second.
        assertThat(figures.lastLabelScore()).isEqualTo(0.25);
        assertThat(figures.loss()).isEqualTo(0.25);
        assertThat(figures.logLoss()).isEqualTo(0.5);
        assertThat(figures.r2()).isNaN();
        assertThat(metrics.window()).isEqualTo(figures);
    }

    @Test
    void classes_areTheGreatestOutput() {
        PrequentialMetrics metrics = new PrequentialMetrics(Task.MULTI_CLASS, 3, 100);
        add(metrics, new double[] {0.2, 0.5, 0.3}, new double[] {0, 1, 0}, 0, 0);
        add(metrics, new double[] {0.2, 0.5, 0.3}, new double[] {0, 1, 0}, 0, 0);
        add(metrics, new double[] {0.2, 0.5, 0.3}, new double[] {0, 0, 1}, 0, 0);
        assertThat(metrics.sinceStart().score()).isCloseTo(2.0 / 3, within(1e-15));
        assertThat(metrics.sinceStart().constantScore()).isCloseTo(1.0 / 3, within(1e-15));
    }

    @Test
    void regression_hasErrorsBesideTheRunningMean() {
        PrequentialMetrics metrics = new PrequentialMetrics(Task.REGRESSION, 1, 100);
        double[] labels = {1, 3, 5};
        double[] predictions = {1, 2, 5};
        for (int i = 0; i < labels.length; i++) {
            add(metrics, new double[] {predictions[i]}, new double[] {labels[i]}, 0, 0);
        }
        PrequentialMetrics.Figures figures = metrics.sinceStart();
        assertThat(figures.score()).as("mean absolute error").isCloseTo(1.0 / 3, within(1e-15));
        // Running mean before each: 0, 1, 2; errors 1, 2, 3.
        assertThat(figures.constantScore()).isEqualTo(2.0);
        // Last label before each: 0, 1, 3; errors 1, 2, 2.
        assertThat(figures.lastLabelScore()).isCloseTo(5.0 / 3, within(1e-15));
        assertThat(figures.r2()).isCloseTo(1 - 1.0 / 14, within(1e-15));
        assertThat(figures.logLoss()).isNaN();
    }

    @Test
    void window_forgetsWhatIsOlder_andCostsTheSameHoweverLongItIs() {
        PrequentialMetrics metrics = new PrequentialMetrics(Task.BINARY, 1, 50);
        for (int i = 0; i < 1000; i++) {
            add(metrics, new double[] {0}, new double[] {0}, 7, 0);
        }
        for (int i = 0; i < 50; i++) {
            add(metrics, new double[] {0}, new double[] {0}, 1, 0);
            assertThat(metrics.window().samples()).isBetween(45L, 50L);
        }
        assertThat(metrics.window().loss()).isEqualTo(1.0);
        assertThat(metrics.sinceStart().samples()).isEqualTo(1050);
        assertThat((long) metrics.size()).isEqualTo(PrequentialMetrics.largest(1));
    }

    @Test
    void restored_goesOnAsIfNothingHadHappened() {
        PrequentialMetrics original = new PrequentialMetrics(Task.BINARY, 1, 20);
        fill(original, 0, 33);
        List<Double> numbers = new ArrayList<>();
        original.write(numbers::add);
        assertThat(numbers).hasSize(original.size());
        PrequentialMetrics restored = new PrequentialMetrics(Task.BINARY, 1, 20);
        Iterator<Double> from = numbers.iterator();
        restored.restore(from::next);
        assertThat(from).isExhausted();
        fill(original, 33, 80);
        fill(restored, 33, 80);
        assertThat(restored.window()).isEqualTo(original.window());
        assertThat(restored.sinceStart()).isEqualTo(original.sinceStart());
    }

    @Test
    void damagedState_isRefused() {
        PrequentialMetrics metrics = new PrequentialMetrics(Task.BINARY, 1, 20);
        assertThatThrownBy(() -> metrics.restore(() -> 11.0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void add(
            PrequentialMetrics metrics, double[] prediction, double[] label, double loss, double logLoss) {
        double[] scores = new double[PrequentialMetrics.SUMS];
        assertThat(metrics.score(prediction, label, loss, logLoss, scores)).isTrue();
        metrics.add(label, scores);
    }

    @Test
    void whatWouldOverflowASum_isNotCounted() {
        PrequentialMetrics metrics = new PrequentialMetrics(Task.REGRESSION, 1, 100);
        double[] scores = new double[PrequentialMetrics.SUMS];
        add(metrics, new double[] {1}, new double[] {2}, 1, 0);
        assertThat(metrics.score(new double[] {1e200}, new double[] {0}, 1, 0, scores))
                .isFalse();
        assertThat(metrics.score(new double[] {0}, new double[] {0}, Double.POSITIVE_INFINITY, 0, scores))
                .isFalse();
        assertThat(metrics.sinceStart().samples()).isEqualTo(1);
    }

    private static void fill(PrequentialMetrics metrics, int from, int to) {
        for (int i = from; i < to; i++) {
            add(metrics, new double[] {i % 3 / 3.0}, new double[] {i % 2}, i, i * 0.5);
        }
    }
}
