package dev.streamgrad.bench;

import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.SampleReader;

/**
 * Steps of a learner, without Kafka: whether the model's settings suit the samples, and the numbers that the parsing
 * copy writes, because a number's digits are what it costs to write it.
 */
final class Rehearsal {
    static final int STEPS = 1024;
    /** Steps before those that are kept, so that their numbers are those of a model that has learned. */
    private static final int MOST_BEFORE = 20_000;

    /** Fewer with a large model: this should not take longer than a second. */
    private static final int PARAMETERS_BEFORE = 20_000_000;

    private final ModelSpec spec;
    private final double[][] predictions = new double[STEPS][];
    private final double[] losses = new double[STEPS];

    /**
     * Learns a little.
     *
     * @throws BenchException if a step is not finite
     */
    Rehearsal(ModelSpec spec) throws BenchException {
        this.spec = spec;
        Learner learner = new Learner(spec);
        Model model = new Model(spec);
        SampleReader sample = SampleReader.of(spec);
        Samples samples = new Samples(spec);
        int before =
                Math.min(MOST_BEFORE, PARAMETERS_BEFORE / spec.architecture().parameters());
        for (int i = -before; i < STEPS; i++) {
            try {
                sample.read(samples.next());
                sample.encode(model);
            } catch (BadRecordException e) {
                throw unfit();
            }
            if (learner.learn(model, sample.features(), sample.label(), sample.weight()) != Learner.Outcome.TRAINED) {
                throw unfit();
            }
            if (i >= 0) {
                predictions[i] = learner.prediction().clone();
                losses[i] = learner.loss();
            }
        }
    }

    /** What to say where samples become dead letters, which cost less than a step, or more. */
    static BenchException unfit() {
        return new BenchException(
                "the model's settings must suit samples from 0 to 1; some became dead letters, so nothing was measured;"
                        + " try a smaller learning.rate",
                null);
    }

    ModelSpec spec() {
        return spec;
    }

    double[] prediction(int step) {
        return predictions[step];
    }

    double loss(int step) {
        return losses[step];
    }
}
