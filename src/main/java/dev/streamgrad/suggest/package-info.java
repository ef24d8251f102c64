/**
 * What {@code suggest} does with records that it knows nothing about: it looks at their fields ({@link Profile}),
 * decides what each is good for and which settings a model of them should have ({@link Suggestion}), and lets such a
 * model learn them ({@link Rehearsal}). All of it is a function of the records that were seen, in their order; nothing
 * is searched for or drawn at random.
 *
 * <p><b>Memory.</b> A profile keeps, for each field, at most {@value FieldStatistics#MOST_VALUES} of its values with
 * their counts and 8 bytes for each of its first {@value FieldStatistics#MOST_HASHES}; no record is kept.
 */
@NullMarked
package dev.streamgrad.suggest;

import org.jspecify.annotations.NullMarked;
