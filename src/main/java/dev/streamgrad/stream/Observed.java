package dev.streamgrad.stream;

import org.jspecify.annotations.Nullable;

/**
 * What was seen of a watched model between two commits: every {@code stride}-th sample, and the first step. The arrays
 * are not to be changed.
 *
 * @param stride every how many-th sample was taken down, as long as there was room
 * @param offsets where the samples stand in their partition
 * @param features as the network's inputs are numbered, not yet scaled, one row per sample; none of a network that is
 *     too large to be drawn
 * @param labels one row per sample
 * @param predictions from before the sample was trained on, one row per sample
 * @param losses of these predictions
 * @param step the first step, from a state that was committed; null if there was none, or the network is too large
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; copies would only cost.
public record Observed(
        int stride,
        long[] offsets,
        double[][] features,
        double[][] labels,
        double[][] predictions,
        double[] losses,
        @Nullable Step step) {

    /** How many samples. */
    public int samples() {
        return offsets.length;
    }

    /**
     * What is needed to take one step once more: all that decides it.
     *
     * @param stateBefore the bytes of the model as it was committed right before the sample
     * @param offset where the sample stands
     * @param features the encoded features
     * @param label the label
     * @param weight the sample's weight
     */
    @SuppressWarnings("ArrayRecordComponent") // As above.
    public record Step(byte[] stateBefore, long offset, double[] features, double[] label, double weight) {}
}
