package dev.streamgrad.nn;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Stochastic gradient descent (Robbins and Monro, 1951), plain or with momentum (Polyak, 1964; Nesterov, 1983), in
 * PyTorch's form:
 *
 * <pre>
 *   g ← g + λw                      λ: weight decay (L2)
 *   v ← μv + g                      μ: momentum
 *   w ← w − ηv                      Nesterov: w ← w − η(g + μv)
 * </pre>
 *
 * @param learningRate η, over 0
 * @param momentum μ, from 0 (plain, nothing remembered) to under 1
 * @param nesterov whether to look ahead; needs momentum
 * @param weightDecay λ, at least 0
 */
public record Sgd(double learningRate, double momentum, boolean nesterov, double weightDecay) implements Optimizer {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming the setting, its rule and the value
     */
    public Sgd {
        Checks.positive("learning.rate", learningRate);
        Checks.fraction("momentum", momentum);
        Checks.notNegative("weight.decay", weightDecay);
        if (nesterov && momentum == 0.0) {
            throw new IllegalArgumentException("nesterov needs a momentum over 0; got 0; try momentum=0.9");
        }
    }

    /** Plain SGD. */
    public Sgd(double learningRate) {
        this(learningRate, 0.0, false, 0.0);
    }

    @Override
    public String id() {
        return momentum == 0.0 ? "sgd" : nesterov ? "nesterov" : "momentum";
    }

    @Override
    public Map<String, Double> settings() {
        Map<String, Double> settings = new LinkedHashMap<>();
        settings.put("learning.rate", learningRate);
        if (momentum != 0.0) {
            settings.put("momentum", momentum);
        }
        settings.put("weight.decay", weightDecay);
        return settings;
    }

    @Override
    public int slots() {
        return momentum == 0.0 ? 0 : 1;
    }

    @Override
    public boolean step(
            TrainingState current,
            Gradient gradient,
            double scale,
            double learningRate,
            long step,
            TrainingState next) {
        boolean finite = true;
        for (int l = 0; l < gradient.depth(); l++) {
            double[] factors = gradient.factors(l);
            double[][] gradients = gradient.rows(l);
            double[][] rows = current.parameters().rows(l);
            double[][] toRows = next.parameters().rows(l);
            double[] bias = current.parameters().bias(l);
            double[] toBias = next.parameters().bias(l);
            if (momentum == 0.0) {
                double largest = gradient.largest(l);
                for (int i = 0; i < rows.length; i++) {
                    plain(rows[i], factors[i], gradients[i], scale, learningRate, toRows[i]);
                    finite &= isHarmless(factors[i] * largest * scale * learningRate) || Sums.areFinite(toRows[i]);
                }
                plain(bias, 1.0, gradient.bias(l), scale, learningRate, toBias);
                finite &= isHarmless(largest * scale * learningRate) || Sums.areFinite(toBias);
            } else {
                Parameters v = current.slots().get(0);
                Parameters toV = next.slots().get(0);
                double[][] velocities = v.rows(l);
                double[][] toVelocities = toV.rows(l);
                for (int i = 0; i < rows.length; i++) {
                    finite &= heavy(
                            rows[i],
                            factors[i],
                            gradients[i],
                            velocities[i],
                            scale,
                            learningRate,
                            toRows[i],
                            toVelocities[i]);
                }
                finite &= heavy(bias, 1.0, gradient.bias(l), v.bias(l), scale, learningRate, toBias, toV.bias(l));
            }
        }
        return finite;
    }

    /**
     * Whether a change of at most this magnitude leaves every finite weight finite: it is less than half the distance
     * of the greatest doubles, 2⁹⁷¹, and by far more than what is rounded. Then the new weights need not be looked at,
     * which took a fifth of a large step. Asked for the greatest number of a row, with the operations of {@link #plain}
     * in their order, none of which makes a greater number smaller: an overflow on the way shows. Not with a decay,
     * whose share depends on the weight.
     */
    private boolean isHarmless(double change) {
        return Math.abs(change) < 0x1p960 && weightDecay == 0.0;
    }

    private void plain(double[] w, double x, double[] g, double scale, double eta, double[] toW) {
        for (int j = 0; j < toW.length; j++) {
            double d = x * g[j] * scale + weightDecay * w[j];
            toW[j] = w[j] - eta * d;
        }
    }

    /** Two loops: in one for both, Java 17's compiler finds no vectors. */
    private boolean heavy(
            double[] w, double x, double[] g, double[] v, double scale, double eta, double[] toW, double[] toV) {
        for (int j = 0; j < toV.length; j++) {
            double d = x * g[j] * scale + weightDecay * w[j];
            toV[j] = momentum * v[j] + d;
        }
        // Nesterov: d + μv, plain momentum: 0d + 1v.
        double direct = nesterov ? 1.0 : 0.0;
        double kept = nesterov ? momentum : 1.0;
        for (int j = 0; j < toW.length; j++) {
            double d = x * g[j] * scale + weightDecay * w[j];
            toW[j] = w[j] - eta * (direct * d + kept * toV[j]);
        }
        // Of a velocity that is not finite, no weight comes that is.
        return Sums.areFinite(toW);
    }
}
