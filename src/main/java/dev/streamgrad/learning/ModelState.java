package dev.streamgrad.learning;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * What the state of a model consists of, in canonical order: the one place to add a piece of state. The state format,
 * the snapshot, the fingerprint and the restore of a model are loops over these fields, so a new one is in all of them
 * at once, under one name.
 *
 * <p>Numbers within a field are in the canonical order of {@link dev.streamgrad.nn.Parameters}. The order of the fields
 * themselves is that of the newest formats; older formats, which are frozen, name the fields they have.
 */
public final class ModelState {
    private static final Predicate<ModelSpec> ALWAYS = spec -> true;
    private static final Predicate<ModelSpec> BATCHES =
            spec -> spec.hyperparameters().batchSize() > 1;
    private static final Predicate<ModelSpec> SCALES = spec -> spec.birth().scales();
    private static final Predicate<ModelSpec> GOES_BACK =
            spec -> spec.hyperparameters().onDivergence() == OnDivergence.RESTORE;

    private static final Predicate<Model> DECIDES = model -> true;
    private static final Predicate<Model> WATCHES = model -> false;

    /** Every piece of a model's state. */
    public static final List<StateField> FIELDS = List.of(
            new StateField.Whole(
                    "firstOffset", ALWAYS, WATCHES, 0, Model::firstOffset, (model, value) -> model.firstOffset = value),
            new StateField.Whole(
                    "lastOffset", ALWAYS, WATCHES, -1, Model::lastOffset, (model, value) -> model.lastOffset = value),
            new StateField.Whole(
                    "version", ALWAYS, DECIDES, 0, Model::version, (model, value) -> model.version = value),
            // Where no command was applied they are the version, which says it already.
            new StateField.Whole(
                    "steps",
                    ALWAYS,
                    model -> model.steps != model.version,
                    0,
                    Model::steps,
                    (model, value) -> model.steps = value),
            new StateField.Whole(
                    "controls", ALWAYS, WATCHES, 0, model -> model.controls, (model, value) -> model.controls = value),
            new StateField.Whole(
                    "samples", ALWAYS, WATCHES, 0, Model::samples, (model, value) -> model.samples = value),
            new StateField.Layers("layers", ALWAYS, DECIDES, Model::parameters),
            new StateField.Whole(
                    "optimizer.steps",
                    ALWAYS,
                    DECIDES,
                    0,
                    model -> model.optimizerSteps,
                    (model, value) -> model.optimizerSteps = value),
            new StateField.Slots(
                    "optimizer.slots", ALWAYS, DECIDES, model -> model.state().slots()),
            new StateField.Whole(
                    "batch.samples",
                    BATCHES,
                    DECIDES,
                    0,
                    model -> model.pendingCount,
                    (model, value) -> model.pendingCount = Math.toIntExact(value)),
            new StateField.Layers("batch.gradient", BATCHES, DECIDES, model -> Objects.requireNonNull(model.pending())),
            new StateField.Whole(
                    "scaling.count",
                    SCALES,
                    DECIDES,
                    0,
                    model -> scalerOf(model).count(),
                    (model, value) -> scalerOf(model).restoreCount(value)),
            new StateField.Vector(
                    "scaling.means",
                    SCALES,
                    DECIDES,
                    ModelState::inputs,
                    model -> scalerOf(model).mean()),
            new StateField.Vector(
                    "scaling.squares",
                    SCALES,
                    DECIDES,
                    ModelState::inputs,
                    model -> scalerOf(model).squares()),
            new StateField.Real(
                    "learningRateFactor",
                    ALWAYS,
                    DECIDES,
                    Model::learningRateFactor,
                    (model, value) -> model.learningRateFactor = value),
            new StateField.Whole(
                    "nonFinite.total", ALWAYS, WATCHES, 0, Model::nonFinite, (model, value) -> model.nonFinite = value),
            new StateField.Whole(
                    "nonFinite.inARow",
                    ALWAYS,
                    model -> GOES_BACK.test(model.spec()),
                    0,
                    model -> model.nonFiniteInARow,
                    (model, value) -> model.nonFiniteInARow = Math.toIntExact(value)),
            new StateField.Whole(
                    "nonFinite.restores",
                    ALWAYS,
                    WATCHES,
                    0,
                    Model::restores,
                    (model, value) -> model.restores = value),
            new StateField.Layers(
                    "checkpoint.layers",
                    GOES_BACK,
                    DECIDES,
                    model -> checkpointOf(model).state().parameters()),
            new StateField.Slots(
                    "checkpoint.slots",
                    GOES_BACK,
                    DECIDES,
                    model -> checkpointOf(model).state().slots()),
            new StateField.Whole(
                    "checkpoint.steps",
                    GOES_BACK,
                    DECIDES,
                    0,
                    model -> checkpointOf(model).optimizerSteps(),
                    (model, value) -> checkpointOf(model).setOptimizerSteps(value)),
            new StateField.Whole(
                    "checkpoint.scaled",
                    GOES_BACK.and(SCALES),
                    DECIDES,
                    0,
                    model -> checkpointScalerOf(model).count(),
                    (model, value) -> checkpointScalerOf(model).restoreCount(value)),
            new StateField.Vector(
                    "checkpoint.means",
                    GOES_BACK.and(SCALES),
                    DECIDES,
                    ModelState::inputs,
                    model -> checkpointScalerOf(model).mean()),
            new StateField.Vector(
                    "checkpoint.squares",
                    GOES_BACK.and(SCALES),
                    DECIDES,
                    ModelState::inputs,
                    model -> checkpointScalerOf(model).squares()),
            new StateField.Metrics("metrics.state"));

    private static final Map<String, StateField> BY_PATH = new LinkedHashMap<>();

    static {
        FIELDS.forEach(field -> BY_PATH.put(field.path(), field));
    }

    private ModelState() {}

    /** The field with this path; there must be one. */
    public static StateField field(String path) {
        return Objects.requireNonNull(BY_PATH.get(path), path);
    }

    /** The whole numbers of a model's state, by their paths: its counters. */
    public static Map<String, Long> counters(Model model) {
        Map<String, Long> counters = new LinkedHashMap<>();
        for (StateField field : FIELDS) {
            if (field instanceof StateField.Whole whole && field.isIn(model.spec())) {
                counters.put(field.path(), whole.get(model));
            }
        }
        return counters;
    }

    /** How many real numbers there are, at most, in the state of a model of this spec, whole ones and metrics apart. */
    public static long reals(ModelSpec spec) {
        return FIELDS.stream()
                .filter(field -> field.isIn(spec)
                        && !(field instanceof StateField.Whole)
                        && !(field instanceof StateField.Metrics))
                .mapToLong(field -> field.numbers(spec))
                .sum();
    }

    private static int inputs(ModelSpec spec) {
        return spec.architecture().inputs();
    }

    private static FeatureScaler scalerOf(Model model) {
        return Objects.requireNonNull(model.scaler());
    }

    private static Checkpoint checkpointOf(Model model) {
        return Objects.requireNonNull(model.checkpoint);
    }

    private static FeatureScaler checkpointScalerOf(Model model) {
        return Objects.requireNonNull(checkpointOf(model).scaler());
    }
}
