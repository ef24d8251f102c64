/**
 * What one sample does to one model: predict, test, train.
 *
 * <p>{@link dev.streamgrad.learning.ModelSpec} says what a model is: what it is born with, and the hyperparameters by
 * which it learns. {@link dev.streamgrad.learning.Model} holds everything it has learned, and
 * {@link dev.streamgrad.learning.ModelState} lists that, piece by piece, for whoever writes, reads or digests it.
 * {@link dev.streamgrad.learning.Learner} takes a sample through a model, test before train (prequential).
 *
 * <p>A model's future depends on nothing but its spec, its state and its samples in order. A step is atomic: it is
 * computed into spare arrays, found finite, and swapped in. It allocates nothing.
 *
 * <p>Threads: a model and a learner belong to one thread at a time. Costs: a model is its parameters, and as many
 * numbers for each slot of its optimizer, for an unfinished batch, and with {@code on.divergence=restore} for its
 * checkpoint; the metrics are some eighty numbers, however long their window. No clock, no Kafka, and of JSON only how
 * a double is written.
 */
@NullMarked
package dev.streamgrad.learning;

import org.jspecify.annotations.NullMarked;
