package dev.streamgrad.learning;

import dev.streamgrad.learning.Learner.Outcome;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.Layer;
import dev.streamgrad.nn.Network;
import dev.streamgrad.nn.Parameters;
import java.util.ArrayList;
import java.util.List;

/**
 * One step with every number in it, as one would do it by hand. It is taken by a {@link Learner} like any other, so its
 * bits are those of the stream. With mini-batches the gradient is the sample's own, and the weights are new only if it
 * completes its batch.
 *
 * @param version the version before the step
 * @param outcome what became of the sample
 * @param features the sample's, encoded
 * @param label the sample's, in its own units
 * @param weight what the sample's gradient was multiplied by, deltas included
 * @param prediction in the label's own units
 * @param loss of the prediction
 * @param learningRate η of the step
 * @param clip what the gradient was multiplied by so that it was not too large; 1 is not at all
 * @param layers from the first after the features to the outputs
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; copies would only cost.
public record TracedStep(
        long version,
        Outcome outcome,
        double[] features,
        double[] label,
        double weight,
        double[] prediction,
        double loss,
        double learningRate,
        double clip,
        List<OfLayer> layers) {

    /** Copies the list. */
    public TracedStep {
        layers = List.copyOf(layers);
    }

    /**
     * One layer. Weights are in × out, as in {@code z = xW + b}.
     *
     * @param activation {@code f}
     * @param before weights and biases before the step
     * @param inputs {@code x}; those of the first layer are scaled
     * @param sums {@code z}
     * @param outputs {@code f(z)}
     * @param deltas {@code δ = ∂L/∂z}, and the gradient by the biases
     * @param after weights and biases after the step
     */
    @SuppressWarnings("ArrayRecordComponent") // As above.
    public record OfLayer(
            Activation activation,
            Layer before,
            double[] inputs,
            double[] sums,
            double[] outputs,
            double[] deltas,
            Layer after) {

        /** {@code ∂L/∂W = xᵀδ}, before clipping. */
        public double[][] weightGradient() {
            double[][] gradient = new double[inputs.length][deltas.length];
            for (int i = 0; i < inputs.length; i++) {
                for (int j = 0; j < deltas.length; j++) {
                    gradient[i][j] = inputs[i] * deltas[j];
                }
            }
            return gradient;
        }

        /** The Euclidean norm of the gradient by weights and biases, {@code √((|x|² + 1)|δ|²)}, before clipping. */
        public double gradientNorm() {
            double x = 1.0;
            for (double input : inputs) {
                x += input * input;
            }
            double d = 0.0;
            for (double delta : deltas) {
                d += delta * delta;
            }
            return Math.sqrt(x * d);
        }

        /** {@code |Δw| / |w|}; NaN where the weights and biases were all zeros. */
        public double updateRatio() {
            return after.relativeChangeFrom(before);
        }
    }

    /** The norm of the whole gradient, before clipping. */
    public double gradientNorm() {
        double squares = 0.0;
        for (OfLayer layer : layers) {
            squares += layer.gradientNorm() * layer.gradientNorm();
        }
        return Math.sqrt(squares);
    }

    /** Lets a model, which is changed, learn a sample as {@link Learner#learn} says. */
    public static TracedStep of(Model model, double[] features, double[] label, double weight) {
        Learner learner = new Learner(model.spec());
        long version = model.version();
        double learningRate = model.learningRate();
        Parameters before = model.parameters().copy();
        Outcome outcome = learner.learn(model, features, label, weight);
        if (outcome == Outcome.SCORED) {
            learner.backward(model, label, weight);
        }
        Network network = learner.network();
        List<OfLayer> layers = new ArrayList<>();
        for (int l = 0; l < before.depth(); l++) {
            layers.add(new OfLayer(
                    model.spec().architecture().activations().get(l),
                    before.layer(l),
                    network.inputs(l).clone(),
                    network.preActivations(l).clone(),
                    network.values(l).clone(),
                    network.deltas(l).clone(),
                    model.parameters().layer(l)));
        }
        return new TracedStep(
                version,
                outcome,
                features.clone(),
                label.clone(),
                weight,
                learner.prediction().clone(),
                learner.loss(),
                learningRate,
                learner.clip(),
                layers);
    }
}
