/**
 * Any past state of a model, to the bit, and what would have become of it under other settings.
 *
 * <p>{@link dev.streamgrad.travel.Travel} begins with the newest snapshot at or before its
 * {@link dev.streamgrad.travel.Destination}, or with version 0, and leads the model by
 * {@link dev.streamgrad.replay.History} through the samples and events up to there. {@link dev.streamgrad.travel.Fork}
 * goes on from such a state to the end of the log twice: as it was, and otherwise; {@link dev.streamgrad.travel.Course}
 * holds what is to be compared of the two.
 *
 * <p>It believes what an audit would find true, and nothing else: where an event or a snapshot on the way does not
 * follow from the log, there is no arrival. It reads committed records only, on the caller's thread, and writes
 * nothing.
 */
@NullMarked
package dev.streamgrad.travel;

import org.jspecify.annotations.NullMarked;
