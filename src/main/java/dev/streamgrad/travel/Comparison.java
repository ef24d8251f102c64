package dev.streamgrad.travel;

import dev.streamgrad.learning.Model;
import dev.streamgrad.records.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * What became of a model from a past state on, and what would have under other settings.
 *
 * @param arrival the state that both begin with
 * @param asItWas how well the model predicted since then, with all that it was told
 * @param fork how well the other one predicts the same samples, which is told nothing
 * @param present the model at the end of the log; null if it was deleted
 * @param state the other one there
 */
public record Comparison(
        Arrival arrival,
        Course asItWas,
        Course fork,
        @Nullable Model present,
        Snapshot state) {}
