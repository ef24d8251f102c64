/**
 * Training again from the log: any model from version 0, or from one of its snapshots, to any later offset or version,
 * to the bit.
 *
 * <p>{@link dev.streamgrad.replay.TopicLog} reads what a topic holds when it is opened, one committed record after the
 * other. {@link dev.streamgrad.replay.ReplayedModel} takes the records of the samples topic and does with those of one
 * model what the learner did: which of them are its own, which it could not use, what each step made of it. What
 * decides that is in the log: the settings that a model keeps are in its snapshots, and so is which model the records
 * without a key were for. Only snapshots of format 1 do not say it all; for them the present settings stand in.
 *
 * <p>A replay runs on the caller's thread, about as fast as the learner, and holds the models that it trains and
 * nothing else. It writes nothing and prints nothing.
 */
@NullMarked
package dev.streamgrad.replay;

import org.jspecify.annotations.NullMarked;
