package dev.streamgrad.learning;

import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.nn.Parameters;
import dev.streamgrad.nn.TrainingState;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything one model has learned: parameters, optimizer memory, the unfinished mini-batch, feature statistics,
 * counters and metrics. A {@link Learner} changes it in place.
 *
 * <p><b>Canonical order of the learned numbers</b>, shared by the fingerprint and the state format, each in the
 * canonical order of {@link Parameters}: the parameters; each optimizer slot; the gradient sum of the unfinished batch
 * (only if {@code batchSize} is over 1); the scaler's means, then its squares (only with scaling); the learning-rate
 * factor. Not thread-safe.
 */
public final class Model {
    private final ModelSpec spec;
    private final long firstOffset;
    private final PrequentialMetrics metrics;
    private final @Nullable FeatureScaler scaler;
    /** The gradient sum of the unfinished batch; absent if every sample is a batch. */
    private final @Nullable Parameters pending;

    TrainingState state;
    long version;
    /** As the version, but back to the checkpoint's at a restore: Adam's bias correction goes by it. */
    long optimizerSteps;

    long samples;
    int pendingCount;
    double learningRateFactor = 1.0;
    int nonFiniteInARow;
    long nonFinite;
    long restores;
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
        this(spec, initial(spec), firstOffset);
    }

    /** Another model of this one's spec as this one is at version 0, which takes a copy and no drawing of numbers. */
    public Model another(long itsFirstOffset) {
        if (version != 0 || samples != 0 || pendingCount != 0) {
            throw new IllegalStateException("only a model that nothing has changed is like another; got version "
                    + version + ", samples " + samples);
        }
        return new Model(spec, state.copy(), itsFirstOffset);
    }

    private Model(ModelSpec spec, TrainingState state, long firstOffset) {
        this.firstOffset = firstOffset;
        this.spec = spec;
        this.state = state;
        this.metrics = new PrequentialMetrics(spec.task(), spec.architecture().outputs(), spec.metricsWindow());
        this.scaler = spec.scaling() == FeatureScaling.STANDARD
                ? new FeatureScaler(spec.architecture().inputs())
                : null;
        this.pending = spec.batchSize() > 1 ? Parameters.zeros(spec.architecture()) : null;
        this.checkpoint = spec.onDivergence() == OnDivergence.RESTORE ? new Checkpoint(state, scaler) : null;
    }

    private static TrainingState initial(ModelSpec spec) {
        Parameters parameters = spec.initializer().initialize(spec.architecture(), new NumpyRandom(spec.seed()));
        return new TrainingState(
                parameters,
                TrainingState.zeros(spec.architecture(), spec.optimizer()).slots());
    }

    /**
     * A model from what {@link #forEachLearned} and the other accessors handed out.
     *
     * @param learned the learned numbers in canonical order
     * @param counters the counters
     * @param checkpointNumbers the checkpoint as {@link #forEachOfCheckpoint} handed it out; asked only with
     *     {@link OnDivergence#RESTORE}
     * @param metricsNumbers the metrics as {@link PrequentialMetrics#write} handed them out
     */
    public static Model restore(
            ModelSpec spec,
            Counters counters,
            DoubleSupplier learned,
            DoubleSupplier checkpointNumbers,
            DoubleSupplier metricsNumbers) {
        Model model =
                new Model(spec, TrainingState.zeros(spec.architecture(), spec.optimizer()), counters.firstOffset());
        model.version = counters.version();
        model.optimizerSteps = counters.optimizerSteps();
        model.samples = counters.samples();
        model.pendingCount = counters.pendingSamples();
        model.nonFiniteInARow = counters.nonFiniteInARow();
        model.nonFinite = counters.nonFinite();
        model.restores = counters.restores();
        fill(model.state, learned);
        if (model.pending != null) {
            model.pending.fill(learned);
        }
        if (model.scaler != null) {
            fill(model.scaler, counters.scaled(), learned);
        }
        model.learningRateFactor = learned.getAsDouble();
        Checkpoint checkpoint = model.checkpoint;
        if (checkpoint != null) {
            fill(checkpoint.state(), checkpointNumbers);
            FeatureScaler scaler = checkpoint.scaler();
            if (scaler != null) {
                fill(scaler, (long) checkpointNumbers.getAsDouble(), checkpointNumbers);
            }
            checkpoint.setOptimizerSteps((long) checkpointNumbers.getAsDouble());
        }
        model.metrics.restore(metricsNumbers);
        return model;
    }

    /**
     * The counters of a model.
     *
     * @param firstOffset where in its log the model's history begins
     * @param version optimizer steps taken
     * @param optimizerSteps those that are in the parameters: fewer than {@code version} after a restore
     * @param samples samples trained on
     * @param pendingSamples samples in the unfinished batch
     * @param scaled samples in the scaler's statistics
     * @param nonFiniteInARow non-finite steps since the last finite one
     * @param nonFinite non-finite steps in all
     * @param restores how often {@link OnDivergence#RESTORE} acted
     */
    public record Counters(
            long firstOffset,
            long version,
            long optimizerSteps,
            long samples,
            int pendingSamples,
            long scaled,
            int nonFiniteInARow,
            long nonFinite,
            long restores) {

        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException if a counter is negative
         */
        public Counters {
            if (firstOffset < 0
                    || version < 0
                    || optimizerSteps < 0
                    || optimizerSteps > version
                    || samples < 0
                    || pendingSamples < 0
                    || scaled < 0
                    || nonFiniteInARow < 0
                    || nonFinite < 0
                    || restores < 0) {
                throw new IllegalArgumentException(
                        "counters must be at least 0, and the optimizer's steps at most the version; got version "
                                + version + ", steps "
                                + optimizerSteps + ", samples "
                                + samples + ", pending " + pendingSamples + ", scaled " + scaled + ", non-finite "
                                + nonFiniteInARow + " in a row and " + nonFinite + " in all, restores " + restores);
            }
        }
    }

    /** What the model is. */
    public ModelSpec spec() {
        return spec;
    }

    /** How many optimizer steps it has taken. */
    public long version() {
        return version;
    }

    /**
     * Whether a snapshot is due after the sample before which the model was at {@code before}: a step was taken, and
     * its version is a multiple of {@code snapshot.every}.
     */
    public boolean snapshotIsDueSince(long before) {
        return version != before && version % spec.snapshotEvery() == 0;
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

    /** The learning rate of the next step. */
    public double learningRate() {
        return spec.schedule().at(spec.optimizer().learningRate(), version) * learningRateFactor;
    }

    /** The counters. */
    public Counters counters() {
        return new Counters(
                firstOffset,
                version,
                optimizerSteps,
                samples,
                pendingCount,
                scaler == null ? 0 : scaler.count(),
                nonFiniteInARow,
                nonFinite,
                restores);
    }

    /**
     * Hands out the learned numbers, in canonical order; with the spec and the counters they decide what the model
     * becomes.
     */
    public void forEachLearned(DoubleConsumer consumer) {
        forEach(state, consumer);
        if (pending != null) {
            pending.forEach(consumer);
        }
        if (scaler != null) {
            forEach(scaler, consumer);
        }
        consumer.accept(learningRateFactor);
    }

    /** How many numbers {@link #forEachLearned} hands out for a model of this spec. */
    public static long learnedNumbers(ModelSpec spec) {
        long parameters = spec.architecture().parameters();
        return parameters * (1 + spec.optimizer().slots() + (spec.batchSize() > 1 ? 1 : 0))
                + (spec.scaling() == FeatureScaling.STANDARD
                        ? 2L * spec.architecture().inputs()
                        : 0)
                + 1;
    }

    /**
     * Hands out the checkpoint: parameters, slots, with scaling its count, means and squares, and the optimizer's
     * steps. Nothing without a checkpoint.
     */
    public void forEachOfCheckpoint(DoubleConsumer consumer) {
        if (checkpoint != null) {
            forEach(checkpoint.state(), consumer);
            FeatureScaler its = checkpoint.scaler();
            if (its != null) {
                consumer.accept((double) its.count());
                forEach(its, consumer);
            }
            consumer.accept((double) checkpoint.optimizerSteps());
        }
    }

    /** How many numbers {@link #forEachOfCheckpoint} hands out for a model of this spec. */
    public static long checkpointNumbers(ModelSpec spec) {
        if (spec.onDivergence() != OnDivergence.RESTORE) {
            return 0;
        }
        long scaling = spec.scaling() == FeatureScaling.STANDARD
                ? 1 + 2L * spec.architecture().inputs()
                : 0;
        return (long) spec.architecture().parameters() * (1 + spec.optimizer().slots()) + scaling + 1;
    }

    private static void forEach(TrainingState state, DoubleConsumer consumer) {
        state.parameters().forEach(consumer);
        state.slots().forEach(slot -> slot.forEach(consumer));
    }

    private static void forEach(FeatureScaler scaler, DoubleConsumer consumer) {
        for (double mean : scaler.mean()) {
            consumer.accept(mean);
        }
        for (double squares : scaler.squares()) {
            consumer.accept(squares);
        }
    }

    private static void fill(FeatureScaler scaler, long count, DoubleSupplier supplier) {
        fill(scaler.mean(), supplier);
        fill(scaler.squares(), supplier);
        scaler.restoreCount(count);
    }

    private static void fill(TrainingState state, DoubleSupplier supplier) {
        state.parameters().fill(supplier);
        state.slots().forEach(slot -> slot.fill(supplier));
    }

    private static void fill(double[] values, DoubleSupplier supplier) {
        for (int i = 0; i < values.length; i++) {
            values[i] = supplier.getAsDouble();
        }
    }
}
