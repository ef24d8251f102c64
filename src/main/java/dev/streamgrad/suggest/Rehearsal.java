package dev.streamgrad.suggest;

import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.PrequentialMetrics;
import dev.streamgrad.learning.Task;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.RecordFrame;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.records.ValueFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model that learns records once, in their order, by the reader and the learner that the topology has, without a
 * broker: what it will do with them there.
 */
public final class Rehearsal {
    /** How finely predicted probabilities are told apart. */
    public static final int BINS = 10;

    private static final byte[] NOT_LOOKED_AT = {'{', '}'};

    private final ModelSpec spec;
    private final List<String> classes;
    private final List<Double> losses = new ArrayList<>();
    private final long[][] confusion;
    private final long[] predicted = new long[BINS];
    private final long[] happened = new long[BINS];
    private final double[] probability = new double[BINS];
    private final PrequentialMetrics.Figures figures;
    private long requests;
    private long refused;
    private @Nullable String firstReason;
    private @Nullable Map<String, ?> current;

    private Rehearsal(ModelSpec spec, Records records) {
        this.spec = spec;
        Mapping mapping = spec.birth().mapping();
        if (mapping == null) {
            throw new IllegalArgumentException("features must be set for records with named fields; got none");
        }
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        // The reader takes the record that is at hand, whatever bytes it is given.
        SampleReader reader = SampleReader.of(spec, new ValueFormat(RecordFrame.NONE, (value, headers) -> current));
        this.confusion = new long[mapping.label().count()][mapping.label().count()];
        records.forEach(record -> {
            current = record;
            learn(model, learner, reader);
        });
        this.classes = mapping.classes(model.vocabulary());
        this.figures = model.metrics().sinceStart();
    }

    /** Lets a model of this spec, which has features, learn records. */
    public static Rehearsal of(ModelSpec spec, Records records) {
        return new Rehearsal(spec, records);
    }

    private void learn(Model model, Learner learner, SampleReader reader) {
        try {
            reader.read(NOT_LOOKED_AT);
            reader.encode(model);
            if (!reader.hasLabel()) {
                requests++;
                return;
            }
        } catch (BadRecordException e) {
            refuse(e.text());
            return;
        }
        if (learner.learn(model, reader.features(), reader.label(), reader.weight()) != Learner.Outcome.TRAINED) {
            refuse("a step would have made a number that is not finite; try a smaller learning.rate");
            return;
        }
        losses.add(learner.loss());
        count(learner.prediction(), reader.label());
    }

    private void refuse(String reason) {
        refused++;
        if (firstReason == null) {
            firstReason = reason;
        }
    }

    private void count(double[] prediction, double[] label) {
        if (spec.task() == Task.REGRESSION || confusion.length == 0) {
            return;
        }
        confusion[classOf(label)][classOf(prediction)]++;
        if (confusion.length == 2) {
            double yes = prediction[prediction.length - 1];
            int bin = (int) Math.max(0, Math.min(BINS - 1, yes * BINS));
            predicted[bin]++;
            probability[bin] += yes;
            happened[bin] += classOf(label);
        }
    }

    private static int classOf(double[] outputs) {
        if (outputs.length == 1) {
            return outputs[0] >= 0.5 ? 1 : 0;
        }
        int greatest = 0;
        for (int i = 1; i < outputs.length; i++) {
            if (outputs[i] > outputs[greatest]) {
                greatest = i;
            }
        }
        return greatest;
    }

    /** What kind of answer the model gives. */
    public Task task() {
        return spec.task();
    }

    /** What was counted over all samples, each predicted before it was learned. */
    public PrequentialMetrics.Figures figures() {
        return figures;
    }

    /** The loss of each sample, in their order. */
    public List<Double> losses() {
        return losses;
    }

    /** The classes in the order of outputs; empty for a regression. */
    public List<String> classes() {
        return classes;
    }

    /** How often each class, by its index, was taken for which; a copy. */
    public long[][] confusion() {
        return Arrays.stream(confusion).map(long[]::clone).toArray(long[][]::new);
    }

    /** How many records had no label. */
    public long requests() {
        return requests;
    }

    /** How many records would become dead letters. */
    public long refused() {
        return refused;
    }

    /** Why the first of them would; null if none would. */
    public @Nullable String firstReason() {
        return firstReason;
    }

    /**
     * How often the second of two classes came, beside how probable it was said to be: a line for each tenth of
     * probability that was ever said.
     */
    public List<Bin> calibration() {
        List<Bin> bins = new ArrayList<>();
        for (int i = 0; i < BINS; i++) {
            if (predicted[i] > 0) {
                bins.add(new Bin(predicted[i], probability[i] / predicted[i], (double) happened[i] / predicted[i]));
            }
        }
        return bins;
    }

    /**
     * Samples for which about the same was said.
     *
     * @param samples how many
     * @param said the mean of the probabilities
     * @param came the share of the second class
     */
    public record Bin(long samples, double said, double came) {}

    /**
     * What costs nothing to reach: the accuracy of always saying the class that was most frequent so far or the last
     * one, whichever is better; or the lesser mean absolute error of the running mean and the last label.
     */
    public double baseline() {
        return task() == Task.REGRESSION
                ? Math.min(figures.constantScore(), figures.lastLabelScore())
                : Math.max(figures.constantScore(), figures.lastLabelScore());
    }

    /** Whether it is better than {@link #baseline} by more than luck: the standard error of an accuracy. */
    public boolean isBetterThanTheBaseline() {
        double baseline = baseline();
        return task() == Task.REGRESSION
                ? figures.score() < baseline
                : figures.score() > baseline + Math.sqrt(baseline * (1.0 - baseline) / figures.samples());
    }
}
