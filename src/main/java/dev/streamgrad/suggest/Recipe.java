package dev.streamgrad.suggest;

import dev.streamgrad.learning.Task;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which settings a model gets that is to learn records nobody has tuned anything for: a function of how many records
 * were seen, how many inputs they have, and what the label is. Nothing is searched for.
 *
 * <p>A stream is learned once, each record predicted before it is learned, and what counts is to be right from the
 * first hundred records on. The rules, and why:
 *
 * <ul>
 *   <li><b>Output and loss</b> are those of maximum likelihood: sigmoid and binary cross-entropy for two classes,
 *       softmax and cross-entropy for more, identity and squared error for numbers.
 *   <li><b>Numbers are scaled</b> by their running mean and deviation, labels of a regression too: a learning rate
 *       suits numbers around 1.
 *   <li><b>One hidden layer.</b> From {@value #MANY} records on {@value #WIDE} units of {@code relu}. With fewer
 *       {@value #NARROW} units of {@code tanh}, which near 0 is a straight line: such a network begins as a linear
 *       model, all that so few records can teach, and bends as they come to show more. The width is halved, down to
 *       {@value #LEAST}, as long as there would be over {@value #MOST_PARAMETERS} parameters, so that a snapshot stays
 *       within 4 MB.
 *   <li><b>{@code initializer=pytorch}</b>, uniform within 1/√inputs: smaller than {@code he}, whose output is as large
 *       as the answer before anything was learned, and takes a hundred samples to unlearn.
 *   <li><b>Adam without momentum</b> ({@code adam.beta1=0}): RMSProp (Tieleman and Hinton, 2012) with Adam's correction
 *       of its start (Kingma and Ba, 2015). Each weight has a step of its own size, whatever its input's and however
 *       rarely a category comes. Momentum averages out the noise of batches, but goes on in the old direction for ten
 *       samples where a stream turns, and for ten samples after a rare category.
 *   <li><b>The learning rate</b> falls from 0.01 to 0.003 over the first 500 steps, half a cosine, and stays there:
 *       large steps while nearly everything is still to be learned, smaller ones that average over more samples, and
 *       never none, because a stream may change.
 *   <li><b>No mini-batch, no clipping, no weight decay.</b> A sample counts at once; Adam's steps are bounded; and what
 *       is seen once is hardly overfitted.
 * </ul>
 *
 * <p>The numbers were chosen on breast cancer, iris, wine and diabetes of scikit-learn, on Phishing, Bananas,
 * ImageSegments and synthetic streams of River, and on two of our own with categories and hashed words, over seeds and
 * orders; around them little changes. Digits, Shuttle, ChickWeights and TrumpApproval were kept out of that choice.
 */
final class Recipe {
    /** From so many records on a hidden layer is wide. */
    static final int MANY = 1000;

    static final int WIDE = 64;
    static final int NARROW = 32;
    static final int LEAST = 8;

    /** With so many parameters and Adam's memory of them a snapshot is up to 4 MB large. */
    static final int MOST_PARAMETERS = 54_000;

    private Recipe() {}

    /**
     * The settings of a model of records with named fields, by their names.
     *
     * @param task what the label is
     * @param outputs of the network: 1 for two classes, their number for more, and how many numbers a label has
     * @param samples how many records were seen, at least
     * @param inputs of the network, whatever they are: numbers, one-hot or hashed
     */
    static Map<String, String> of(Task task, int outputs, long samples, int inputs) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("layers", "*," + width(outputs, samples, inputs) + ",*");
        settings.put("hidden.activation", samples < MANY ? "tanh" : "relu");
        switch (task) {
            case BINARY -> {
                settings.put("output.activation", "sigmoid");
                settings.put("loss", "binary-cross-entropy");
            }
            case MULTI_CLASS -> {
                settings.put("output.activation", "softmax");
                settings.put("loss", "cross-entropy");
            }
            case REGRESSION -> {
                settings.put("output.activation", "identity");
                settings.put("loss", "mse");
                settings.put("label.scaling", "running");
            }
        }
        settings.put("features.scaling", "running");
        settings.put("initializer", "pytorch");
        settings.put("optimizer", "adam");
        settings.put("adam.beta1", "0.0");
        settings.put("learning.rate", "0.01");
        settings.put("schedule", "cosine");
        settings.put("schedule.steps", "500");
        settings.put("schedule.minimum", "0.003");
        return settings;
    }

    private static int width(int outputs, long samples, int inputs) {
        int width = samples < MANY ? NARROW : WIDE;
        while (width > LEAST && parameters(inputs, width, outputs) > MOST_PARAMETERS) {
            width /= 2;
        }
        return width;
    }

    private static long parameters(int inputs, int width, int outputs) {
        return (inputs + 1L) * width + (width + 1L) * outputs;
    }
}
