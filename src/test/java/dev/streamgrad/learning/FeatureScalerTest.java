package dev.streamgrad.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.streamgrad.nn.NumpyRandom;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureScalerTest {
    private static final Offset<Double> ROUNDING = within(1e-15);

    private static FeatureScaler running() {
        return new FeatureScaler(FeatureScaling.RUNNING, 1);
    }

    /** What the network sees of each in turn. */
    private static double[] scaled(FeatureScaler scaler, double... features) {
        double[] all = new double[features.length];
        for (int i = 0; i < features.length; i++) {
            all[i] = scaled(scaler, features[i]);
            scaler.update(new double[] {features[i]});
        }
        return all;
    }

    private static double scaled(FeatureScaler scaler, double feature) {
        double[] scaled = new double[1];
        scaler.scale(new double[] {feature}, scaled);
        return scaled[0];
    }

    /** By hand: 2 and 4 have mean 3 and deviation 1; with 9, mean 5 and variance (9 + 1 + 16) / 3. */
    @Test
    void running_countsTheSample_fromTheFirst() {
        assertThat(scaled(running(), 2, 4, 9)).containsExactly(new double[] {0, 1, 4 / Math.sqrt(26 / 3.0)}, ROUNDING);
    }

    /** 2, 4, 4, 4, 5, 5, 7, 9 have mean 5 and deviation 2: the textbook's numbers. */
    @Test
    void running_isTheTextbooksStandardScore() {
        assertThat(scaled(running(), 2, 4, 4, 4, 5, 5, 7, 9)[7]).isCloseTo(2.0, ROUNDING);
    }

    /**
     * Three times 3.5 and once 7.5 have mean 4.5 and deviation √3, so the last is √3 deviations off, the most of four.
     */
    @Test
    void running_isZero_untilTheFeatureVaries() {
        assertThat(scaled(running(), 3.5, 3.5, 3.5, 7.5))
                .containsExactly(new double[] {0, 0, 0, Math.sqrt(3)}, ROUNDING);
    }

    @Test
    void standard_isAsModelsWereBornWithIt_theFirstRawAndTheSecondOnlyCentred() {
        assertThat(scaled(new FeatureScaler(FeatureScaling.STANDARD, 1), 2, 4, 9))
                .containsExactly(2, 2, 6);
    }

    @Test
    void request_isScaledAsTheSampleWouldBe_andChangesNothing() {
        FeatureScaler scaler = running();
        scaled(scaler, 1, 2, 3);
        double first = scaled(scaler, 10);
        assertThat(scaled(scaler, 10)).isEqualTo(first).isEqualTo(scaled(scaler, 10));
        assertThat(scaler.count()).isEqualTo(3);
    }

    /** Largest and smallest numbers, subnormal ones, and steps of one bit far from 0 among them. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void running_isFiniteAndBounded_forAnyFiniteFeatures(long seed) {
        Random random = new Random(seed);
        double[] hard = {
            0.0,
            -0.0,
            Double.MAX_VALUE,
            -Double.MAX_VALUE,
            Double.MIN_VALUE,
            -Double.MIN_VALUE,
            1e154,
            -1e154,
            1e-162,
            2e-162,
            1e16,
            Math.nextUp(1e16),
            1.0,
            Math.nextUp(1.0)
        };
        for (int history = 0; history < 200; history++) {
            FeatureScaler scaler = running();
            int kinds = 1 + random.nextInt(hard.length);
            for (int i = 0; i < 50; i++) {
                double any = Double.longBitsToDouble(random.nextLong());
                double feature = random.nextInt(4) == 0 && Double.isFinite(any) ? any : hard[random.nextInt(kinds)];
                double scaled = scaled(scaler, feature);
                assertThat(Math.abs(scaled))
                        .as("seed %d, history %d, sample %d: %s", seed, history, i, feature)
                        .isLessThanOrEqualTo(Math.sqrt((double) scaler.count()));
                double[] features = {feature};
                if (scaler.accepts(features)) {
                    scaler.update(features);
                }
            }
        }
    }

    /** Its square overflows, and yet it is as far off as a number can be, and on its side. */
    @Test
    void running_ofAFeatureTooLargeForTheStatistics_isTheBound() {
        FeatureScaler scaler = running();
        scaled(scaler, 1, 2, 3, 4);
        assertThat(scaled(scaler, 1e300)).isEqualTo(2.0);
        assertThat(scaled(scaler, -Double.MAX_VALUE)).isEqualTo(-2.0);
    }

    @Test
    void firstSamplesFarFromZero_throwTheWeightsOff_underStandardOnly() {
        assertThat(largestError("standard")).isGreaterThan(1e4);
        assertThat(largestError("running")).isLessThan(10.0);
    }

    /** Of a linear model of {@code y = x − 1000}, where x is around 1000 with a deviation of 1. */
    private static double largestError(String scaling) {
        ModelSpec spec = SpecSettings.parse(Map.of(
                "layers",
                "1,1",
                "output.activation",
                "identity",
                "learning.rate",
                "0.01",
                "features.scaling",
                scaling));
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        NumpyRandom random = new NumpyRandom(1);
        double largest = 0.0;
        for (int i = 0; i < 200; i++) {
            double y = random.nextGaussian();
            assertThat(learner.learn(model, new double[] {1000.0 + y}, new double[] {y}, 1.0))
                    .isEqualTo(Learner.Outcome.TRAINED);
            largest = Math.max(largest, Math.abs(learner.prediction()[0] - y));
        }
        return largest;
    }
}
