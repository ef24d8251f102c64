/**
 * What Prometheus sees of the learner: a registry that {@code /metrics} reads, and the listener that fills it.
 *
 * <p><b>How it works.</b> {@link dev.streamgrad.metrics.LearnerMetrics} is told what happens, as a
 * {@link dev.streamgrad.stream.LearningListener}, and counts it; nothing here asks a model or a clock. A partition has
 * numbers of its own, so that no two threads write one; {@code Distribution} holds those that are written for every
 * sample, and what a partition has counted stays counted when it goes. {@code ModelMeters} are those of a model,
 * {@code KafkaMetrics} translates seven of Kafka's own. The rest are Micrometer's meters of the JVM and the process.
 *
 * <p><b>Threads.</b>
 *
 * <table>
 * <caption>Who calls what</caption>
 * <tr><th>thread</th><th>does</th><th>waits for</th></tr>
 * <tr><td>of learning, one for each partition</td><td>{@code trained}, {@code processed} and the other events of a
 * record</td><td>nothing; a model that it meets for the first time takes the lock of the models</td></tr>
 * <tr><td>stream thread</td><td>{@code begin}, {@code committing}, {@code end}</td><td>the locks of partitions and
 * models</td></tr>
 * <tr><td>of restoring</td><td>{@code onBatchRestored} and its like</td><td>nothing</td></tr>
 * <tr><td>of HTTP</td><td>{@code scrape}</td><td>the same locks, each held while some hundred numbers are added</td></tr>
 * </table>
 *
 * <p>A scrape reads while others write: it may have a sample in one metric and not yet in another, and has it in both
 * the next time.
 *
 * <p><b>Costs.</b> Per sample 15 to 20 ns and 0 bytes, two processors that others used as well (Java 17, AMD EPYC):
 * three numbers recorded, two of them by bucket. Every model with metrics of its own is looked at once after each
 * commit, which is the learner's cost ({@code Learner.observe}). A scrape of 20 models takes 1.5 ms, allocates 1.3 MB,
 * and is 45 kB.
 *
 * <p><b>Bounds.</b> The only label with values from outside is {@code model}. The first {@code metrics.models} names
 * have 22 + 3 × layers series each; all others together are {@code model="other"}, 16 series; some 105 have no model.
 * With the default of 20 models of two layers these are about 660, and never more, whatever is sent. A sum of losses
 * holds no loss over 1e12, and says how many it has left out: a sum is a double, and one loss of 1e158 would be all
 * that it shows.
 *
 * <p><b>What may not be here.</b> HTTP and printing; anything that blocks, allocates or reads a clock per sample, as a
 * {@code Timer} does; a label made of a key, an offset or a time; a metric that Prometheus can compute, such as a rate.
 */
@NullMarked
package dev.streamgrad.metrics;

import org.jspecify.annotations.NullMarked;
