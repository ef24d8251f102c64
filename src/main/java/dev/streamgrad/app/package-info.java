/**
 * The learner as a running application: starts Kafka Streams with the topology, tells when it has stopped and why, and
 * serves the models while they learn.
 *
 * <p>Kafka Streams owns the threads that learn. What is asked of {@link dev.streamgrad.app.ServedModels} is answered by
 * the caller's thread from the bytes of the last commit, and never waits for a sample. No HTTP, no printing.
 */
@NullMarked
package dev.streamgrad.app;

import org.jspecify.annotations.NullMarked;
