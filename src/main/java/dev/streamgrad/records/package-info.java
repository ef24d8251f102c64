/**
 * What travels and what is kept: samples in; predictions, snapshots and dead letters out; the state format of the
 * changelog; the fingerprint. Bytes and JSON to objects and back, without Kafka Streams.
 */
@NullMarked
package dev.streamgrad.records;

import org.jspecify.annotations.NullMarked;
