/**
 * The proof that every sample trained its model exactly once: the weights are a function of the log, and here they are
 * derived from it again, by {@link dev.streamgrad.replay}, and compared with what every snapshot says.
 *
 * <p>An audit compares meanings, not bytes: by the format of a snapshot, every field that the format has. It has three
 * outcomes for a model: it agrees, it does not, or there is nothing to judge by. It never accuses an honest log: where
 * a snapshot is too old to say what decided which records trained, and the present settings may not be those, it is not
 * verified.
 *
 * <p>It reads committed records only, on the caller's thread, beside a learner that goes on. Memory grows with the
 * number of models, and not with the length of the log. No printing.
 */
@NullMarked
package dev.streamgrad.audit;

import org.jspecify.annotations.NullMarked;
