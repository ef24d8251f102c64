package dev.streamgrad.learning;

import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.Network;
import java.util.Arrays;
import java.util.List;

/**
 * Which units of a model do not take part in learning, looked at over several samples, since one sample says little: a
 * rectified unit rests for half of them.
 *
 * @param dead per layer, the share of units that passed nothing back for any of the samples
 * @param saturated per layer, the share of values within 1 % of a bound of a bounded activation
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record UnitHealth(double[] dead, double[] saturated) {

    /**
     * Looks at what a model makes of samples, and changes nothing.
     *
     * @param samples encoded features, at least one
     */
    public static UnitHealth of(Model model, List<double[]> samples) {
        Learner learner = new Learner(model.spec());
        Network network = learner.network();
        List<Activation> activations = model.spec().architecture().activations();
        boolean[][] alive = new boolean[activations.size()][];
        double[] saturated = new double[activations.size()];
        for (int l = 0; l < alive.length; l++) {
            alive[l] = new boolean[model.spec().architecture().sizes().get(l + 1)];
        }
        for (double[] features : samples) {
            var unused = learner.predict(model, features);
            for (int l = 0; l < alive.length; l++) {
                for (int j = 0; j < alive[l].length; j++) {
                    alive[l][j] |= !network.isDead(l, j);
                }
                saturated[l] += network.saturatedUnits(l) / samples.size();
            }
        }
        double[] dead =
                Arrays.stream(alive).mapToDouble(UnitHealth::shareOfDead).toArray();
        return new UnitHealth(dead, saturated);
    }

    private static double shareOfDead(boolean[] alive) {
        int dead = 0;
        for (boolean unit : alive) {
            dead += unit ? 0 : 1;
        }
        return (double) dead / alive.length;
    }
}
