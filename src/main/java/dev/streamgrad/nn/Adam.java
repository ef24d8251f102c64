package dev.streamgrad.nn;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.math3.util.FastMath;

/**
 * Adam (Kingma and Ba, 2015), or AdamW with decoupled weight decay (Loshchilov and Hutter, 2019), in PyTorch's form. At
 * step {@code t}:
 *
 * <pre>
 *   Adam: g ← g + λw                AdamW: w ← w − ηλw
 *   m ← β₁m + (1−β₁)g               v ← β₂v + (1−β₂)g²
 *   w ← w − η/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)
 * </pre>
 *
 * @param learningRate η, over 0
 * @param beta1 β₁, from 0 to under 1
 * @param beta2 β₂, from 0 to under 1
 * @param epsilon ε, over 0
 * @param weightDecay λ, at least 0
 * @param decoupled whether it is AdamW
 */
public record Adam(
        double learningRate, double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled)
        implements Optimizer {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming the setting, its rule and the value
     */
    public Adam {
        Checks.positive("learning.rate", learningRate);
        Checks.fraction("adam.beta1", beta1);
        Checks.fraction("adam.beta2", beta2);
        Checks.positive("adam.epsilon", epsilon);
        Checks.notNegative("weight.decay", weightDecay);
    }

    @Override
    public String id() {
        return decoupled ? "adamw" : "adam";
    }

    @Override
    public Map<String, Double> settings() {
        Map<String, Double> settings = new LinkedHashMap<>();
        settings.put("learning.rate", learningRate);
        settings.put("adam.beta1", beta1);
        settings.put("adam.beta2", beta2);
        settings.put("adam.epsilon", epsilon);
        settings.put("weight.decay", weightDecay);
        return settings;
    }

    @Override
    public int slots() {
        return 2;
    }

    @Override
    public boolean step(
            TrainingState current,
            Gradient gradient,
            double scale,
            double learningRate,
            long step,
            TrainingState next) {
        double eta = learningRate / (1.0 - AllocationFree.power(beta1, step));
        double rootCorrection = FastMath.sqrt(1.0 - AllocationFree.power(beta2, step));
        double keep = decoupled ? 1.0 - learningRate * weightDecay : 1.0;
        Parameters w = current.parameters();
        Parameters m = current.slots().get(0);
        Parameters v = current.slots().get(1);
        Parameters toW = next.parameters();
        Parameters toM = next.slots().get(0);
        Parameters toV = next.slots().get(1);
        boolean finite = true;
        for (int l = 0; l < gradient.depth(); l++) {
            double[] factors = gradient.factors(l);
            double[][] gradients = gradient.rows(l);
            double largest = gradient.largest(l);
            for (int i = 0; i < factors.length; i++) {
                double[] row = w.rows(l)[i];
                double[] toMean = toM.rows(l)[i];
                double[] toSquare = toV.rows(l)[i];
                double[] toRow = toW.rows(l)[i];
                means(m.rows(l)[i], row, factors[i], gradients[i], scale, toMean);
                squares(v.rows(l)[i], row, factors[i], gradients[i], scale, toSquare);
                weights(row, toMean, toSquare, eta, rootCorrection, keep, toRow);
                finite &= areFinite(toRow, toSquare, factors[i] * largest * scale);
            }
            double[] bias = w.bias(l);
            double[] toMean = toM.bias(l);
            double[] toSquare = toV.bias(l);
            double[] toBias = toW.bias(l);
            means(m.bias(l), bias, 1.0, gradient.bias(l), scale, toMean);
            squares(v.bias(l), bias, 1.0, gradient.bias(l), scale, toSquare);
            weights(bias, toMean, toSquare, eta, rootCorrection, keep, toBias);
            finite &= areFinite(toBias, toSquare, largest * scale);
        }
        return finite;
    }

    // A loop for each of the three, though two of them need the gradient: in one loop for all, Java 17's compiler finds
    // no vectors, and takes twice as long for a large step.

    private void means(double[] m, double[] w, double x, double[] g, double scale, double[] toM) {
        double l2 = decoupled ? 0.0 : weightDecay;
        for (int j = 0; j < toM.length; j++) {
            double d = x * g[j] * scale + l2 * w[j];
            toM[j] = beta1 * m[j] + (1.0 - beta1) * d;
        }
    }

    private void squares(double[] v, double[] w, double x, double[] g, double scale, double[] toV) {
        double l2 = decoupled ? 0.0 : weightDecay;
        for (int j = 0; j < toV.length; j++) {
            double d = x * g[j] * scale + l2 * w[j];
            toV[j] = beta2 * v[j] + (1.0 - beta2) * d * d;
        }
    }

    private void weights(
            double[] w, double[] m, double[] v, double eta, double rootCorrection, double keep, double[] toW) {
        for (int j = 0; j < toW.length; j++) {
            toW[j] = w[j] * keep - eta * (m[j] / (Math.sqrt(v[j]) / rootCorrection + epsilon));
        }
    }

    /**
     * Whether the weights of a row, their means and their squares are finite. Of a mean that is not, no weight comes
     * that is. A square that is infinite divides the mean to 0, so the weight does not tell; but none can be where the
     * gradient's square is less than half the distance of the greatest doubles, 2⁹⁷¹.
     *
     * @param largest the greatest gradient in the row, without a decay, whose share depends on the weight
     */
    private boolean areFinite(double[] w, double[] v, double largest) {
        boolean harmless = Math.abs(largest) < 0x1p480 && (decoupled || weightDecay == 0.0);
        return Sums.areFinite(w) && (harmless || Sums.areFinite(v));
    }
}
