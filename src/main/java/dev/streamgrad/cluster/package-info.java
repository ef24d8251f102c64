/**
 * What the learner finds at its cluster: creates the topics, checks at the start that they are there and large enough,
 * and looks every few seconds whether they are still the same ones.
 *
 * <p>All of it goes through an admin client, which is closed again; only {@link dev.streamgrad.cluster.TopicWatch}
 * keeps one, on a thread of its own. Waiting for a broker is told to a {@link dev.streamgrad.cluster.Progress}, which
 * may end it. What cannot be mended by waiting is a {@link dev.streamgrad.cluster.StartException} of one line with its
 * remedy.
 */
@NullMarked
package dev.streamgrad.cluster;

import org.jspecify.annotations.NullMarked;
