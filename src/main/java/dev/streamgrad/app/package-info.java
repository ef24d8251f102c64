/**
 * The learner as a running application: starts Kafka Streams with the topology, tells when it has stopped and why, and
 * serves the models while they learn.
 *
 * <h2>A life</h2>
 *
 * {@link dev.streamgrad.app.LearnerApp#start} checks the cluster ({@link dev.streamgrad.cluster.Topics#check}), takes a
 * name in the group, and starts Kafka Streams with clients of its own making. It ends by {@code close}, by a failure of
 * a stream thread, or because {@link dev.streamgrad.cluster.TopicWatch} finds a topic gone; whoever has started it asks
 * {@code hasStopped} and is to exit then. A failed thread is never replaced: it would read the same record again.
 *
 * <h2>Names</h2>
 *
 * <ul>
 *   <li>{@code instance.id}, or the machine's name and a number, is the process's name in the group: it has its
 *       partitions back at once after a restart. By default a lock on a file in the folder for temporary files says
 *       which numbers are taken ({@code InstanceName}).
 *   <li>The transactions of a stream thread are named {@code APPLICATION-instance:NAME-THREAD}
 *       ({@code LearnerClients}), so that a successor ends what its predecessor left open: from a kill until readers of
 *       committed records go on it takes as long as a start. Without a name they are named as Kafka Streams does it.
 *   <li>Two processes with one name: the newcomer has it. The older finds its producer fenced, looks in the group who
 *       has the name, and ends ({@code LearnerConsumer}).
 * </ul>
 *
 * <h2>Failures</h2>
 *
 * Every reason becomes one line with its remedy ({@code FailureExplanation}). What Kafka Streams recovers from, it
 * does: a fenced producer or a timed-out transaction closes the tasks and joins again, and {@code LearnerProducer} sees
 * to it that the broker's two ways of saying so are one. Without memory nothing is recovered: an
 * {@code OutOfMemoryError}, whichever thread gets it, goes to the default handler of uncaught exceptions, by which the
 * process decides about its end; nothing here ends it.
 *
 * <h2>Threads</h2>
 *
 * Kafka Streams owns the threads that learn. What is asked of {@link dev.streamgrad.app.ServedModels} is answered by
 * the caller's thread from the bytes of the last commit, and never waits for a sample. The clients' network threads are
 * Kafka's. Nothing is allocated here for a record but what Kafka's producer asks for.
 *
 * <p>No HTTP, no printing, no end of the process.
 */
@NullMarked
package dev.streamgrad.app;

import org.jspecify.annotations.NullMarked;
