/**
 * What the values of a samples topic are, if they are not JSON text: bytes and headers in, a tree of fields out.
 *
 * <pre>
 *   json          nothing to do here
 *   json-schema   a frame of 5 bytes, then JSON, which is read where it stands
 *   avro          Avro's binary encoding, by the schema that the frame or a header names
 *   csv           one line
 *   a class       whatever a Deserializer of Kafka's reads
 * </pre>
 *
 * <p>{@link dev.streamgrad.formats.Formats} is one for the application; each task has a
 * {@link dev.streamgrad.formats.TaskFormat} of its own. Nothing is said of which fields matter: that is the mapping's.
 *
 * <p><b>Whose fault it is.</b> A value that can never be read is a {@link dev.streamgrad.records.BadRecordException},
 * and becomes a dead letter: cut, with something left over, without a frame, of a schema that the registry says it does
 * not have. Where that cannot be known now, the decoder waits and says so, however long: the registry does not answer,
 * answers with 401, 403 or 5xx, with something that is no JSON or no schema, or with a 404 that is not in a registry's
 * words, which is that of a wrong address. An address that answers wrongly today answers rightly when somebody has
 * mended it; a record that has become a dead letter stays one.
 *
 * <p><b>Waiting.</b> Whoever learns a record waits with it, and the stream thread behind that soon stands still as
 * well. Kafka takes that as it takes any instance that is slow. The open transaction is aborted after
 * {@code transaction.timeout.ms}; after {@code max.poll.interval.ms} the instance is out of its group and others have
 * its partitions, where they wait too. When the wait ends, its next send is refused: Kafka Streams gives the task up,
 * joins again, and reads from the last commit. So every sample is learned once, as after a crash. The instance is alive
 * meanwhile, and says what it waits for in its log. {@link dev.streamgrad.formats.Formats#close} ends the waits with a
 * {@link dev.streamgrad.formats.WaitEndedException}, which is no verdict on the record.
 *
 * <p><b>Evolution of Avro schemas.</b> Each record is decoded by the schema it was written with, and the mapping takes
 * from it what it names: a field that was added is ignored, one that was removed is missing, and a number is a number,
 * be it int, long, float or double. That takes no reader's schema. Two rules of Avro's resolution do: a field's default
 * for records that are older than it, and an alias for a field that was renamed. For them {@code avro.reader.schema.id}
 * names a schema of the registry, to which every record is then resolved by Avro itself; it is an id, and not a
 * subject's latest version, because models must be a function of the log and their settings.
 *
 * <p><b>Costs.</b> A schema is asked for once, and kept. Of an Avro record there is what Avro's own reader makes, and a
 * view of it; of CSV what Jackson makes. JSON behind a frame costs what JSON costs.
 *
 * <p><b>Not here.</b> No Kafka Streams, no models, no writing, and nothing that is not on behalf of one record.
 */
@NullMarked
package dev.streamgrad.formats;

import org.jspecify.annotations.NullMarked;
