package dev.streamgrad.learning;

import dev.streamgrad.encoding.Vocabulary;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.Gradient;
import dev.streamgrad.nn.Loss;
import dev.streamgrad.nn.Network;
import dev.streamgrad.nn.Parameters;
import dev.streamgrad.nn.TrainingState;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.util.FastMath;
import org.jspecify.annotations.Nullable;

/**
 * Takes samples through models of one {@link Birth}: predict, test, train. Their {@link Hyperparameters} may differ.
 *
 * <p><b>A step is atomic.</b> The new parameters are written into spare arrays, checked to be finite, and only then
 * swapped with the model's: a step is applied whole or not at all, and nothing is copied. The spare state is shared by
 * all models of the birth, so a model's own memory is one state (two with {@link OnDivergence#RESTORE}).
 *
 * <p>After its construction a learner allocates nothing per sample, beyond what a drift takes, a metrics block for each
 * tenth of the first window of a model and what Commons Math's {@code Erf} allocates for {@code gelu}. Not thread-safe:
 * one per thread and birth.
 */
public final class Learner {
    /** What PyTorch's {@code clip_grad_norm_} adds to the norm it divides by. */
    private static final double CLIP_EPSILON = 1e-6;

    /**
     * What {@link OnDivergence#RESTORE} halves the learning rate down to at most: beyond it a model would only seem to
     * learn.
     */
    public static final double LEAST_FACTOR = 1.0 / 1024.0;

    private final Birth birth;
    private final Network network;
    /**
     * Where a mini-batch's gradient and a sample's are added; the parameters are never read by samples of their own
     * batch.
     */
    private final Parameters sum;

    private final double[] scaled;
    private final double[] scaledLabel;
    /** Predictions in the labels' own units, where the network's outputs are not. */
    private final double[] unscaled;

    private final double[] scores = new double[PrequentialMetrics.SUMS];
    private TrainingState spare;
    private double loss;
    private @Nullable Drift drift;
    private boolean warned;
    private Gradient stepGradient;
    private double stepScale;
    /** What the last step multiplied its gradient by so that it was not too large; 1 is not at all. */
    private double clip = 1.0;

    /** A learner for models of this spec, and of any other with the same birth. */
    public Learner(ModelSpec spec) {
        this(spec.birth());
    }

    /** A learner with its scratch. */
    public Learner(Birth birth) {
        this.birth = birth;
        this.network = new Network(birth.architecture(), birth.loss());
        this.sum = Parameters.zeros(birth.architecture());
        this.scaled = new double[birth.architecture().inputs()];
        this.scaledLabel = new double[birth.architecture().outputs()];
        this.unscaled = new double[birth.architecture().outputs()];
        this.stepGradient = sum;
        this.spare = Model.zeros(birth);
    }

    /** What became of a sample. */
    public enum Outcome {
        /** The model trained on it; with mini-batches it may take effect with a later sample. */
        TRAINED,
        /** The model predicted the sample and scored the prediction, and was not to train on it. */
        SCORED,
        /** It would have made a number that is not finite: the model is as it was before. */
        NOT_FINITE,
        /**
         * As {@link #NOT_FINITE}, and one too many in a row: the model went back to its checkpoint at half the learning
         * rate.
         */
        RESTORED
    }

    /**
     * Predicts without training.
     *
     * @param features finite, as many as the network has inputs
     * @return the outputs, in the labels' own units, or something that is not finite if the features are too large for
     *     this model; valid until the next call
     */
    public double[] predict(Model model, double[] features) {
        FeatureScaler scaler = model.scaler();
        if (scaler == null) {
            network.forward(model.parameters(), features);
        } else {
            scaler.scale(features, scaled);
            network.forward(model.parameters(), scaled);
        }
        LabelScaler labelScaler = model.labelScaler();
        if (labelScaler != null) {
            labelScaler.unscale(network.prediction(), unscaled);
        }
        return prediction();
    }

    /**
     * Predicts a sample, scores the prediction, and trains on the sample unless the model is frozen.
     * {@link #prediction}, {@link #loss} and {@link #gradientNorm} then tell about it.
     *
     * @param features finite, as many as the network has inputs; NaN where {@link Birth#hasGaps} and one is missing
     * @param label as many as outputs, and {@link Birth#faultOf} finds nothing wrong with it
     * @param weight what this sample's gradient is multiplied by, finite and at least 0
     */
    public Outcome learn(Model model, double[] features, double[] label, double weight) {
        return learn(model, features, label, weight, true);
    }

    /**
     * As {@link #learn(Model, double[], double[], double)}, of one of many samples.
     *
     * @param trains whether the model is trained on it unless it is frozen, see {@link Model#trainsOn}
     */
    public Outcome learn(Model model, double[] features, double[] label, double weight, boolean trains) {
        drift = null;
        warned = false;
        double[] prediction = predict(model, features);
        FeatureScaler scaler = model.scaler();
        LabelScaler labelScaler = model.labelScaler();
        loss = labelScaler == null ? network.loss(label) : birth.loss().value(prediction, prediction, label);
        PrequentialMetrics metrics = model.metrics();
        boolean scored = predictionIsFinite() && metrics.score(prediction, label, loss, logLoss(label), scores);
        if (model.frozen || !trains) {
            return scored ? scoreOnly(model, label) : refuseOnly(model);
        }
        if (!scored
                || (scaler != null && !scaler.accepts(features))
                || (labelScaler != null && !labelScaler.accepts(label))
                || !train(model, target(labelScaler, label), weight)) {
            return diverged(model);
        }
        if (scaler != null) {
            scaler.update(features);
        }
        Vocabulary vocabulary = model.vocabulary();
        if (vocabulary != null) {
            vocabulary.keep();
        }
        if (labelScaler != null) {
            labelScaler.update(label);
        }
        model.samples++;
        model.nonFiniteInARow = 0;
        metrics.add(label, scores);
        saveCheckpointIfDue(model);
        watch(model);
        return Outcome.TRAINED;
    }

    private Outcome scoreOnly(Model model, double[] label) {
        model.metrics().add(label, scores);
        watch(model);
        return Outcome.SCORED;
    }

    /**
     * Shows the error of the prediction to the model's detector, if it has one, and reacts to what that says of it. A
     * sample that was refused is not shown.
     */
    private void watch(Model model) {
        DriftDetector detector = model.detector;
        if (detector == null) {
            return;
        }
        DriftPolicy policy = model.spec().hyperparameters().drift();
        DriftDetector.Change before = detector.change();
        DriftDetector.Change change =
                detector.update(policy.detector().errorOf(birth.task(), scores[PrequentialMetrics.MODEL], loss));
        warned = change == DriftDetector.Change.WARNING && before != change;
        if (change == DriftDetector.Change.DRIFT) {
            DriftDetector.Direction direction = detector.direction();
            DriftReaction reaction = model.frozen || direction == DriftDetector.Direction.BETTER
                    ? DriftReaction.ALERT
                    : policy.reaction();
            drift = new Drift(
                    policy.detector(), direction, detector.estimateBefore(), detector.estimateAfter(), reaction);
            switch (reaction) {
                case ALERT -> {}
                case BOOST -> model.boostLeft = policy.boostSteps();
                case RESET -> model.beginAnew();
            }
        }
    }

    /** The drift that the last sample has shown, in {@link #learn}; null if it has shown none. */
    public @Nullable Drift drift() {
        return drift;
    }

    /** Whether the last sample was the first to say that there may be a drift. */
    public boolean warned() {
        return warned;
    }

    /** Without a look at how many there were in a row: a frozen model does not go back to its checkpoint either. */
    private static Outcome refuseOnly(Model model) {
        model.nonFinite++;
        return Outcome.NOT_FINITE;
    }

    /** What the network is trained on for a label. */
    private double[] target(@Nullable LabelScaler labelScaler, double[] label) {
        if (labelScaler == null) {
            return label;
        }
        labelScaler.scale(label, scaledLabel);
        return scaledLabel;
    }

    /**
     * The outputs for the last sample, in the labels' own units, from before it was trained on; valid until the next
     * call.
     */
    public double[] prediction() {
        return birth.scalesLabels() ? unscaled : network.prediction();
    }

    /** The loss of {@link #prediction}, in the labels' own units. */
    public double loss() {
        return loss;
    }

    /** The norm of the last step's gradient, before clipping; computed here, and only until the next sample. */
    public double gradientNorm() {
        return stepGradient.norm(stepScale);
    }

    /**
     * What there is to see of a model whose last sample, by {@link #learn}, ended in a step, or was scored by a frozen
     * one, in which nothing moves. Allocates, and reads all parameters twice: now and then, not for each sample.
     */
    public Observation observe(Model model) {
        List<Observation.OfLayer> layers = new ArrayList<>();
        for (int l = 0; l < model.parameters().depth(); l++) {
            layers.add(new Observation.OfLayer(
                    // The spare state is the one before the step.
                    model.frozen
                            ? 0.0
                            : model.parameters()
                                    .layer(l)
                                    .relativeChangeFrom(spare.parameters().layer(l)),
                    network.deadUnits(l),
                    network.saturatedUnits(l)));
        }
        return new Observation(
                model.version(),
                model.learningRate(),
                model.frozen ? 0.0 : gradientNorm(),
                model.metrics().window(),
                model.detector == null ? Observation.UNWATCHED : model.detector.window(),
                layers);
    }

    /** The network behind it, as the last sample has left it. */
    Network network() {
        return network;
    }

    /** What the last step multiplied its gradient by so that it was not too large; 1 is not at all. */
    double clip() {
        return clip;
    }

    /** The last sample's gradient for a model that did not train on it: {@link Network#deltas} tells. */
    void backward(Model model, double[] label, double weight) {
        var unused = network.backward(model.parameters(), target(model.labelScaler(), label), weight);
    }

    /** Whether the last prediction, and all that led to it, is finite. */
    public boolean predictionIsFinite() {
        return network.isFinite() && isFinite(prediction());
    }

    /** Returns whether the step, or the sample's part of an unfinished batch, was finite and so applied. */
    private boolean train(Model model, double[] target, double weight) {
        Gradient gradient = network.backward(model.parameters(), target, weight);
        Parameters pending = model.pending();
        if (pending == null) {
            return step(model, gradient, 1);
        }
        // Not into the model's own sum, which has to stay as it was if a number overflows.
        sum.set(pending);
        sum.add(gradient);
        int count = model.pendingCount + 1;
        if (count < model.spec().hyperparameters().batchSize()) {
            if (!Double.isFinite(sum.norm(1.0))) {
                return false;
            }
            pending.set(sum);
            model.pendingCount = count;
            return true;
        }
        if (!step(model, sum, count)) {
            return false;
        }
        pending.clear();
        model.pendingCount = 0;
        return true;
    }

    private boolean step(Model model, Gradient gradient, int batch) {
        double scale = 1.0 / batch;
        stepGradient = gradient;
        stepScale = scale;
        Hyperparameters hyperparameters = model.spec().hyperparameters();
        double limit = hyperparameters.clipGradientNorm();
        clip = 1.0;
        if (limit > 0.0) {
            double norm = gradient.norm(scale);
            if (!Double.isFinite(norm)) {
                return false;
            }
            clip = FastMath.min(1.0, limit / (norm + CLIP_EPSILON));
            scale *= clip;
        }
        double learningRate = model.learningRate();
        if (!hyperparameters
                .optimizer()
                .step(model.state, gradient, scale, learningRate, model.optimizerSteps + 1, spare)) {
            return false;
        }
        TrainingState previous = model.state;
        model.state = spare;
        spare = previous;
        model.version++;
        model.steps++;
        model.optimizerSteps++;
        if (model.boostLeft > 0) {
            model.boostLeft--;
        }
        return true;
    }

    /** At the versions that are snapshots, when the sample's batch is complete and its statistics are taken. */
    private void saveCheckpointIfDue(Model model) {
        if (model.checkpoint != null
                && model.pendingCount == 0
                && model.version % model.spec().hyperparameters().snapshotEvery() == 0) {
            model.checkpoint.save(model);
        }
    }

    private Outcome diverged(Model model) {
        model.nonFinite++;
        model.nonFiniteInARow++;
        Checkpoint checkpoint = model.checkpoint;
        if (checkpoint == null
                || model.nonFiniteInARow < model.spec().hyperparameters().restoreAfter()) {
            return Outcome.NOT_FINITE;
        }
        checkpoint.restore(model);
        Parameters pending = model.pending();
        if (pending != null) {
            pending.clear();
            model.pendingCount = 0;
        }
        model.learningRateFactor = FastMath.max(LEAST_FACTOR, model.learningRateFactor * 0.5);
        model.nonFiniteInARow = 0;
        model.restores++;
        return Outcome.RESTORED;
    }

    private double logLoss(double[] label) {
        if (birth.loss() == Loss.BINARY_CROSS_ENTROPY || birth.loss() == Loss.CROSS_ENTROPY) {
            return loss;
        }
        Activation output = birth.architecture().output();
        if (output == Activation.SIGMOID) {
            return network.loss(Loss.BINARY_CROSS_ENTROPY, label);
        }
        return output == Activation.SOFTMAX ? network.loss(Loss.CROSS_ENTROPY, label) : 0.0;
    }

    private static boolean isFinite(double[] values) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                return false;
            }
        }
        return true;
    }
}
