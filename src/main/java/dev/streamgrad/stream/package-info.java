/**
 * The Kafka Streams application: its settings, topology, processor and model store, what it needs to find at the start,
 * and what it does when something fails.
 *
 * <pre>
 *   samples ──▶ learn ──▶ predictions
 *                │  ▲└──▶ snapshots
 *                │  └──── store "models" (+ changelog)
 *                └──────▶ dead-letters
 * </pre>
 *
 * <p>No HTTP, no printing.
 */
@NullMarked
package dev.streamgrad.stream;

import org.jspecify.annotations.NullMarked;
