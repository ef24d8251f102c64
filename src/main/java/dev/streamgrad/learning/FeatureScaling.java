package dev.streamgrad.learning;

import dev.streamgrad.nn.Named;
import org.apache.commons.math3.util.FastMath;

/**
 * What happens to features before the network sees them.
 *
 * <p>Two rules standardise. {@link #STANDARD} is the older: it passes a model's first sample as it is, only centres the
 * second, and divides the third by the deviation of two, which may be next to nothing. With features far from 0 these
 * three steps can throw the weights so far that thousands of samples do not bring them back. {@link #RUNNING} has no
 * such start. The older stays as it is, for the models that were born with it.
 */
public enum FeatureScaling implements Named {
    /** Nothing. */
    NONE("none") {
        @Override
        double scaled(double feature, long count, double mean, double squares) {
            return feature;
        }
    },
    /**
     * {@code (x − mean) / deviation}, with the mean and deviation of the model's samples before; a feature that has not
     * varied yet is only centred.
     */
    STANDARD("standard") {
        @Override
        double scaled(double feature, long count, double mean, double squares) {
            double variance = count < 2 ? 0.0 : squares / count;
            double centred = feature - mean;
            return variance > 0.0 ? centred / FastMath.sqrt(variance) : centred;
        }
    },
    /**
     * {@code (x − mean) / deviation}, with the mean and deviation of the model's samples including this one; 0 as long
     * as a feature has not varied. Of n numbers none is further than √(n − 1) deviations from their mean (Samuelson's
     * inequality, 1968), so the result is bounded for any feature: 0 at the first sample, at most 1 at the second.
     */
    RUNNING("running") {
        @Override
        double scaled(double feature, long count, double mean, double squares) {
            double distance = feature - mean;
            double n = count + 1.0;
            double centred = feature - (mean + distance / n);
            double variance = (squares + distance * centred) / n;
            // The bound is the limit that the result tends to as a feature grows until its square overflows; and it has
            // to
            // hold where a square underflows or the mean is rounded.
            double bound = FastMath.sqrt((double) count);
            if (!Double.isFinite(variance) || !Double.isFinite(centred)) {
                return FastMath.copySign(bound, distance);
            }
            if (!(variance > 0.0)) {
                return 0.0;
            }
            double scaled = centred / FastMath.sqrt(variance);
            return FastMath.max(-bound, FastMath.min(bound, scaled));
        }
    };

    private final String id;

    FeatureScaling(String id) {
        this.id = id;
    }

    /**
     * The scaling with this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static FeatureScaling of(String id) {
        return Named.parse(values(), "features.scaling", id);
    }

    @Override
    public String id() {
        return id;
    }

    /**
     * What the network sees of a finite feature.
     *
     * @param count how many samples there were before this one
     * @param mean their mean
     * @param squares the sum of their squared distances from it
     */
    abstract double scaled(double feature, long count, double mean, double squares);
}
