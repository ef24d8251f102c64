package dev.streamgrad.learning;

import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.encoding.Vocabulary;
import dev.streamgrad.nn.Architecture;
import dev.streamgrad.nn.Parameters;
import dev.streamgrad.nn.TrainingState;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * Everything one model has learned: parameters, optimizer memory, the unfinished mini-batch, feature statistics,
 * counters and metrics. A {@link Learner} changes it in place; {@link ModelState} says piece by piece what there is.
 * Not thread-safe.
 */
public final class Model {
    private final ModelSpec spec;
    private final PrequentialMetrics metrics;
    private final @Nullable FeatureScaler scaler;
    /** The words that are learned as they come; absent if none are. */
    private final @Nullable Vocabulary vocabulary;

    private final @Nullable LabelScaler labelScaler;
    /** The gradient sum of the unfinished batch; absent if every sample is a batch. */
    private final @Nullable Parameters pending;

    TrainingState state;
    /**
     * Where in its log the model's history begins: the offset of the sample that created it; −1 if it began in another
     * log.
     */
    long firstOffset;
    /** The last offset of its log that has reached it; before its first one if none has. */
    long lastOffset;
    /** Optimizer steps taken and commands applied: with the model's name it names one state. */
    long version;
    /**
     * Optimizer steps taken since version 0 or the last reset, a drift's too: the schedule of the learning rate goes by
     * it.
     */
    long steps;
    /** Commands applied. */
    long controls;
    /** Whether it predicts and scores, and does not train. */
    boolean frozen;
    /** The ids of the last commands applied. */
    final RecentCommands recentCommands = new RecentCommands();
    /** As the steps, but back to the checkpoint's at a restore: Adam's bias correction goes by it. */
    long optimizerSteps;

    long samples;
    int pendingCount;
    double learningRateFactor = 1.0;
    int nonFiniteInARow;
    long nonFinite;
    long restores;
    /** Watches its errors; absent if nothing does. */
    final @Nullable DriftDetector detector;
    /** For how many more steps the learning rate is multiplied because of a drift. */
    long boostLeft;
    /** What {@link OnDivergence#RESTORE} goes back to; absent with another policy. */
    final @Nullable Checkpoint checkpoint;

    /** Version 0 of a model whose history begins with a log: initial parameters, nothing seen. */
    public Model(ModelSpec spec) {
        this(spec, 0);
    }

    /**
     * Version 0 of a model: initial parameters, nothing seen.
     *
     * @param firstOffset where in its log the model's history begins: the offset of the sample that created it
     */
    public Model(ModelSpec spec, long firstOffset) {
        this(spec, initial(spec.birth()), firstOffset);
    }

    /** Another model of this one's spec as this one is at version 0, which takes a copy and no drawing of numbers. */
    public Model another(long firstOffsetOfIt) {
        if (version != 0 || samples != 0 || pendingCount != 0) {
            throw new IllegalStateException("only a model that nothing has changed is like another; got version "
                    + version + ", samples " + samples);
        }
        return new Model(spec, state.copy(), firstOffsetOfIt);
    }

    Model(ModelSpec spec, TrainingState state, long firstOffset) {
        Birth birth = spec.birth();
        Hyperparameters hyperparameters = spec.hyperparameters();
        this.firstOffset = firstOffset;
        this.lastOffset = firstOffset - 1;
        this.spec = spec;
        this.state = state;
        this.metrics =
                new PrequentialMetrics(birth.task(), birth.architecture().outputs(), hyperparameters.metricsWindow());
        this.scaler = birth.scales() ? new FeatureScaler(birth) : null;
        this.vocabulary = birth.mapping() != null && birth.hasVocabulary() ? new Vocabulary(birth.mapping()) : null;
        this.labelScaler =
                birth.scalesLabels() ? new LabelScaler(birth.architecture().outputs()) : null;
        this.pending = hyperparameters.batchSize() > 1 ? Parameters.zeros(birth.architecture()) : null;
        this.detector = hyperparameters.drift().create();
        this.checkpoint = hyperparameters.onDivergence() == OnDivergence.RESTORE
                ? new Checkpoint(state, scaler, labelScaler)
                : null;
    }

    private static TrainingState initial(Birth birth) {
        Architecture architecture = birth.architecture();
        return new TrainingState(
                birth.origin().parameters(architecture), zeros(birth).slots());
    }

    /** Zeros in the shape of a model's parameters and optimizer memory. */
    static TrainingState zeros(Birth birth) {
        return TrainingState.zeros(birth.architecture(), birth.optimizer().slots());
    }

    /**
     * A model from its state.
     *
     * @param fill sets every {@link StateField} of {@link ModelState#FIELDS} that the model has
     * @throws IllegalArgumentException if the counters cannot be those of a model
     */
    public static Model restore(ModelSpec spec, Consumer<Model> fill) {
        Model model = new Model(spec, zeros(spec.birth()), 0);
        fill.accept(model);
        model.requireSoundCounters();
        return model;
    }

    private void requireSoundCounters() {
        if (firstOffset < -1
                || lastOffset < firstOffset - 1
                || version < 0
                || controls < 0
                || controls > version
                || steps < 0
                // A command may bring a state in that was learned elsewhere.
                || (controls == 0 && steps > version)
                || optimizerSteps < 0
                || optimizerSteps > steps
                || samples < 0
                || pendingCount < 0
                || nonFiniteInARow < 0
                || nonFinite < 0
                || restores < 0
                || boostLeft < 0
                || boostLeft > spec.hyperparameters().drift().boostSteps()
                || (scaler != null && scaler.count() < 0)
                || (labelScaler != null && labelScaler.count() < 0)) {
            throw new IllegalArgumentException(
                    "counters must be at least 0, and the optimizer's steps at most the version; got version "
                            + version + ", steps " + steps + ", controls " + controls + ", the optimizer's steps "
                            + optimizerSteps + ", samples " + samples + ", pending " + pendingCount + ", offsets "
                            + firstOffset + " to " + lastOffset + ", non-finite " + nonFiniteInARow
                            + " in a row and " + nonFinite + " in all, restores " + restores
                            + ", steps of a boost left "
                            + boostLeft);
        }
    }

    /**
     * The same model under another spec of the same shape, with a copy of its numbers.
     *
     * @throws IllegalArgumentException if the specs differ in more than how large records may be
     */
    public Model with(ModelSpec other) {
        if (!other.equals(spec.with(
                SpecSettings.MAX_RECORD_BYTES,
                Integer.toString(other.hyperparameters().maxRecordBytes())))) {
            throw new IllegalArgumentException("only " + SpecSettings.MAX_RECORD_BYTES + " may differ");
        }
        return copy(other);
    }

    /**
     * The same model with other weights and biases, which are copied. What belonged to those before is gone: the
     * optimizer's memory and its steps, the unfinished mini-batch, the non-finite steps in a row, what was seen of
     * drift; the checkpoint is the new model.
     *
     * @param parameters finite, and of this model's shape
     */
    public Model with(Parameters parameters) {
        Model copy = copy(spec);
        copy.state.parameters().set(parameters);
        copy.state.slots().forEach(Parameters::clear);
        copy.optimizerSteps = 0;
        if (copy.pending != null) {
            copy.pending.clear();
            copy.pendingCount = 0;
        }
        copy.nonFiniteInARow = 0;
        copy.boostLeft = 0;
        if (copy.detector != null) {
            copy.detector.clear();
        }
        if (copy.checkpoint != null) {
            copy.checkpoint.save(copy);
        }
        return copy;
    }

    private Model copy(ModelSpec other) {
        Model copy = new Model(other, zeros(other.birth()), firstOffset);
        for (StateField field : ModelState.FIELDS) {
            if (field.isIn(other)) {
                DoubleStream.Builder numbers = DoubleStream.builder();
                field.forEach(this, numbers);
                field.fill(copy, numbers.build().iterator()::nextDouble);
            }
        }
        return copy;
    }

    /** What the model is and how it learns. */
    public ModelSpec spec() {
        return spec;
    }

    /**
     * Where in its log the model's history begins: the offset of the sample that created it; −1 if it began in another
     * log.
     */
    public long firstOffset() {
        return firstOffset;
    }

    /** The last offset of its log that has reached it; one before its first if none has. */
    public long lastOffset() {
        return lastOffset;
    }

    /** Says that the record at this offset has reached the model. */
    public void reached(long offset) {
        lastOffset = offset;
    }

    /** Says that the model goes on with another log, of which nothing has reached it. */
    public void goOnWithAnotherLog() {
        firstOffset = -1;
        lastOffset = -1;
    }

    /** Optimizer steps taken and commands applied. */
    public long version() {
        return version;
    }

    /** Optimizer steps taken since version 0 or the last reset, a drift's too. */
    public long steps() {
        return steps;
    }

    /** Commands applied. */
    public long controls() {
        return controls;
    }

    /** Whether it predicts and scores, and does not train. */
    public boolean isFrozen() {
        return frozen;
    }

    /** The ids of the last commands applied. */
    public RecentCommands recentCommands() {
        return recentCommands;
    }

    /** Samples trained on since version 0 or the last reset. */
    public long samples() {
        return samples;
    }

    /** Steps in all that would not have been finite, and so were not taken. */
    public long nonFinite() {
        return nonFinite;
    }

    /** How often {@link OnDivergence#RESTORE} has acted. */
    public long restores() {
        return restores;
    }

    /**
     * Whether a snapshot is due after the sample before which the model was at {@code before}: a step was taken, and
     * its version is a multiple of {@code snapshot.every}.
     */
    public boolean snapshotIsDueSince(long before) {
        return version != before && version % spec.hyperparameters().snapshotEvery() == 0;
    }

    /** The current parameters. A later step replaces them. */
    public Parameters parameters() {
        return state.parameters();
    }

    /** Parameters and optimizer memory. A later step replaces them. */
    public TrainingState state() {
        return state;
    }

    /** The metrics so far. */
    public PrequentialMetrics metrics() {
        return metrics;
    }

    /** The feature statistics; null without scaling. */
    public @Nullable FeatureScaler scaler() {
        return scaler;
    }

    /** The words of learned categories and classes; null if there are none. */
    public @Nullable Vocabulary vocabulary() {
        return vocabulary;
    }

    /** The name of the class that these outputs say; null if the model does not know classes by name. */
    public @Nullable String classOf(double[] outputs) {
        return classOf(outputs, knownClasses());
    }

    /**
     * The name of the class that these outputs said when so many classes were known; null if there is none.
     *
     * @param known what {@link #knownClasses} said when the prediction was made
     */
    public @Nullable String classOf(double[] outputs, int known) {
        Mapping mapping = spec.birth().mapping();
        return mapping == null ? null : mapping.predictedClass(outputs, known, vocabulary);
    }

    /** How many classes the model knows by name. */
    public int knownClasses() {
        Mapping mapping = spec.birth().mapping();
        return mapping == null ? 0 : mapping.knownClasses(vocabulary);
    }

    /** What watches its errors for drift; null if nothing does. */
    public @Nullable DriftDetector detector() {
        return detector;
    }

    /** For how many more steps the learning rate is multiplied because of a drift. */
    public long boostLeft() {
        return boostLeft;
    }

    /** The label statistics; null without scaling of labels. */
    public @Nullable LabelScaler labelScaler() {
        return labelScaler;
    }

    /** Forgets all that it has learned to predict with: what {@link DriftReaction#RESET} does. */
    void beginAnew() {
        state.parameters().set(spec.birth().origin().parameters(spec.architecture()));
        state.slots().forEach(Parameters::clear);
        steps = 0;
        optimizerSteps = 0;
        if (pending != null) {
            pending.clear();
            pendingCount = 0;
        }
        learningRateFactor = 1.0;
        nonFiniteInARow = 0;
        if (checkpoint != null) {
            checkpoint.save(this);
        }
    }

    /** The gradient sum of the unfinished batch; null if every sample is a batch. */
    public @Nullable Parameters pending() {
        return pending;
    }

    /**
     * What the scheduled learning rate is multiplied by: 1, halved at every restore down to
     * {@link Learner#LEAST_FACTOR}.
     */
    public double learningRateFactor() {
        return learningRateFactor;
    }

    /**
     * Whether it is to be trained on the sample at this offset of its log: on all, or on about one of
     * {@code train.every}, unless it is frozen. The offset's bits are mixed first [1], because offsets have patterns: a
     * producer's transactions leave only the even ones, and four samples that take turns would otherwise be two.
     *
     * <ol>
     *   <li>The last steps of SplitMix64, G. Steele et al., <i>Fast splittable pseudorandom number generators</i>
     *       (2014).
     * </ol>
     */
    public boolean trainsOn(long offset) {
        int every = spec.hyperparameters().trainEvery();
        return !frozen && (every == 1 || Long.remainderUnsigned(mixed(offset), every) == 0);
    }

    private static long mixed(long offset) {
        long bits = offset + 0x9E3779B97F4A7C15L;
        bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
        return bits ^ (bits >>> 31);
    }

    /** The learning rate of the next step. */
    public double learningRate() {
        Hyperparameters hyperparameters = spec.hyperparameters();
        double rate =
                hyperparameters.schedule().at(hyperparameters.optimizer().learningRate(), steps) * learningRateFactor;
        return boostLeft == 0 ? rate : rate * hyperparameters.drift().boostFactor();
    }
}
