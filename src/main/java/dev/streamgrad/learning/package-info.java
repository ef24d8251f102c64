/**
 * What one sample does to one model: predict, test, train.
 *
 * <p>{@link dev.streamgrad.learning.ModelSpec} says what a model is, {@link dev.streamgrad.learning.Model} holds
 * everything it has learned, and {@link dev.streamgrad.learning.Learner} takes a sample through both, test before train
 * (prequential). A model's future depends on nothing but its spec, its state and its samples in order: no clock, no
 * Kafka, no JSON here.
 */
@NullMarked
package dev.streamgrad.learning;

import org.jspecify.annotations.NullMarked;
