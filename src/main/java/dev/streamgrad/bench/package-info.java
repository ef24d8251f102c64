/**
 * Measures on a real broker: how fast the learner is beside a topology that copies, how long a sample takes to become a
 * readable prediction, and how fast models are restored. Topics of its own, which it removes. No printing.
 */
@NullMarked
package dev.streamgrad.bench;

import org.jspecify.annotations.NullMarked;
