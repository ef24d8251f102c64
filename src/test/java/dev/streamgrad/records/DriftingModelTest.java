package dev.streamgrad.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.learning.Drift;
import dev.streamgrad.learning.DriftDetector.Change;
import dev.streamgrad.learning.DriftDetector.Direction;
import dev.streamgrad.learning.DriftReaction;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.ModelState;
import dev.streamgrad.learning.Steering;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model whose errors are watched while the labels of exclusive or flip, and what that does to it and its bytes. */
class DriftingModelTest {
    private static final int FLIP = 1_500;

    private static ModelSpec spec(String detector, String reaction) {
        return ModelSpec.xor()
                .with("layers", "2,8,1")
                .with("hidden.activation", "tanh")
                .with("optimizer", "adam")
                .with("learning.rate", "0.01")
                .with("drift.detector", detector)
                // A loss of exclusive or is at most 1.
                .with("drift.page-hinkley.threshold", "5")
                .with("drift.reaction", reaction);
    }

    private static SampleSource flipping() {
        return Dataset.XOR.samples(1).flippedFrom(FLIP);
    }

    /** A run, sample by sample. */
    private static final class Run {
        private final SampleSource source = flipping();
        private final Learner learner;
        private Model model;
        private int taken;
        private final List<String> drifts = new ArrayList<>();
        private final List<Integer> warnings = new ArrayList<>();

        Run(ModelSpec spec) {
            model = new Model(spec);
            learner = new Learner(spec);
        }

        /** Takes so many samples, but no more than up to the first drift. */
        Drift upToADrift(int most) {
            for (int i = 0; i < most; i++) {
                Drift drift = next();
                if (drift != null) {
                    return drift;
                }
            }
            throw new AssertionError("no drift within " + most + " samples");
        }

        @Nullable
        Drift next() {
            Sample sample = source.next();
            double[] features =
                    sample.features().stream().mapToDouble(Double::doubleValue).toArray();
            double[] label = Objects.requireNonNull(sample.label()).stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray();
            learner.learn(model, features, label, 1.0);
            if (learner.drift() != null) {
                drifts.add(taken + " " + learner.drift());
            }
            if (learner.warned()) {
                warnings.add(taken);
            }
            taken++;
            return learner.drift();
        }

        Run take(int samples) {
            for (int i = 0; i < samples; i++) {
                next();
            }
            return this;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"alert", "boost", "reset"})
    void hddm_tellsOfTheFlipAtOnce_andOfNothingBefore(String reaction) {
        Run run = new Run(spec("hddm-a", reaction)).take(FLIP);
        assertThat(run.drifts).isEmpty();
        Drift drift = run.upToADrift(50);
        assertThat(drift.direction()).isEqualTo(Direction.WORSE);
        assertThat(drift.after()).isGreaterThan(drift.before());
        assertThat(drift.reaction()).isEqualTo(DriftReaction.of(reaction));
        assertThat(run.warnings).isNotEmpty().allMatch(at -> at >= FLIP);
    }

    /** The state is written and read at every sample around the drift. */
    @ParameterizedTest
    @CsvSource({
        "hddm-a, alert",
        "hddm-a, boost",
        "hddm-a, reset",
        "adwin, boost",
        "adwin, reset",
        "page-hinkley, boost",
        "page-hinkley, reset"
    })
    void stateWrittenAndReadInTheMiddle_changesNothing(String detector, String reaction) {
        ModelSpec spec = spec(detector, reaction);
        StateFormat format = new StateFormat();
        Run whole = new Run(spec);
        Run broken = new Run(spec);
        boolean readInAWarning = false;
        for (int i = 0; i < FLIP + 600; i++) {
            whole.next();
            broken.next();
            if (i > FLIP - 100) {
                readInAWarning |=
                        Objects.requireNonNull(broken.model.detector()).change() == Change.WARNING;
                broken.model = format.read(format.write(broken.model));
            }
            if (i % 100 == 0) {
                broken.model = Snapshot.read(Snapshot.of("m", broken.model, new Source(0, i), SnapshotTest.LOG, 0)
                                .toJson())
                        .model();
            }
        }
        assertThat(whole.drifts).isNotEmpty();
        assertThat(broken.drifts).isEqualTo(whole.drifts);
        assertThat(broken.warnings).isEqualTo(whole.warnings);
        assertThat(Fingerprint.of(broken.model)).isEqualTo(Fingerprint.of(whole.model));
        assertThat(format.write(broken.model)).isEqualTo(format.write(whole.model));
        assertThat(readInAWarning).isEqualTo(detector.equals("hddm-a"));
    }

    @Test
    void boost_multipliesTheRateForSomeSteps_andNoMore() {
        Run run =
                new Run(spec("hddm-a", "boost").with("drift.boost.factor", "3").with("drift.boost.steps", "20"));
        run.take(FLIP).upToADrift(50);
        assertThat(run.model.boostLeft()).isEqualTo(20);
        assertThat(run.model.learningRate()).isCloseTo(0.03, within(1e-15));
        run.take(19);
        assertThat(run.model.learningRate()).isCloseTo(0.03, within(1e-15));
        run.take(1);
        assertThat(run.model.boostLeft()).isZero();
        assertThat(run.model.learningRate()).isEqualTo(0.01);
    }

    @Test
    void reset_beginsAnew_goesOnCountingItsVersions_andKeepsItsMetrics() {
        ModelSpec spec = spec("hddm-a", "reset");
        Run run = new Run(spec).take(FLIP);
        Drift drift = run.upToADrift(50);
        assertThat(drift.reaction()).isEqualTo(DriftReaction.RESET);
        assertThat(numbers(run.model)).isEqualTo(numbers(new Model(spec)));
        assertThat(run.model.steps()).isZero();
        assertThat(run.model.version()).isEqualTo(run.taken);
        assertThat(run.model.metrics().sinceStart().samples()).isEqualTo(run.taken);
        assertThat(ModelState.counters(run.model)).containsEntry("optimizer.steps", 0L);
    }

    private static List<Double> numbers(Model model) {
        List<Double> numbers = new ArrayList<>();
        model.parameters().forEach(numbers::add);
        model.state().slots().forEach(slot -> slot.forEach(numbers::add));
        return numbers;
    }

    @Test
    void better_isADriftWithoutReaction() {
        Run run = new Run(spec("hddm-a", "reset").with("drift.hddm.two.sided", "true"));
        Drift drift = run.upToADrift(FLIP);
        assertThat(drift.direction()).isEqualTo(Direction.BETTER);
        assertThat(drift.reaction()).isEqualTo(DriftReaction.ALERT);
        assertThat(run.model.steps()).isEqualTo(run.taken);
    }

    @Test
    void frozenModel_isWatched_andDoesNotReact() {
        Run run = new Run(spec("hddm-a", "reset")).take(FLIP);
        run.model = Steering.freeze(run.model, null);
        List<Double> weights = numbers(run.model);
        Drift drift = run.upToADrift(50);
        assertThat(drift.direction()).isEqualTo(Direction.WORSE);
        assertThat(drift.reaction()).isEqualTo(DriftReaction.ALERT);
        assertThat(numbers(run.model)).isEqualTo(weights);
    }

    @Test
    void detector_isPartOfTheFingerprint_onlyWhereItDecides() {
        Model none = new Run(ModelSpec.xor()).take(500).model;
        Model alert = new Run(ModelSpec.xor().with("drift.detector", "hddm-a")).take(500).model;
        Model reset = new Run(ModelSpec.xor().with("drift.detector", "hddm-a").with("drift.reaction", "reset"))
                .take(500)
                .model;
        assertThat(Fingerprint.of(alert)).isEqualTo(Fingerprint.of(none)).isNotEqualTo(Fingerprint.of(reset));
    }

    @Test
    void refusedSample_isNotShownToTheDetector() {
        Model model = new Model(ModelSpec.xor().with("drift.detector", "hddm-a"));
        Learner learner = new Learner(model.spec());
        double[] label = {1.0};
        learner.learn(model, new double[] {0.0, 1.0}, label, 1.0);
        assertThat(learner.learn(model, new double[] {Double.MAX_VALUE, Double.MAX_VALUE}, label, Double.MAX_VALUE))
                .isEqualTo(Learner.Outcome.NOT_FINITE);
        assertThat(Objects.requireNonNull(model.detector()).window()).isEqualTo(1);
    }

    @Test
    void set_ofAnythingElse_keepsWhatTheDetectorHasSeen_andOfItsParameters_doesNot() {
        Model model = new Run(spec("hddm-a", "alert")).take(100).model;
        Model boosted = Steering.set(model, Map.of("drift.reaction", "boost", "learning.rate", "0.02"), null);
        assertThat(Objects.requireNonNull(boosted.detector()).window()).isEqualTo(100);
        Model other = Steering.set(boosted, Map.of("drift.hddm.drift.confidence", "0.0001"), null);
        assertThat(Objects.requireNonNull(other.detector()).window()).isZero();
        Model none = Steering.set(other, Map.of("drift.detector", "none"), null);
        assertThat(none.detector()).isNull();
        assertThatThrownBy(() -> Steering.set(none, Map.of("drift.boost.steps", "3"), null))
                .hasMessageContaining("drift.boost.steps has no meaning with")
                .hasMessageContaining("drift.detector=none");
    }

    @Test
    void resetAndRestore_emptyTheDetector() {
        Model model = new Run(spec("hddm-a", "boost")).take(FLIP + 60).model;
        assertThat(model.boostLeft()).isPositive();
        Model state = new Run(spec("hddm-a", "boost")).take(FLIP + 50).model;
        Model restored = Steering.restore(model, state, null);
        assertThat(Objects.requireNonNull(restored.detector()).window()).isZero();
        assertThat(restored.boostLeft()).isZero();
        Model reset = Steering.reset(model, Map.of(), null);
        assertThat(Objects.requireNonNull(reset.detector()).window()).isZero();
        assertThat(reset.boostLeft()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "drift.detector|ddm|drift.detector must be one of none, hddm-a, adwin, page-hinkley; got ddm",
                "drift.reaction|pray|drift.reaction must be one of alert, boost, reset; got pray",
                "drift.hddm.two.sided|perhaps|drift.hddm.two.sided must be true or false; got perhaps",
                "drift.hddm.drift.confidence|0|drift.hddm.drift.confidence must be over 0 and under 1; got 0.0; try 0.001",
                "drift.boost.factor|1|drift.boost.factor must be over 1 and at most 1000.0; got 1.0; try 5",
                "drift.boost.steps|0|drift.boost.steps must be from 1 to 1000000000; got 0; try 500"
            })
    void wrongSettings_areRefusedInALine(String setting, String value, String message) {
        assertThatThrownBy(() -> spec("hddm-a", "boost").with(setting, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void unusedSettings_areNotPartOfASpec() {
        assertThat(ModelSpec.xor().with("drift.reaction", "boost")).isEqualTo(ModelSpec.xor());
        assertThat(spec("adwin", "alert").with("drift.hddm.drift.confidence", "0.01"))
                .isEqualTo(spec("adwin", "alert"));
    }
}
