package dev.streamgrad.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.records.Sample;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XorLearningTest {
    private static final int ENOUGH = 200_000;

    /** 100 seeds of weights, each with its own order of samples. */
    @ParameterizedTest
    @ValueSource(ints = {0, 20, 40, 60, 80})
    void everySeedLearnsXor(int first) {
        for (int seed = first; seed < first + 20; seed++) {
            assertThat(samplesUntilLearned(seed))
                    .as("samples until seed %d has learned", seed)
                    .isLessThanOrEqualTo(ENOUGH);
        }
    }

    /** How many samples until every corner is answered within 0.1, at most {@link #ENOUGH} and one. */
    private static int samplesUntilLearned(int seed) {
        ModelSpec spec = ModelSpec.xor().with("seed", Integer.toString(seed));
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        SampleSource source = Dataset.XOR.samples(seed);
        for (int count = 1; count <= ENOUGH; count++) {
            Sample sample = source.next();
            double[] label = {
                sample.label() == null ? Double.NaN : sample.label().get(0)
            };
            double[] features =
                    sample.features().stream().mapToDouble(Double::doubleValue).toArray();
            assertThat(learner.learn(model, features, label, 1.0)).isEqualTo(Learner.Outcome.TRAINED);
            if (count % 100 == 0 && hasLearned(learner, model)) {
                return count;
            }
        }
        return ENOUGH + 1;
    }

    private static boolean hasLearned(Learner learner, Model model) {
        return Dataset.CORNERS.stream().allMatch(corner -> {
            double truth = corner.get(0).equals(corner.get(1)) ? 0.0 : 1.0;
            double[] prediction = learner.predict(model, new double[] {corner.get(0), corner.get(1)});
            return Math.abs(prediction[0] - truth) < 0.1;
        });
    }
}
