package dev.streamgrad.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import dev.streamgrad.learning.Learner.Outcome;
import dev.streamgrad.nn.NumpyRandom;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LearnerTest {
    private static final double[] ZERO_ONE = {0, 1};
    private static final double[] ONE = {1};
    private static final double[] ZERO = {0};

    private static ModelSpec spec(String... settings) {
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            map.put(settings[i], settings[i + 1]);
        }
        return SpecSettings.parse(map);
    }

    /** One neuron, by hand: x = (1, 2), w = 0, b = 0, η = 0.1: ŷ = 0, L = 9, ∂L/∂z = −6, w ← (0.6, 1.2), b ← 0.6. */
    /** The first numbers of SplitMix64 from these seeds, as its authors publish them. */
    @ParameterizedTest
    @CsvSource({"0,e220a8397b1dcdaf", "1234567,599ed017fb08fc85"})
    void whetherASampleIsTrainedOn_followsFromItsOffset(long offset, String mixed) {
        BigInteger bits = new BigInteger(mixed, 16);
        for (int every = 1; every <= 100; every++) {
            Model model = new Model(ModelSpec.xor().with("train.every", Integer.toString(every)));
            assertThat(model.trainsOn(offset))
                    .as("one of " + every)
                    .isEqualTo(bits.mod(BigInteger.valueOf(every)).signum() == 0);
        }
    }

    /** A producer's transactions leave only every second offset, and samples may take turns. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 16})
    void ofOffsetsAtAnyDistance_aboutTheWantedShareIsTrainedOn(int distance) {
        for (int every : new int[] {2, 3, 4, 10}) {
            Model model = new Model(ModelSpec.xor().with("train.every", Integer.toString(every)));
            long trained = LongStream.range(0, 10_000)
                    .filter(i -> model.trainsOn(7 + i * distance))
                    .count();
            assertThat((double) trained / 10_000).isCloseTo(1.0 / every, within(0.02));
        }
    }

    @Test
    void frozenModel_trainsOnNone() {
        Model model = Steering.freeze(new Model(ModelSpec.xor()), null);
        assertThat(model.trainsOn(0)).isFalse();
        assertThat(new Learner(model.spec()).learn(model, new double[] {0, 1}, new double[] {1}, 1.0, true))
                .isEqualTo(Outcome.SCORED);
    }

    @Test
    void oneStepOfOneLinearNeuron_isWhatPaperAndPencilGive() {
        ModelSpec spec =
                spec("layers", "2,1", "output.activation", "identity", "initializer", "zeros", "learning.rate", "0.1");
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        assertThat(learner.learn(model, new double[] {1, 2}, new double[] {3}, 1.0))
                .isEqualTo(Outcome.TRAINED);
        assertThat(learner.prediction()).containsExactly(0.0);
        assertThat(learner.loss()).isEqualTo(9.0);
        assertThat(learner.gradientNorm()).isCloseTo(6 * Math.sqrt(6), within(1e-14));
        assertThat(model.parameters().layer(0).weights().getColumn(0))
                .containsExactly(new double[] {0.6, 1.2}, within(1e-15));
        assertThat(model.parameters().layer(0).biases().getEntry(0)).isCloseTo(0.6, within(1e-15));
        assertThat(model.version()).isEqualTo(1);
    }

    @Test
    void predictionAndLoss_areFromBeforeTheStep() {
        ModelSpec spec = ModelSpec.xor();
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        double before = learner.predict(model, ZERO_ONE)[0];
        learner.learn(model, ZERO_ONE, ONE, 1.0);
        assertThat(learner.prediction()[0]).isEqualTo(before);
        assertThat(learner.loss()).isEqualTo((before - 1) * (before - 1));
        assertThat(learner.predict(model, ZERO_ONE)[0]).isGreaterThan(before);
    }

    @Test
    void weight_scalesTheStep_andZeroChangesNothingButTheVersion() {
        ModelSpec spec = ModelSpec.xor();
        Model zero = new Model(spec);
        List<Double> before = Numbers.of(zero);
        Learner learner = new Learner(spec);
        assertThat(learner.learn(zero, ZERO_ONE, ONE, 0.0)).isEqualTo(Outcome.TRAINED);
        assertThat(Numbers.of(zero)).isEqualTo(before);
        assertThat(zero.version()).isEqualTo(1);

        Model twice = new Model(spec);
        learner.learn(twice, ZERO_ONE, ONE, 2.0);
        Model twiceTheRate = new Model(spec.with("learning.rate", "0.6"));
        new Learner(twiceTheRate.spec()).learn(twiceTheRate, ZERO_ONE, ONE, 1.0);
        for (int i = 0; i < before.size(); i++) {
            assertThat(Numbers.of(twice).get(i))
                    .isCloseTo(Numbers.of(twiceTheRate).get(i), within(1e-15));
        }
    }

    @Test
    void miniBatch_changesNothingUntilItIsFull_thenStepsByItsMean() {
        ModelSpec spec = ModelSpec.xor().with("batch.size", "2");
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        double[] untrained = learner.predict(model, ZERO_ONE).clone();
        learner.learn(model, ZERO_ONE, ONE, 1.0);
        assertThat(model.version()).isZero();
        assertThat(model.pendingCount).isEqualTo(1);
        assertThat(learner.predict(model, ZERO_ONE)).containsExactly(untrained);
        // The same sample again: the mean of two equal gradients is the gradient, so it is the plain step.
        learner.learn(model, ZERO_ONE, ONE, 1.0);
        assertThat(model.version()).isEqualTo(1);
        assertThat(model.pendingCount).isZero();
        Model plain = new Model(ModelSpec.xor());
        new Learner(plain.spec()).learn(plain, ZERO_ONE, ONE, 1.0);
        assertThat(model.parameters().layer(0).weights().getData())
                .isDeepEqualTo(plain.parameters().layer(0).weights().getData());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "3"})
    void stepThatOverflows_leavesTheModelAsItWas(String batch) {
        ModelSpec spec =
                spec("layers", "1,1", "output.activation", "identity", "learning.rate", "1e10", "batch.size", batch);
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        learner.learn(model, ONE, ZERO, 1.0);
        List<Double> before = Numbers.of(model);
        Map<String, Long> counters = ModelState.counters(model);
        assertThat(learner.learn(model, new double[] {1e300}, ZERO, 1.0)).isEqualTo(Outcome.NOT_FINITE);
        assertThat(Numbers.of(model)).isEqualTo(before);
        assertThat(model.version()).isEqualTo(counters.get("version"));
        assertThat(ModelState.counters(model).get("batch.samples")).isEqualTo(counters.get("batch.samples"));
        assertThat(model.nonFinite()).isEqualTo(1);
        assertThat(model.metrics().sinceStart().samples()).isEqualTo(1);
        // And it goes on.
        assertThat(learner.learn(model, ZERO, ZERO, 1.0)).isEqualTo(Outcome.TRAINED);
        assertThat(model.nonFiniteInARow).isZero();
    }

    @Test
    void restore_goesBackToTheLastSnapshotAtHalfTheRate_afterSeveralInARow() {
        ModelSpec spec = spec(
                "layers", "1,1",
                "output.activation", "identity",
                "initializer", "zeros",
                "learning.rate", "0.1",
                "on.divergence", "restore",
                "divergence.restore.after", "2",
                "snapshot.every", "2");
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        learner.learn(model, ONE, ONE, 1.0);
        learner.learn(model, ONE, ONE, 1.0);
        double atSnapshot = model.parameters().layer(0).weights().getEntry(0, 0);
        learner.learn(model, ONE, ONE, 1.0);
        assertThat(model.parameters().layer(0).weights().getEntry(0, 0)).isNotEqualTo(atSnapshot);

        double[] huge = {1e300};
        assertThat(learner.learn(model, huge, ZERO, 1.0)).isEqualTo(Outcome.NOT_FINITE);
        assertThat(learner.learn(model, huge, ZERO, 1.0)).isEqualTo(Outcome.RESTORED);
        assertThat(model.parameters().layer(0).weights().getEntry(0, 0)).isEqualTo(atSnapshot);
        assertThat(model.learningRate()).isEqualTo(0.05);
        assertThat(model.version()).as("versions are never given twice").isEqualTo(3);
        assertThat(model.restores()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"standard", "running"})
    void restore_takesTheStatisticsAndAdamsStepsBackToo_andHalvesTheRateOnlySoFar(String scaling) {
        ModelSpec spec = spec(
                "layers", "1,1",
                "output.activation", "identity",
                "optimizer", "adam",
                "learning.rate", "0.1",
                "features.scaling", scaling,
                "on.divergence", "restore",
                "divergence.restore.after", "1",
                "snapshot.every", "2");
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        for (double x : new double[] {1, 2, 3}) {
            assertThat(learner.learn(model, new double[] {x}, ONE, 1.0)).isEqualTo(Outcome.TRAINED);
        }
        Model asAtTheSnapshot = new Model(spec);
        for (double x : new double[] {1, 2}) {
            learner.learn(asAtTheSnapshot, new double[] {x}, ONE, 1.0);
        }
        assertThat(learner.learn(model, new double[] {1e300}, ONE, 1.0)).isEqualTo(Outcome.RESTORED);
        List<Double> learned = Numbers.of(model);
        List<Double> expected = Numbers.of(asAtTheSnapshot);
        assertThat(learned.subList(0, learned.size() - 1)).isEqualTo(expected.subList(0, expected.size() - 1));
        assertThat(ModelState.counters(model)).containsEntry("scaling.count", 2L);
        assertThat(model.optimizerSteps).isEqualTo(2);
        assertThat(model.version()).isEqualTo(3);
        for (int i = 0; i < 100; i++) {
            assertThat(learner.learn(model, new double[] {1e300}, ONE, 1.0)).isEqualTo(Outcome.RESTORED);
        }
        assertThat(model.learningRateFactor()).isEqualTo(Learner.LEAST_FACTOR);
    }

    @Test
    void overflowInsideTheNetwork_isSeen_thoughTheOutputLooksFine() {
        ModelSpec relu = spec("layers", "2,1,1", "hidden.activation", "relu", "initializer", "pytorch");
        Model model = new Model(relu);
        Learner learner = new Learner(relu);
        model.parameters().fill(() -> 1e200);
        model.parameters().layer(0).weights().setEntry(1, 0, -1e200);
        double[] huge = {1e200, 1e200};
        assertThat(learner.predict(model, huge)[0]).isNotEqualTo(0.5);
        assertThat(learner.predictionIsFinite()).as("∞ − ∞ within").isFalse();
        assertThat(learner.learn(model, huge, ONE, 1.0)).isEqualTo(Outcome.NOT_FINITE);
    }

    @Test
    void errorWhoseSquareOverflows_isRefused_soThatTheMetricsStayFinite() {
        ModelSpec spec = spec("layers", "1,1", "output.activation", "identity", "loss", "huber");
        Model model = new Model(spec);
        assertThat(new Learner(spec).learn(model, ONE, new double[] {1e155}, 1.0))
                .isEqualTo(Outcome.NOT_FINITE);
        assertThat(model.metrics().sinceStart().samples()).isZero();
    }

    @Test
    void featureScaling_usesTheStatisticsOfTheSamplesBefore() {
        ModelSpec spec = spec("layers", "1,1", "output.activation", "identity", "features.scaling", "standard");
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        for (double x : new double[] {2, 4, 4, 4, 5, 5, 7, 9}) {
            learner.learn(model, new double[] {x}, ZERO, 0.0);
        }
        FeatureScaler scaler = Objects.requireNonNull(model.scaler());
        // Mean 5 and deviation 2: the textbook's numbers.
        double[] scaled = new double[1];
        scaler.scale(new double[] {9}, scaled);
        assertThat(scaled[0]).isCloseTo(2.0, within(1e-15));
        assertThat(scaler.mean()[0]).isCloseTo(5.0, within(1e-15));
    }

    @ParameterizedTest
    @ValueSource(strings = {"standard", "running"})
    void featuresTooLargeForTheStatistics_areNotTaken(String scaling) {
        ModelSpec spec = spec("layers", "1,1", "output.activation", "identity", "features.scaling", scaling);
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        learner.learn(model, ONE, ONE, 1.0);
        List<Double> before = Numbers.of(model);
        assertThat(learner.learn(model, new double[] {1e200}, ONE, 1.0)).isEqualTo(Outcome.NOT_FINITE);
        assertThat(Numbers.of(model)).isEqualTo(before);
    }

    @Test
    void sameSamples_giveTheSameBits_howeverModelsShareALearner() {
        ModelSpec spec = ModelSpec.xor().with("optimizer", "adam").with("learning.rate", "0.01");
        Learner shared = new Learner(spec);
        Model a = new Model(spec);
        Model b = new Model(spec);
        Learner own = new Learner(spec);
        Model alone = new Model(spec);
        NumpyRandom random = new NumpyRandom(5);
        for (int i = 0; i < 500; i++) {
            double[] features = {random.nextInt(2), random.nextInt(2)};
            double[] label = {features[0] == features[1] ? 0 : 1};
            shared.learn(a, features, label, 1.0);
            shared.learn(b, label.length == 1 ? new double[] {1, 0} : features, ONE, 0.5);
            own.learn(alone, features, label, 1.0);
        }
        assertThat(Numbers.of(a)).isEqualTo(Numbers.of(alone)).isNotEqualTo(Numbers.of(b));
    }

    @Test
    void anotherModel_isAsNew_andSharesNothing() {
        ModelSpec spec = ModelSpec.xor().with("optimizer", "adam").with("learning.rate", "0.01");
        Model first = new Model(spec);
        Model another = first.another(7);
        assertThat(another.firstOffset()).isEqualTo(7);
        train(new Learner(spec), another, 10);
        Model again = new Model(spec, 7);
        train(new Learner(spec), again, 10);
        assertThat(Numbers.of(another)).isEqualTo(Numbers.of(again));
        assertThat(Numbers.of(first)).isEqualTo(Numbers.of(new Model(spec)));
        assertThatThrownBy(() -> another.another(8)).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "sgd, none, none",
        "momentum, none, none",
        "adamw, none, none",
        "sgd, standard, none",
        "sgd, running, none",
        "sgd, running, running"
    })
    void aStepAllocatesNothing(String optimizer, String scaling, String labelScaling) {
        ModelSpec spec = ModelSpec.xor()
                .with("optimizer", optimizer)
                .with("learning.rate", "0.01")
                .with("features.scaling", scaling)
                .with("output.activation", labelScaling.equals("none") ? "sigmoid" : "identity")
                .with("label.scaling", labelScaling);
        assertStepsAllocateNothing(spec);
    }

    private static void assertStepsAllocateNothing(ModelSpec spec) {
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        // Warm up, so that neither class loading nor the metrics' blocks are counted.
        train(learner, model, 20_000);
        long before = threads.getThreadAllocatedBytes(thread);
        long justAsking = threads.getThreadAllocatedBytes(thread) - before;
        long start = threads.getThreadAllocatedBytes(thread);
        train(learner, model, 10_000);
        long allocated = threads.getThreadAllocatedBytes(thread) - start - justAsking;
        assertThat(allocated).as("bytes for 10,000 steps").isLessThan(10_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hddm-a", "adwin", "page-hinkley"})
    void aWatchedStepAllocatesNothing(String detector) {
        assertStepsAllocateNothing(
                ModelSpec.xor().with("drift.detector", detector).with("drift.reaction", "boost"));
    }

    private static void train(Learner learner, Model model, int steps) {
        double[] features = {0, 1};
        double[] label = {1};
        for (int i = 0; i < steps; i++) {
            features[0] = i & 1;
            label[0] = 1 - features[0];
            learner.learn(model, features, label, 1.0);
        }
    }
}
