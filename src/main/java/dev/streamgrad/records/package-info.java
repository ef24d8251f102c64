/**
 * What travels and what is kept: samples in; predictions, snapshots and dead letters out; the state format of the
 * changelog; the fingerprint. Bytes and JSON to objects and back, without Kafka Streams.
 *
 * <p><b>Versions.</b> {@link dev.streamgrad.records.StateFormat}, {@link dev.streamgrad.records.Snapshot} and
 * {@link dev.streamgrad.records.PartitionState} carry a number; each reads every older one and refuses a newer one by
 * it. A new format gets a new number, a golden file beside the old ones, and the old reader stays. What a state
 * consists of is said once, in {@link dev.streamgrad.learning.ModelState}.
 *
 * <p><b>Costs.</b> What is met once a sample, {@link dev.streamgrad.records.SampleReader} and
 * {@link dev.streamgrad.records.Prediction.Writer}, is kept and allocates nothing but the bytes it returns. Snapshots
 * and states are met once a commit or rarer, and prefer clarity.
 *
 * <p>Readers and writers belong to one thread at a time; records are immutable but for the arrays in them. Errors in
 * what somebody sent are {@link dev.streamgrad.records.BadRecordException}, one clean line; damaged state is an
 * {@code IllegalArgumentException} that says what to restore.
 */
@NullMarked
package dev.streamgrad.records;

import org.jspecify.annotations.NullMarked;
