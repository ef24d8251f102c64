/**
 * JSON as the hot path needs it, and nothing about what the JSON means: a scanner that is kept for the lifetime of a
 * reader, a writer that is kept for that of a writer, and the shortest decimal of a double.
 *
 * <p>Jackson makes a parser for each document and a generator for each record; for a record of thirty bytes that cost
 * more than its characters. Scanner and writer allocate nothing for a well-formed document. Whatever does not occur for
 * every sample (snapshots, answers of HTTP) goes through Jackson, with the limits of {@link dev.streamgrad.json.Json}.
 *
 * <p>The same double is written with the same characters on every JVM ({@code Double.toString} changed at JDK 19):
 * {@link dev.streamgrad.json.ShortestDecimal}. No Kafka, no models. Nothing here is thread-safe except the static
 * methods.
 */
@NullMarked
package dev.streamgrad.json;

import org.jspecify.annotations.NullMarked;
