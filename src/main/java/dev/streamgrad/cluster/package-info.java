/**
 * What the learner finds at its cluster: creates the topics, checks at the start that they are there, keep what they
 * must and take what is written, and looks every few seconds whether they are still the same ones.
 *
 * <table>
 *   <caption>Topics, and what is required of them</caption>
 *   <tr><th>topic</th><th>required</th><th>if it is lost</th></tr>
 *   <tr><td>samples</td><td>not compacted</td><td>a model's history is gone: learn anew under new names</td></tr>
 *   <tr><td>predictions, dead letters</td><td>not compacted, large enough</td><td>may begin anew</td></tr>
 *   <tr><td>snapshots</td><td>large enough</td><td>may begin anew</td></tr>
 *   <tr><td>changelog</td><td>there if the group has read samples; large enough; any timestamp</td>
 *       <td>trained again from the samples</td></tr>
 * </table>
 *
 * <p>All of it goes through an admin client that asks again what fails in a way that passes, until
 * {@code startup.timeout.ms} is over, and is closed then ({@code PatientAdmin}). Only
 * {@link dev.streamgrad.cluster.TopicWatch} keeps one, on a thread of its own; it believes a broker that does not know
 * a topic only the second time. Waiting is told to a {@link dev.streamgrad.cluster.Progress}, which may end it. What
 * cannot be mended by waiting is a {@link dev.streamgrad.cluster.StartException} of one line with its remedy, and the
 * remedies for lost topics are in {@link dev.streamgrad.cluster.Remedies} alone. What this user may not ask, it does
 * not refuse.
 *
 * <p>What was found goes to the topology as {@link dev.streamgrad.cluster.ClusterFacts}. No Kafka Streams, no printing.
 */
@NullMarked
package dev.streamgrad.cluster;

import org.jspecify.annotations.NullMarked;
