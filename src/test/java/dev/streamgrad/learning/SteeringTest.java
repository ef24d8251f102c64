package dev.streamgrad.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.streamgrad.learning.Learner.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SteeringTest {
    private static final String XOR = "layers=2,4,1 snapshot.every=10";

    private static ModelSpec spec(String text) {
        return SpecSettings.parse(settings(text));
    }

    private static Map<String, String> settings(String text) {
        Map<String, String> settings = new HashMap<>();
        Arrays.stream(text.split(" ")).filter(pair -> !pair.isEmpty()).forEach(pair -> {
            int equals = pair.indexOf('=');
            settings.put(pair.substring(0, equals), pair.substring(equals + 1));
        });
        return settings;
    }

    private static Model trained(String spec, int samples) {
        Model model = new Model(spec(spec), 100);
        train(model, 0, samples);
        return model;
    }

    /** The samples from one number to another of a series that is always the same. */
    private static void train(Model model, int from, int to) {
        Learner learner = new Learner(model.spec());
        int inputs = model.spec().architecture().inputs();
        int outputs = model.spec().architecture().outputs();
        for (int i = from; i < to; i++) {
            SplittableRandom random = new SplittableRandom(i);
            double[] features = random.doubles(inputs, -2, 2).toArray();
            double[] label = random.doubles(outputs, 0, 1).toArray();
            assertThat(learner.learn(model, features, label, 1.0)).isNotEqualTo(Outcome.NOT_FINITE);
            model.reached(100 + i);
        }
    }

    /** Everything that a model is, by the paths of its fields. */
    private static Map<String, List<Double>> everythingOf(Model model) {
        Map<String, List<Double>> all = new LinkedHashMap<>();
        for (StateField field : ModelState.FIELDS) {
            if (field.isIn(model.spec())) {
                List<Double> numbers = new ArrayList<>();
                field.forEach(model, numbers::add);
                all.put(field.path(), numbers);
            }
        }
        return all;
    }

    private static Set<String> differences(Map<String, List<Double>> one, Map<String, List<Double>> other) {
        Set<String> paths = new TreeSet<>(one.keySet());
        paths.addAll(other.keySet());
        paths.removeIf(path -> one.getOrDefault(path, List.of()).equals(other.get(path)));
        return paths;
    }

    private static Model copyOf(Model model) {
        return model.with(model.spec());
    }

    // refusals

    private static void assertRefused(Model model, UnaryOperator<Model> command, String reason) {
        Map<String, List<Double>> before = everythingOf(model);
        ModelSpec spec = model.spec();
        assertThatThrownBy(() -> command.apply(model))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
        assertThat(everythingOf(model)).isEqualTo(before);
        assertThat(model.spec()).isEqualTo(spec);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | set needs settings",
                "seed=7 | seed cannot change while a model lives; reset the model with it, or name a new model",
                "layers=2,8,1 | layers cannot change while a model lives",
                "optimizer=adam | optimizer cannot change while a model lives",
                "features.scaling=running | features.scaling cannot change while a model lives",
                "learning.rat=1 | no model setting is called learning.rat; these can be set: [adam.beta1",
                "learning.rate=fast | learning.rate must be a number; got fast",
                "learning.rate=NaN | learning.rate",
                "learning.rate=-1 | learning.rate",
                "learning.rate=0.3 | set must change something",
                "learning.rate=0.30 | set must change something",
                "batch.size=0 | batch.size must be at least 1; got 0",
                "batch.size=1.5 | batch.size must be a whole number; got 1.5",
                "batch.size=4294967297 | batch.size must be at most 2147483647",
                "metrics.window=1 | metrics.window must be at least 10",
                "momentum=0.5 | momentum has no meaning with layers 2-4-1, optimizer=sgd, schedule=constant and drift.detector=none",
                "schedule.every=5 | schedule.every has no meaning",
                "learning.rate=0.1 momentum=0.5 | momentum has no meaning",
                "on.divergence=explode | on.divergence must be",
            })
    void set_thatIsRefused_changesNothing(String settings, String reason) {
        assertRefused(trained(XOR, 25), model -> Steering.set(model, settings(settings), "id"), reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "layers=3,4,1 | reset must keep 2 inputs; got 3; use a model of another name for that",
                "layers=2,4,2 | reset must keep 1 outputs; got 2",
                "output.activation=identity | reset must keep the output activation sigmoid or one for the same task",
                "features=a,b | reset must keep the features and the label that the model has; got others",
                "layers=2 | layers must have at least two sizes",
                "seed=-1 | seed must be from 0 to",
                "depth=7 | no model setting is called depth",
                "momentum=0.5 | momentum has no meaning",
                "label=y | label must be left out without features",
            })
    void reset_thatIsRefused_changesNothing(String settings, String reason) {
        assertRefused(trained(XOR, 25), model -> Steering.reset(model, settings(settings), "id"), reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "layers=3,4,1 | restore must keep 2 inputs; got 3",
                "layers=2,4,2 | restore must keep 1 outputs; got 2",
                "output.activation=identity | restore must keep the output activation sigmoid",
                "features=a,b | restore must keep the features and the label",
            })
    void restore_ofAnotherShape_changesNothing(String settings, String reason) {
        Model other = new Model(spec(settings));
        assertRefused(trained(XOR, 25), model -> Steering.restore(model, other, "id"), reason);
    }

    @ParameterizedTest
    @CsvSource({
        "layers, NaN",
        "layers, Infinity",
        "optimizer.slots, NaN",
        "scaling.means, -Infinity",
        "scaling.squares, -1",
        "batch.gradient, NaN",
        "batch.samples, 4",
        "batch.samples, 2000000000",
        "checkpoint.layers, NaN",
        "checkpoint.squares, -1",
        "learningRateFactor, NaN",
        "learningRateFactor, 0",
        "learningRateFactor, 2",
        "nonFinite.inARow, 2147483647",
        "optimizer.steps, 9223372036854775807",
        "scaling.count, 9223372036854775807",
    })
    void restore_ofWhatNoModelBecomes_changesNothing(String path, double number) {
        String settings =
                XOR + " optimizer=adam features.scaling=running batch.size=4 on.divergence=restore learning.rate=0.01";
        Model other = trained(settings, 25);
        StateField field = ModelState.field(path);
        List<Double> numbers = new ArrayList<>();
        field.forEach(other, numbers::add);
        numbers.set(numbers.size() - 1, number);
        field.fill(other, numbers.iterator()::next);
        assertRefused(trained(settings, 33), model -> Steering.restore(model, other, "id"), path);
    }

    @Test
    void freezeAndUnfreeze_ofWhatIsSoAlready_areRefused() {
        assertRefused(
                trained(XOR, 5), model -> Steering.unfreeze(model, "id"), "unfreeze needs a frozen model; this one");
        Model frozen = Steering.freeze(trained(XOR, 5), null);
        assertRefused(frozen, model -> Steering.freeze(model, "id"), "freeze needs a model that trains; this one");
    }

    // freeze

    @Test
    void frozenModel_predictsAndScores_andTrainsAgainWhenUnfrozen() {
        Model model = trained(XOR + " batch.size=4 features.scaling=running", 26);
        Map<String, List<Double>> before = everythingOf(model);
        Model frozen = Steering.freeze(model, "f");
        assertThat(differences(everythingOf(frozen), before))
                .containsExactly("commands", "controls", "frozen", "version");
        long version = frozen.version();
        Learner learner = new Learner(frozen.spec());
        assertThat(learner.learn(frozen, new double[] {0, 1}, new double[] {1}, 1.0))
                .isEqualTo(Outcome.SCORED);
        assertThat(frozen.version()).isEqualTo(version);
        assertThat(frozen.metrics().sinceStart().samples()).isEqualTo(27);
        assertThat(differences(everythingOf(frozen), before))
                .containsExactly("commands", "controls", "frozen", "metrics.state", "version");
        Model again = Steering.unfreeze(frozen, "u");
        assertThat(again.isFrozen()).isFalse();
        train(again, 26, 30);
        Model never = trained(XOR + " batch.size=4 features.scaling=running", 30);
        assertThat(differences(everythingOf(again), everythingOf(never)))
                .as("as if there had been no sample meanwhile")
                .containsExactly("commands", "controls", "metrics.state", "version");
    }

    // set

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "optimizer=momentum | learning.rate=0.05 momentum=0.5",
                "optimizer=adam learning.rate=0.01 | adam.beta1=0.8 weight.decay=0.01",
                "optimizer=sgd | schedule=step-decay schedule.every=7",
                "features.scaling=running | clip.gradient.norm=0.5",
                "on.divergence=restore | divergence.restore.after=3",
                "batch.size=4 | snapshot.every=3 max.record.bytes=1000",
            })
    void set_changesTheSettings_andNothingElse(String born, String settings) {
        Model model = trained(XOR + " " + born, 26);
        Map<String, List<Double>> before = everythingOf(model);
        Map<String, String> expected = new LinkedHashMap<>(SpecSettings.format(model.spec()));
        Model changed = Steering.set(model, settings(settings), "s");
        expected.putAll(settings(settings));
        assertThat(SpecSettings.format(changed.spec())).containsAllEntriesOf(expected);
        assertThat(differences(everythingOf(changed), before)).containsExactly("commands", "controls", "version");
        assertThat(changed.version()).isEqualTo(model.version() + 1);
        assertThat(changed.lastOffset()).isEqualTo(125);
        train(changed, 26, 40);
    }

    /** A rate of half by a command is what a schedule halves it to. */
    @Test
    void set_hasEffectWithTheNextStep_asAScheduleHas() {
        Model commanded = Steering.set(trained("learning.rate=0.2", 10), settings("learning.rate=0.1"), null);
        train(commanded, 10, 15);
        Model scheduled = trained("learning.rate=0.2 schedule=step-decay schedule.every=10 schedule.factor=0.5", 15);
        assertThat(commanded.learningRate()).isEqualTo(0.1);
        assertThat(everythingOf(commanded).get("layers"))
                .isEqualTo(everythingOf(scheduled).get("layers"));
    }

    @Test
    void setOfTheMetricsWindow_beginsWithEmptyMetrics() {
        Model model = trained(XOR, 26);
        Map<String, List<Double>> before = everythingOf(model);
        Model changed = Steering.set(model, settings("metrics.window=50"), "s");
        assertThat(changed.metrics().window().samples()).isZero();
        assertThat(changed.metrics().sinceStart().samples()).isZero();
        assertThat(differences(everythingOf(changed), before))
                .containsExactly("commands", "controls", "metrics.state", "version");
        train(changed, 26, 200);
        assertThat(changed.metrics().window().samples()).isBetween(45L, 50L);
    }

    @ParameterizedTest
    @CsvSource({"4, 3", "4, 1", "1, 4"})
    void setOfTheBatchSize_givesUpWhatIsUnfinished_andCountsFromTheNextSample(int before, int after) {
        Model model = trained(XOR + " batch.size=" + before, 8 * before + (before - 1));
        Map<String, List<Double>> state = everythingOf(model);
        Model changed = Steering.set(model, settings("batch.size=" + after), "s");
        assertThat(changed.pendingCount).isZero();
        assertThat(everythingOf(changed).get("layers")).isEqualTo(state.get("layers"));
        // What a model of that batch size becomes with the weights that this one has.
        Model other = new Model(spec(XOR + " batch.size=" + after), 100);
        StateField layers = ModelState.field("layers");
        layers.fill(other, Objects.requireNonNull(state.get("layers")).iterator()::next);
        train(changed, 50, 50 + 3 * after);
        train(other, 50, 50 + 3 * after);
        assertThat(everythingOf(changed).get("layers"))
                .isEqualTo(everythingOf(other).get("layers"));
        assertThat(changed.version()).as("a command and three steps").isEqualTo(model.version() + 4);
    }

    @Test
    void setOfOnDivergence_goesBackToWhatTheModelWasAtTheCommand() {
        Model model = trained("layers=2,1 output.activation=identity learning.rate=0.01 features.scaling=running", 25);
        List<Double> layers = everythingOf(model).get("layers");
        List<Double> means = everythingOf(model).get("scaling.means");
        Model changed = Steering.set(model, settings("on.divergence=restore divergence.restore.after=1"), "s");
        train(changed, 25, 30);
        assertThat(everythingOf(changed).get("layers")).isNotEqualTo(layers);
        assertThat(new Learner(changed.spec()).learn(changed, new double[] {1e300, 0}, new double[] {1}, 1.0))
                .isEqualTo(Outcome.RESTORED);
        assertThat(everythingOf(changed).get("layers")).isEqualTo(layers);
        assertThat(everythingOf(changed).get("scaling.means")).isEqualTo(means);
    }

    // reset

    @Test
    void reset_isVersion0OfTheSettings_underTheNextVersion_withEmptyMetrics() {
        Model model = trained(XOR + " optimizer=adam learning.rate=0.01 features.scaling=running", 26);
        model = Steering.freeze(model, "f");
        Model reset = Steering.reset(model, settings("seed=7 layers=2,5,1"), "r");
        assertThat(reset.version()).isEqualTo(28);
        assertThat(reset.controls()).isEqualTo(2);
        assertThat(reset.recentCommands().ids()).containsExactly("f", "r");
        assertThat(reset.isFrozen()).isTrue();
        assertThat(reset.firstOffset()).isEqualTo(100);
        assertThat(reset.lastOffset()).isEqualTo(125);
        Map<String, List<Double>> fresh = everythingOf(new Model(reset.spec(), 100));
        assertThat(differences(everythingOf(reset), fresh))
                .containsExactly("commands", "controls", "frozen", "lastOffset", "version");
        assertThat(SpecSettings.format(reset.spec()))
                .containsEntry("seed", "7")
                .containsEntry("layers", "2,5,1")
                .containsEntry("optimizer", "adam")
                .containsEntry("learning.rate", "0.01");
    }

    @Test
    void reset_toAnotherOptimizer_learnsOnAsAModelOfIt() {
        Model reset = Steering.reset(trained(XOR, 26), settings("optimizer=adam learning.rate=0.01"), null);
        train(reset, 26, 60);
        Model fresh = new Model(reset.spec(), 126);
        train(fresh, 26, 60);
        assertThat(everythingOf(reset).get("layers"))
                .isEqualTo(everythingOf(fresh).get("layers"));
        assertThat(everythingOf(reset).get("optimizer.slots"))
                .isEqualTo(everythingOf(fresh).get("optimizer.slots"));
    }

    // restore

    @ParameterizedTest
    @ValueSource(
            strings = {
                XOR,
                XOR + " optimizer=adam learning.rate=0.01",
                XOR + " optimizer=momentum",
                XOR + " features.scaling=running",
                XOR + " features.scaling=standard optimizer=adamw learning.rate=0.01",
                XOR + " batch.size=7",
                XOR + " batch.size=7 optimizer=adam learning.rate=0.01 features.scaling=running",
                XOR + " schedule=warmup-cosine schedule.warmup=10 schedule.steps=60",
                XOR + " schedule=step-decay schedule.every=13",
                "layers=2,3,1 output.activation=identity label.scaling=running learning.rate=0.01",
                XOR + " on.divergence=restore",
            })
    void restore_andTheSamplesSinceAgain_giveTheSameWeights(String spec) {
        Model model = trained(spec, 25);
        Model then = copyOf(model);
        Map<String, List<Double>> before = everythingOf(then);
        train(model, 25, 50);
        Map<String, List<Double>> first = everythingOf(model);
        Model restored = Steering.restore(model, then, "r");
        assertThat(restored.version())
                .isEqualTo(
                        1 + Objects.requireNonNull(first.get("version")).get(0).longValue());
        Set<String> own = Set.of("commands", "controls", "lastOffset", "metrics.state", "samples", "version");
        assertThat(own).containsAll(differences(everythingOf(restored), before));
        for (String path : List.of("lastOffset", "metrics.state", "samples")) {
            assertThat(everythingOf(restored).get(path)).isEqualTo(first.get(path));
        }
        train(restored, 25, 50);
        assertThat(differences(everythingOf(restored), first))
                .as("a checkpoint is saved by version, which is another now")
                .allMatch(path -> own.contains(path) || path.startsWith("checkpoint."));
        assertThat(everythingOf(then)).as("what was restored").isEqualTo(before);
    }

    @Test
    void restore_bringsTheSettingsOfTheState_andKeepsWhatIsTheModels() {
        Model model = Steering.freeze(trained(XOR, 25), "f");
        Model other = trained("layers=2,8,1 hidden.activation=tanh optimizer=adam learning.rate=0.01", 40);
        other = Steering.set(other, settings("metrics.window=20"), "other");
        Model restored = Steering.restore(model, other, "r");
        assertThat(restored.spec()).isEqualTo(other.spec());
        assertThat(restored.isFrozen()).isTrue();
        assertThat(restored.recentCommands().ids()).containsExactly("f", "r");
        assertThat(restored.version()).isEqualTo(27);
        assertThat(restored.controls()).isEqualTo(2);
        assertThat(restored.firstOffset()).isEqualTo(100);
        assertThat(restored.lastOffset()).isEqualTo(124);
        assertThat(restored.samples()).isEqualTo(25);
        assertThat(restored.steps()).isEqualTo(40);
        assertThat(restored.metrics().sinceStart().samples())
                .as("another window")
                .isZero();
        assertThat(everythingOf(restored).get("layers"))
                .isEqualTo(everythingOf(other).get("layers"));
    }

    @Test
    void restore_ofOneStateTwice_givesTheSameTwice() {
        Model then = trained(XOR, 25);
        Model first = Steering.restore(trained(XOR, 50), then, null);
        Map<String, List<Double>> state = everythingOf(first);
        train(first, 50, 60);
        assertThat(everythingOf(Steering.restore(trained(XOR, 50), then, null))).isEqualTo(state);
    }

    // ids

    @Test
    void after17Commands_theFirstIdIsForgotten_andNoOther() {
        Model model = trained(XOR, 5);
        for (int i = 0; i < 17; i++) {
            model = i % 2 == 0 ? Steering.freeze(model, "id-" + i) : Steering.unfreeze(model, "id-" + i);
        }
        assertThat(model.recentCommands().ids())
                .isEqualTo(IntStream.range(1, 17).mapToObj(i -> "id-" + i).toList());
        assertThat(model.recentCommands().contains("id-0")).isFalse();
        assertThat(model.controls()).isEqualTo(17);
        assertThat(model.version()).isEqualTo(22);
        Model without = Steering.unfreeze(model, null);
        assertThat(without.recentCommands().ids()).hasSize(16).contains("id-1");
    }

    static List<String> changeable() {
        return List.copyOf(new TreeSet<>(Steering.CHANGEABLE));
    }

    @ParameterizedTest
    @MethodSource("changeable")
    void everyChangeableSetting_isAModelSetting(String setting) {
        assertThat(SpecSettings.DEFAULTS).containsKey(setting);
    }
}
