/**
 * The topology: its processor, the pipeline that learns beside the stream thread, and the store of models.
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
