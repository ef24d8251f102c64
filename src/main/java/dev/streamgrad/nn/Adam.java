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
            for (int i = 0; i < factors.length; i++) {
                finite &= row(
                        w.rows(l)[i],
                        factors[i],
                        gradients[i],
                        m.rows(l)[i],
                        v.rows(l)[i],
                        scale,
                        eta,
                        rootCorrection,
                        keep,
                        toW.rows(l)[i],
                        toM.rows(l)[i],
                        toV.rows(l)[i]);
            }
            finite &= row(
                    w.bias(l),
                    1.0,
                    gradient.bias(l),
                    m.bias(l),
                    v.bias(l),
                    scale,
                    eta,
                    rootCorrection,
                    keep,
                    toW.bias(l),
                    toM.bias(l),
                    toV.bias(l));
        }
        return finite;
    }

    private boolean row(
            double[] w,
            double x,
            double[] g,
            double[] m,
            double[] v,
            double scale,
            double eta,
            double rootCorrection,
            double keep,
            double[] toW,
            double[] toM,
            double[] toV) {
        double l2 = decoupled ? 0.0 : weightDecay;
        for (int j = 0; j < toW.length; j++) {
            double d = x * g[j] * scale + l2 * w[j];
            double mean = beta1 * m[j] + (1.0 - beta1) * d;
            double square = beta2 * v[j] + (1.0 - beta2) * d * d;
            double updated = w[j] * keep - eta * (mean / (Math.sqrt(square) / rootCorrection + epsilon));
            toM[j] = mean;
            toV[j] = square;
            toW[j] = updated;
        }
        return Sums.areFinite(toW) && Sums.areFinite(toM) && Sums.areFinite(toV);
    }
}
