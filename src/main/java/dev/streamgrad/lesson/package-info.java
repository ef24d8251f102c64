/**
 * The class's experiments, each run on the spot, without Kafka: what it claims, what it shows, and whether the run
 * agrees.
 */
@NullMarked
package dev.streamgrad.lesson;

import org.jspecify.annotations.NullMarked;
