package dev.streamgrad.learning;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the state of a model consists of, in canonical order: the one place to add a piece of state. The state format,
 * the snapshot, the fingerprint and the restore of a model are loops over these fields, so a new one is in all of them
 * at once, under one name.
 *
 * <p>Numbers within a field are in the canonical order of {@link dev.streamgrad.nn.Parameters}. The order of the fields
 * themselves is that of the newest formats; older formats, which are frozen, name the fields they have.
 */
public final class ModelState {
    /** Every piece of a model's state. */
    public static final List<StateField> FIELDS = List.of(
            new StateField.Whole(
                    "firstOffset",
                    ModelState::always,
                    ModelState::watches,
                    -1,
                    Model::firstOffset,
                    (model, value) -> model.firstOffset = value),
            new StateField.Whole(
                    "lastOffset",
                    ModelState::always,
                    ModelState::watches,
                    -1,
                    Model::lastOffset,
                    (model, value) -> model.lastOffset = value),
            new StateField.Whole(
                    "version",
                    ModelState::always,
                    ModelState::decides,
                    0,
                    Model::version,
                    (model, value) -> model.version = value),
            // Where no command was applied they are the version, which says it already.
            new StateField.Whole(
                    "steps",
                    ModelState::always,
                    model -> model.steps != model.version,
                    0,
                    Model::steps,
                    (model, value) -> model.steps = value),
            new StateField.Whole(
                    "controls",
                    ModelState::always,
                    ModelState::watches,
                    0,
                    Model::controls,
                    (model, value) -> model.controls = value),
            // Where it is not so, nothing is decided that was not before there were commands.
            new StateField.Flag(
                    "frozen",
                    ModelState::always,
                    Model::isFrozen,
                    Model::isFrozen,
                    (model, value) -> model.frozen = value),
            new StateField.Ids("commands", ModelState::always, ModelState::watches, Model::recentCommands),
            new StateField.Whole(
                    "samples",
                    ModelState::always,
                    ModelState::watches,
                    0,
                    Model::samples,
                    (model, value) -> model.samples = value),
            new StateField.Layers("layers", ModelState::always, ModelState::decides, Model::parameters),
            new StateField.Whole(
                    "optimizer.steps",
                    ModelState::always,
                    ModelState::decides,
                    0,
                    model -> model.optimizerSteps,
                    (model, value) -> model.optimizerSteps = value),
            new StateField.Slots(
                    "optimizer.slots",
                    ModelState::always,
                    ModelState::decides,
                    model -> model.state().slots()),
            new StateField.Whole(
                    "batch.samples",
                    ModelState::batches,
                    ModelState::decides,
                    0,
                    model -> model.pendingCount,
                    (model, value) -> model.pendingCount = Math.toIntExact(value)),
            new StateField.Layers(
                    "batch.gradient",
                    ModelState::batches,
                    ModelState::decides,
                    model -> Objects.requireNonNull(model.pending())),
            new StateField.Whole(
                    "scaling.count",
                    ModelState::scales,
                    ModelState::decides,
                    0,
                    model -> scalerOf(model).count(),
                    (model, value) -> scalerOf(model).restoreCount(value)),
            new StateField.Vector(
                    "scaling.means",
                    ModelState::scales,
                    ModelState::decides,
                    ModelState::inputs,
                    model -> scalerOf(model).mean()),
            new StateField.Vector(
                    "scaling.squares",
                    ModelState::scales,
                    ModelState::decides,
                    ModelState::inputs,
                    model -> scalerOf(model).squares()),
            new StateField.Vector(
                    "scaling.counts",
                    ModelState::hasGaps,
                    ModelState::decides,
                    ModelState::inputs,
                    model -> scalerOf(model).counts()),
            new StateField.Words(
                    "dictionaries",
                    ModelState::hasVocabulary,
                    ModelState::decides,
                    model -> Objects.requireNonNull(model.vocabulary())),
            new StateField.Whole(
                    "labelScaling.count",
                    ModelState::scalesLabels,
                    ModelState::decides,
                    0,
                    model -> labelScalerOf(model).count(),
                    (model, value) -> labelScalerOf(model).restoreCount(value)),
            new StateField.Vector(
                    "labelScaling.means",
                    ModelState::scalesLabels,
                    ModelState::decides,
                    ModelState::outputs,
                    model -> labelScalerOf(model).mean()),
            new StateField.Vector(
                    "labelScaling.squares",
                    ModelState::scalesLabels,
                    ModelState::decides,
                    ModelState::outputs,
                    model -> labelScalerOf(model).squares()),
            new StateField.Real(
                    "learningRateFactor",
                    ModelState::always,
                    ModelState::decides,
                    Model::learningRateFactor,
                    (model, value) -> model.learningRateFactor = value),
            new StateField.Whole(
                    "nonFinite.total",
                    ModelState::always,
                    ModelState::watches,
                    0,
                    Model::nonFinite,
                    (model, value) -> model.nonFinite = value),
            new StateField.Whole(
                    "nonFinite.inARow",
                    ModelState::always,
                    model -> goesBack(model.spec()),
                    0,
                    model -> model.nonFiniteInARow,
                    (model, value) -> model.nonFiniteInARow = Math.toIntExact(value)),
            new StateField.Whole(
                    "nonFinite.restores",
                    ModelState::always,
                    ModelState::watches,
                    0,
                    Model::restores,
                    (model, value) -> model.restores = value),
            new StateField.Layers(
                    "checkpoint.layers",
                    ModelState::goesBack,
                    ModelState::decides,
                    model -> checkpointOf(model).state().parameters()),
            new StateField.Slots(
                    "checkpoint.slots",
                    ModelState::goesBack,
                    ModelState::decides,
                    model -> checkpointOf(model).state().slots()),
            new StateField.Whole(
                    "checkpoint.steps",
                    ModelState::goesBack,
                    ModelState::decides,
                    0,
                    model -> checkpointOf(model).optimizerSteps(),
                    (model, value) -> checkpointOf(model).setOptimizerSteps(value)),
            new StateField.Whole(
                    "checkpoint.scaled",
                    ModelState::goesBackAndScales,
                    ModelState::decides,
                    0,
                    model -> checkpointScalerOf(model).count(),
                    (model, value) -> checkpointScalerOf(model).restoreCount(value)),
            new StateField.Vector(
                    "checkpoint.means",
                    ModelState::goesBackAndScales,
                    ModelState::decides,
                    ModelState::inputs,
                    model -> checkpointScalerOf(model).mean()),
            new StateField.Vector(
                    "checkpoint.squares",
                    ModelState::goesBackAndScales,
                    ModelState::decides,
                    ModelState::inputs,
                    model -> checkpointScalerOf(model).squares()),
            new StateField.Vector(
                    "checkpoint.counts",
                    spec -> goesBack(spec) && hasGaps(spec),
                    ModelState::decides,
                    ModelState::inputs,
                    model -> checkpointScalerOf(model).counts()),
            new StateField.Whole(
                    "checkpoint.labelsScaled",
                    ModelState::goesBackAndScalesLabels,
                    ModelState::decides,
                    0,
                    model -> checkpointLabelScalerOf(model).count(),
                    (model, value) -> checkpointLabelScalerOf(model).restoreCount(value)),
            new StateField.Vector(
                    "checkpoint.labelMeans",
                    ModelState::goesBackAndScalesLabels,
                    ModelState::decides,
                    ModelState::outputs,
                    model -> checkpointLabelScalerOf(model).mean()),
            new StateField.Vector(
                    "checkpoint.labelSquares",
                    ModelState::goesBackAndScalesLabels,
                    ModelState::decides,
                    ModelState::outputs,
                    model -> checkpointLabelScalerOf(model).squares()),
            new StateField.Whole(
                    "drift.boost",
                    ModelState::boosts,
                    ModelState::decides,
                    0,
                    Model::boostLeft,
                    (model, value) -> model.boostLeft = value),
            new StateField.Detector(
                    "drift.detector",
                    ModelState::detects,
                    model -> model.spec().hyperparameters().drift().decides()),
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

    /**
     * How many real numbers there are, at most, in the state of a model of this spec; whole ones, flags, words, ids,
     * the detector's and metrics apart.
     */
    public static long reals(ModelSpec spec) {
        return FIELDS.stream()
                .filter(field -> field.isIn(spec)
                        && !(field instanceof StateField.Whole)
                        && !(field instanceof StateField.Flag)
                        && !isText(field)
                        && !(field instanceof StateField.Detector)
                        && !(field instanceof StateField.Metrics))
                .mapToLong(field -> field.numbers(spec))
                .sum();
    }

    /** How many numbers the detector of drift of a model of this spec has, at most; 0 if there is none. */
    public static long detectorNumbers(ModelSpec spec) {
        return FIELDS.stream()
                .filter(field -> field.isIn(spec) && field instanceof StateField.Detector)
                .mapToLong(field -> field.numbers(spec))
                .sum();
    }

    /** How many numbers the words and ids in the state of a model of this spec are, at most. */
    public static long words(ModelSpec spec) {
        return FIELDS.stream()
                .filter(field -> field.isIn(spec) && isText(field))
                .mapToLong(field -> field.numbers(spec))
                .sum();
    }

    private static boolean isText(StateField field) {
        return field instanceof StateField.Words || field instanceof StateField.Ids;
    }

    private static boolean always(ModelSpec spec) {
        return true;
    }

    private static boolean batches(ModelSpec spec) {
        return spec.hyperparameters().batchSize() > 1;
    }

    private static boolean scales(ModelSpec spec) {
        return spec.birth().scales();
    }

    private static boolean detects(ModelSpec spec) {
        return spec.hyperparameters().drift().detects();
    }

    private static boolean boosts(ModelSpec spec) {
        return spec.hyperparameters().drift().boosts();
    }

    private static boolean hasGaps(ModelSpec spec) {
        return spec.birth().hasGaps();
    }

    private static boolean hasVocabulary(ModelSpec spec) {
        return spec.birth().hasVocabulary();
    }

    private static boolean scalesLabels(ModelSpec spec) {
        return spec.birth().scalesLabels();
    }

    private static boolean goesBack(ModelSpec spec) {
        return spec.hyperparameters().onDivergence() == OnDivergence.RESTORE;
    }

    private static boolean goesBackAndScales(ModelSpec spec) {
        return goesBack(spec) && scales(spec);
    }

    private static boolean goesBackAndScalesLabels(ModelSpec spec) {
        return goesBack(spec) && scalesLabels(spec);
    }

    private static boolean decides(Model model) {
        return true;
    }

    private static boolean watches(Model model) {
        return false;
    }

    private static int inputs(ModelSpec spec) {
        return spec.architecture().inputs();
    }

    private static int outputs(ModelSpec spec) {
        return spec.architecture().outputs();
    }

    private static LabelScaler labelScalerOf(Model model) {
        return Objects.requireNonNull(model.labelScaler());
    }

    private static LabelScaler checkpointLabelScalerOf(Model model) {
        return Objects.requireNonNull(checkpointOf(model).labelScaler());
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
