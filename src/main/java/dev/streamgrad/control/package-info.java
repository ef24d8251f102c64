/**
 * What is said to a model, and what was decided about it: commands, and the ledger's events.
 *
 * <p>A {@link dev.streamgrad.control.Command} is a record of the control topic, which has its own rights: whoever may
 * send samples can command nothing. Where in a model's history it took effect does not follow from the two topics, so
 * it is written down, as an {@link dev.streamgrad.control.Event} in the transaction that made it so. What a command
 * does is {@link dev.streamgrad.learning.Steering}'s to say; whoever runs models, live or in a replay, goes through
 * {@link dev.streamgrad.control.Command#applyTo}.
 *
 * <p>Both are JSON, read and written with Jackson: they are rare, so clarity wins. Events carry the version of their
 * format; every older one is read, a newer one refused. Errors in what somebody sent are
 * {@link dev.streamgrad.records.BadRecordException}. Immutable, but for the model in a command's state. No Kafka, no
 * clock, no printing.
 */
@NullMarked
package dev.streamgrad.control;

import org.jspecify.annotations.NullMarked;
