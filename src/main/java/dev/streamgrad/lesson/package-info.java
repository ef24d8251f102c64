/**
 * The experiments of the class, each run on the spot, without Kafka. Each says what it claims, shows what happens, and
 * tells whether the run agrees.
 */
@NullMarked
package dev.streamgrad.lesson;

import org.jspecify.annotations.NullMarked;
