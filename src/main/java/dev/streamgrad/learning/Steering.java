package dev.streamgrad.learning;

import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.json.ShortestDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a command does to a model. Each takes one version, so that a model's name and version still name one state, and
 * a command whose id the model knows does nothing at all.
 *
 * <p>A command is obeyed whole or refused, with the model as it was: whoever refuses throws an
 * {@code IllegalArgumentException} with the rule, the value and the remedy. What is returned is the model from then on;
 * the one that was given must not be used any more.
 */
public final class Steering {
    /**
     * The settings that may change while a model lives: those of its {@link Hyperparameters}, and not the optimizer's
     * kind, which decides what the model has to remember.
     */
    public static final Set<String> CHANGEABLE = Stream.concat(
                    Stream.of(
                            "learning.rate",
                            "momentum",
                            "adam.beta1",
                            "adam.beta2",
                            "adam.epsilon",
                            "weight.decay",
                            "schedule",
                            "schedule.every",
                            "schedule.factor",
                            "schedule.steps",
                            "schedule.warmup",
                            "schedule.minimum",
                            "batch.size",
                            SpecSettings.TRAIN_EVERY,
                            "clip.gradient.norm",
                            "on.divergence",
                            "divergence.restore.after",
                            "snapshot.every",
                            "metrics.window",
                            SpecSettings.MAX_RECORD_BYTES),
                    DriftPolicy.DEFAULTS.keySet().stream())
            .collect(Collectors.toUnmodifiableSet());

    /** What counts what this model has been through, and stays with it when a state comes from elsewhere. */
    private static final Set<String> OWN = Set.of(
            "firstOffset",
            "lastOffset",
            "version",
            "controls",
            "frozen",
            "commands",
            "samples",
            "nonFinite.total",
            "nonFinite.restores",
            "metrics.state");

    /** Beyond it a double does not tell neighbours apart, and no model comes so far. */
    private static final long MOST_COUNTED = 1L << 53;

    /** The same of what is counted in an int. */
    private static final long MOST_COUNTED_IN_A_ROW = 1L << 30;

    private static final String BATCH = "batch.";
    private static final String METRICS = "metrics.state";
    private static final String DRIFT = "drift.";

    /** Sums of squares, and numbers of samples. */
    private static final Set<String> NEVER_NEGATIVE = Set.of(
            "scaling.squares",
            "scaling.counts",
            "labelScaling.squares",
            "checkpoint.squares",
            "checkpoint.counts",
            "checkpoint.labelSquares");

    private Steering() {}

    /** The model predicts and scores from now on, and does not train. */
    public static Model freeze(Model model, @Nullable String id) {
        if (model.frozen) {
            throw new IllegalArgumentException("freeze needs a model that trains; this one is frozen already");
        }
        model.frozen = true;
        return obeyed(model, id);
    }

    /** The model trains again. */
    public static Model unfreeze(Model model, @Nullable String id) {
        if (!model.frozen) {
            throw new IllegalArgumentException("unfreeze needs a frozen model; this one trains already");
        }
        model.frozen = false;
        return obeyed(model, id);
    }

    /**
     * Changes some of {@link #CHANGEABLE}. Another {@code batch.size} counts from the next sample, and what is
     * unfinished of a batch is given up; another {@code metrics.window} begins with empty metrics; with
     * {@code on.divergence=restore} the present state is what the model goes back to; another detector of drift, or one
     * with other parameters, has seen nothing.
     */
    public static Model set(Model model, Map<String, String> settings, @Nullable String id) {
        if (settings.isEmpty()) {
            throw new IllegalArgumentException("set needs settings, such as learning.rate=0.05; got none");
        }
        Set<String> fixed = new TreeSet<>(settings.keySet());
        fixed.removeAll(CHANGEABLE);
        if (!fixed.isEmpty()) {
            String first = fixed.iterator().next();
            throw new IllegalArgumentException(
                    SpecSettings.DEFAULTS.containsKey(first)
                            ? first + " cannot change while a model lives; reset the model with it, or name a new model"
                            : "no model setting is called " + first + "; these can be set: "
                                    + new TreeSet<>(CHANGEABLE));
        }
        ModelSpec spec = model.spec();
        ModelSpec next = specWith(model, settings);
        requireMeaning(settings, next);
        if (next.equals(spec)) {
            throw new IllegalArgumentException(
                    "set must change something; the model has these settings already: " + settings);
        }
        Model changed = new Model(next, model.state, model.firstOffset);
        boolean otherBatch =
                next.hyperparameters().batchSize() != spec.hyperparameters().batchSize();
        boolean otherWindow =
                next.hyperparameters().metricsWindow() != spec.hyperparameters().metricsWindow();
        boolean otherDetector =
                !next.hyperparameters().drift().watchesAs(spec.hyperparameters().drift());
        for (StateField field : ModelState.FIELDS) {
            boolean lost = (otherBatch && field.path().startsWith(BATCH))
                    || (otherWindow && field.path().equals(METRICS))
                    || (otherDetector && field.path().startsWith(DRIFT));
            if (field.isIn(spec) && field.isIn(next) && !lost && !isShared(field)) {
                copy(field, model, changed);
            }
        }
        if (changed.checkpoint != null && model.checkpoint == null) {
            changed.checkpoint.save(changed);
        }
        return obeyed(changed, id);
    }

    /**
     * The model's settings with these changed.
     *
     * @throws IllegalArgumentException if one is wrong
     */
    public static ModelSpec specWith(Model model, Map<String, String> settings) {
        Map<String, String> all = new LinkedHashMap<>(SpecSettings.format(model.spec()));
        all.putAll(settings);
        return SpecSettings.parse(all);
    }

    /**
     * Version 0 of the model's settings with these changed, under the next version, with empty metrics. It goes on with
     * the same records, so inputs and outputs must stay.
     */
    public static Model reset(Model model, Map<String, String> settings, @Nullable String id) {
        Map<String, String> all = new LinkedHashMap<>(SpecSettings.format(model.spec()));
        all.putAll(settings);
        ModelSpec next = SpecSettings.parseGiven(all);
        requireSameEnds(model.spec().birth(), next.birth(), "reset");
        requireMeaning(settings, next);
        Model fresh = new Model(next, model.firstOffset);
        fresh.lastOffset = model.lastOffset;
        fresh.version = model.version;
        fresh.controls = model.controls;
        fresh.frozen = model.frozen;
        fresh.recentCommands.set(model.recentCommands);
        return obeyed(fresh, id);
    }

    /**
     * The state of another model, or of this one as it was, under the next version: its settings, weights, optimizer
     * memory, statistics, words and schedule. Metrics and counters are this model's own, and so is whether it is
     * frozen. What was seen of drift was another line's: the detector begins anew, and no boost is under way.
     *
     * @param state stays as it is: what is taken from it is copied
     */
    public static Model restore(Model model, Model state, @Nullable String id) {
        requireRestorable(model, state);
        Model restored = new Model(state.spec(), state.state.copy(), model.firstOffset);
        boolean otherWindow = state.spec().hyperparameters().metricsWindow()
                != model.spec().hyperparameters().metricsWindow();
        for (StateField field : ModelState.FIELDS) {
            if (!field.isIn(state.spec()) || isShared(field) || field.path().startsWith(DRIFT)) {
                continue;
            }
            if (!OWN.contains(field.path())) {
                copy(field, state, restored);
            } else if (!(otherWindow && field.path().equals(METRICS))) {
                copy(field, model, restored);
            }
        }
        return obeyed(restored, id);
    }

    /** Refuses a state that {@link #restore} would refuse. */
    public static void requireRestorable(Model model, Model state) {
        requireSameEnds(model.spec().birth(), state.spec().birth(), "restore");
        for (StateField field : ModelState.FIELDS) {
            if (field.isIn(state.spec()) && !OWN.contains(field.path())) {
                field.forEach(state, number -> requireSound(field, number, state.spec()));
            }
        }
    }

    /** A state comes from outside: none of it may stop the learner later, when a counter is full. */
    private static void requireSound(StateField field, double number, ModelSpec spec) {
        String path = field.path();
        double most = Double.MAX_VALUE;
        double least = -Double.MAX_VALUE;
        if (path.equals("batch.samples")) {
            most = spec.hyperparameters().batchSize() - 1.0;
        } else if (path.equals("nonFinite.inARow")) {
            most = MOST_COUNTED_IN_A_ROW;
        } else if (path.equals("learningRateFactor")) {
            least = Learner.LEAST_FACTOR;
            most = 1.0;
        } else if (field instanceof StateField.Whole) {
            most = MOST_COUNTED;
        } else if (NEVER_NEGATIVE.contains(path)) {
            least = 0.0;
        }
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException(
                    "restore needs a state of finite numbers; got " + number + " in " + path);
        }
        if (number < least || number > most) {
            throw new IllegalArgumentException("restore needs a state whose " + path + " is at "
                    + (number < least ? "least " + ShortestDecimal.text(least) : "most " + ShortestDecimal.text(most))
                    + "; got " + ShortestDecimal.text(number));
        }
    }

    /** What somebody sets must be in what they get. */
    private static void requireMeaning(Map<String, String> settings, ModelSpec next) {
        Set<String> unused = new TreeSet<>(settings.keySet());
        // They are left out where they are off.
        unused.remove(SpecSettings.LABEL_SCALING);
        unused.remove(SpecSettings.TRAIN_EVERY);
        unused.remove(DriftPolicy.DETECTOR);
        unused.removeAll(SpecSettings.format(next).keySet());
        if (!unused.isEmpty()) {
            throw new IllegalArgumentException(unused.iterator().next() + " has no meaning with layers "
                    + next.architecture() + ", optimizer="
                    + next.birth().optimizer().id() + ", schedule="
                    + next.hyperparameters().schedule().id() + " and drift.detector="
                    + next.hyperparameters().drift().detector().id()
                    + "; leave it out");
        }
    }

    /** The same records go on coming, and the same consumers go on reading. */
    private static void requireSameEnds(Birth now, Birth next, String command) {
        String fault = null;
        if (now.architecture().inputs() != next.architecture().inputs()) {
            fault = now.architecture().inputs() + " inputs; got "
                    + next.architecture().inputs();
        } else if (now.architecture().outputs() != next.architecture().outputs()) {
            fault = now.architecture().outputs() + " outputs; got "
                    + next.architecture().outputs();
        } else if (now.task() != next.task()) {
            fault = "the output activation " + now.architecture().output().id() + " or one for the same task; got "
                    + next.architecture().output().id();
        } else if (!Objects.equals(settingsOf(now.mapping()), settingsOf(next.mapping()))) {
            fault = "the features and the label that the model has; got others";
        }
        if (fault != null) {
            throw new IllegalArgumentException(
                    command + " must keep " + fault + "; use a model of another name for that");
        }
    }

    private static Map<String, String> settingsOf(@Nullable Mapping mapping) {
        return mapping == null ? Map.of() : mapping.settings();
    }

    /** The arrays of weights and of the optimizer's memory are in the training state. */
    private static boolean isShared(StateField field) {
        return field.path().equals("layers") || field.path().equals("optimizer.slots");
    }

    private static void copy(StateField field, Model from, Model to) {
        List<Double> numbers = new ArrayList<>();
        field.forEach(from, numbers::add);
        int[] next = {0};
        DoubleSupplier supplier = () -> numbers.get(next[0]++);
        field.fill(to, supplier);
    }

    private static Model obeyed(Model model, @Nullable String id) {
        model.version++;
        model.controls++;
        if (id != null) {
            model.recentCommands.add(id);
        }
        return model;
    }
}
