/**
 * From the records that people have to the inputs of a network.
 *
 * <p>A {@link dev.streamgrad.encoding.Mapping} says which fields of a record are features, label, weight and id, and
 * how each becomes numbers; it is part of what a model is born with. A reader of records puts what it finds into
 * {@link dev.streamgrad.encoding.FieldValues}, and an {@link dev.streamgrad.encoding.Encoder} makes inputs and label of
 * them. Words that a model learns as they come are in its {@link dev.streamgrad.encoding.Vocabulary}, which is part of
 * its state: in the store, the snapshot and the fingerprint.
 *
 * <p><b>Costs.</b> A category is found by its bytes in a table of fixed size, a hash is computed in an array that is
 * kept: a record of numbers and words allocates nothing.
 *
 * <p><b>What may not be here.</b> Kafka, formats (JSON, Avro, CSV), clocks, time zones of the machine: the same record
 * and the same vocabulary give the same inputs on every JVM.
 */
@NullMarked
package dev.streamgrad.encoding;

import org.jspecify.annotations.NullMarked;
