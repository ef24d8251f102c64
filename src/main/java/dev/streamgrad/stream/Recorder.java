package dev.streamgrad.stream;

import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.nn.Architecture;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes down what a watched model learns, between two commits, into arrays that it has from the beginning. A step is
 * taken down as the sample alone: the state before the first one after a commit is the bytes of that commit, which are
 * never written to.
 */
final class Recorder {
    /** Networks with more parameters are not drawn: their features and steps are not taken down. */
    static final int MOST_PARAMETERS = 10_000;

    static final int MOST_SAMPLES = 64;
    /** What is taken down in one commit is sent to a browser. */
    private static final int MOST_NUMBERS = 2_048;

    private final Watch watch;
    private final boolean drawn;
    private final long[] offsets;
    private final double[][] features;
    private final double[][] labels;
    private final double[][] predictions;
    private final double[] losses;
    private final double[] stepFeatures;
    private final double[] stepLabel;
    private byte @Nullable [] stateBefore;
    private boolean hasStep;
    private long stepOffset;
    private double stepWeight;
    private int stride = 1;
    private int untilNext;
    private int size;
    private long seen;

    Recorder(Watch watch, ModelSpec spec) {
        Architecture architecture = spec.architecture();
        this.watch = watch;
        this.drawn = architecture.parameters() <= MOST_PARAMETERS;
        int inputs = drawn ? architecture.inputs() : 0;
        int outputs = architecture.outputs();
        int capacity = Math.max(1, Math.min(MOST_SAMPLES, MOST_NUMBERS / (inputs + 2 * outputs + 2)));
        this.offsets = new long[capacity];
        this.features = new double[drawn ? capacity : 0][inputs];
        this.labels = new double[capacity][outputs];
        this.predictions = new double[capacity][outputs];
        this.losses = new double[capacity];
        this.stepFeatures = new double[inputs];
        this.stepLabel = new double[outputs];
    }

    boolean isFor(Watch other) {
        return watch == other;
    }

    /**
     * Takes a sample down, perhaps. Allocates nothing.
     *
     * @param first whether the model was as it was committed right before
     */
    void learned(
            boolean first, long offset, double[] x, double[] label, double weight, double[] prediction, double loss) {
        seen++;
        if (first && stateBefore != null) {
            hasStep = true;
            stepOffset = offset;
            stepWeight = weight;
            System.arraycopy(x, 0, stepFeatures, 0, stepFeatures.length);
            System.arraycopy(label, 0, stepLabel, 0, stepLabel.length);
        }
        if (--untilNext >= 0 || size == offsets.length) {
            return;
        }
        untilNext = stride - 1;
        offsets[size] = offset;
        if (drawn) {
            System.arraycopy(x, 0, features[size], 0, features[size].length);
        }
        System.arraycopy(label, 0, labels[size], 0, labels[size].length);
        System.arraycopy(prediction, 0, predictions[size], 0, predictions[size].length);
        losses[size] = loss;
        size++;
    }

    /**
     * Shows what was taken down, and begins anew.
     *
     * @param state the model's bytes as they are about to be committed
     */
    void publish(byte[] state) {
        byte[] before = stateBefore;
        if (seen > 0) {
            watch.publish(new Observed(
                    stride,
                    Arrays.copyOf(offsets, size),
                    copy(features, drawn ? size : 0),
                    copy(labels, size),
                    copy(predictions, size),
                    Arrays.copyOf(losses, size),
                    hasStep && before != null
                            ? new Observed.Step(before, stepOffset, stepFeatures.clone(), stepLabel.clone(), stepWeight)
                            : null));
            // Odd, or of samples that take turns some would never be seen.
            stride = (int) Math.min(Integer.MAX_VALUE, (seen - 1) / offsets.length + 1 | 1);
        }
        stateBefore = drawn ? state : null;
        hasStep = false;
        untilNext = 0;
        size = 0;
        seen = 0;
    }

    private static double[][] copy(double[][] rows, int count) {
        double[][] copy = new double[count][];
        for (int i = 0; i < count; i++) {
            copy[i] = rows[i].clone();
        }
        return copy;
    }
}
