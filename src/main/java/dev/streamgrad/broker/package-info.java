/**
 * The embedded broker: a real Kafka of one node (KRaft) in this process, for {@code demo} and for trying things out.
 */
@NullMarked
package dev.streamgrad.broker;

import org.jspecify.annotations.NullMarked;
