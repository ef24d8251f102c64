/**
 * Measures on a real broker: how fast the learner is beside a topology that copies, how long a sample takes to become a
 * readable prediction, and how fast models are restored. It uses topics of its own and removes them. No printing.
 */
@NullMarked
package dev.streamgrad.bench;

import org.jspecify.annotations.NullMarked;
