/**
 * The proof that every sample trained its model exactly once: the weights are a function of the log, and here they are
 * derived from it again, offline, and compared with every snapshot.
 */
@NullMarked
package dev.streamgrad.audit;

import org.jspecify.annotations.NullMarked;
