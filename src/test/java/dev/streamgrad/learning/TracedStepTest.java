package dev.streamgrad.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.streamgrad.nn.Layer;
import dev.streamgrad.nn.Network;
import dev.streamgrad.nn.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The numbers of a step against differences of the loss, and against each other. */
class TracedStepTest {
    private static final double[] FEATURES = {0.5, -1.25};

    private static double loss(ModelSpec spec, Parameters parameters, double[] label) {
        Network network = new Network(spec.architecture(), spec.birth().loss());
        var unused = network.forward(parameters, FEATURES);
        return network.loss(label);
    }

    @ParameterizedTest
    @CsvSource({
        "tanh,sigmoid,mse",
        "sigmoid,sigmoid,binary-cross-entropy",
        "gelu,identity,huber",
        "tanh,softmax,cross-entropy"
    })
    void gradients_areTheSlopesOfTheLoss(String hidden, String output, String loss) {
        int outputs = output.equals("softmax") ? 3 : 1;
        ModelSpec spec = ModelSpec.xor()
                .with("layers", "2,3,4," + outputs)
                .with("hidden.activation", hidden)
                .with("output.activation", output)
                .with("loss", loss);
        double[] label = outputs == 3 ? new double[] {0, 1, 0} : new double[] {1};
        TracedStep step = TracedStep.of(new Model(spec), FEATURES, label, 1.0);
        assertThat(step.layers()).hasSize(3);
        assertThat(step.loss()).isEqualTo(loss(spec, new Model(spec).parameters(), label));
        double squares = 0.0;
        for (int l = 0; l < 3; l++) {
            double[][] gradient = step.layers().get(l).weightGradient();
            Parameters parameters = new Model(spec).parameters();
            Layer layer = parameters.layer(l);
            for (int i = 0; i < layer.in(); i++) {
                for (int j = 0; j < layer.out(); j++) {
                    double[] row = layer.weights().getDataRef()[i];
                    double weight = row[j];
                    row[j] = weight + 1e-5;
                    double above = loss(spec, parameters, label);
                    row[j] = weight - 1e-5;
                    double slope = (above - loss(spec, parameters, label)) / 2e-5;
                    row[j] = weight;
                    assertThat(gradient[i][j]).isCloseTo(slope, within(1e-8));
                    squares += slope * slope;
                }
            }
            double[] biases = layer.biases().getDataRef();
            for (int j = 0; j < biases.length; j++) {
                double bias = biases[j];
                biases[j] = bias + 1e-5;
                double above = loss(spec, parameters, label);
                biases[j] = bias - 1e-5;
                double slope = (above - loss(spec, parameters, label)) / 2e-5;
                biases[j] = bias;
                assertThat(step.layers().get(l).deltas()[j]).isCloseTo(slope, within(1e-8));
                squares += slope * slope;
            }
        }
        assertThat(step.gradientNorm()).isCloseTo(Math.sqrt(squares), within(1e-7));
    }

    @Test
    void aClippedStep_isTheGradientTimesTheClip() {
        ModelSpec spec = ModelSpec.xor().with("clip.gradient.norm", "0.001").with("learning.rate", "0.5");
        TracedStep step = TracedStep.of(new Model(spec), FEATURES, new double[] {1}, 1.0);
        assertThat(step.clip())
                .isCloseTo(0.001 / step.gradientNorm(), within(1e-4))
                .isLessThan(1.0);
        TracedStep.OfLayer first = step.layers().get(0);
        assertThat(first.after().weights().getEntry(1, 2))
                .isCloseTo(
                        first.before().weights().getEntry(1, 2) - 0.5 * step.clip() * first.weightGradient()[1][2],
                        within(1e-15));
    }

    @Test
    void aFrozenModel_showsTheGradient_andDoesNotMove() {
        Model frozen = Model.restore(ModelSpec.xor(), model -> {
            model.state.parameters().set(new Model(ModelSpec.xor()).parameters());
            model.frozen = true;
        });
        TracedStep step = TracedStep.of(frozen, FEATURES, new double[] {1}, 1.0);
        TracedStep moving = TracedStep.of(new Model(ModelSpec.xor()), FEATURES, new double[] {1}, 1.0);
        assertThat(step.outcome()).isEqualTo(Learner.Outcome.SCORED);
        for (int l = 0; l < 2; l++) {
            assertThat(step.layers().get(l).deltas())
                    .isEqualTo(moving.layers().get(l).deltas());
            assertThat(step.layers().get(l).updateRatio()).isZero();
            assertThat(moving.layers().get(l).updateRatio()).isPositive();
        }
    }
}
