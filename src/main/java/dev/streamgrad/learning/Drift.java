package dev.streamgrad.learning;

import dev.streamgrad.json.ShortestDecimal;
import dev.streamgrad.learning.DriftDetector.Direction;

/**
 * A drift that a sample has shown.
 *
 * @param detector what has found it
 * @param direction which way
 * @param before the mean error before it
 * @param after the mean error since
 * @param reaction what it did to the model
 */
public record Drift(
        DriftDetectorKind detector, Direction direction, double before, double after, DriftReaction reaction) {

    /** For people, to the last digit. */
    @Override
    public String toString() {
        return direction.id() + " by " + detector.id() + ", mean error " + ShortestDecimal.text(before) + " before and "
                + ShortestDecimal.text(after) + " since, reaction " + reaction.id();
    }
}
