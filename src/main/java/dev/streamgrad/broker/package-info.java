/** The embedded broker: a real single-node KRaft Kafka in this process, for {@code demo} and for trying things out. */
@NullMarked
package dev.streamgrad.broker;

import org.jspecify.annotations.NullMarked;
