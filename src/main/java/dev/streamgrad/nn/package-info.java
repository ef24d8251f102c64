/**
 * The mathematics: a multilayer perceptron on Commons Math types, forward and backward, and what trains it.
 *
 * <p>Reading order: {@link dev.streamgrad.nn.Architecture} (the shape), {@link dev.streamgrad.nn.Parameters} (the
 * numbers that learning changes), {@link dev.streamgrad.nn.Network} (the function and its gradient), then
 * {@link dev.streamgrad.nn.Activation}, {@link dev.streamgrad.nn.Loss}, {@link dev.streamgrad.nn.Optimizer},
 * {@link dev.streamgrad.nn.LearningRateSchedule} and {@link dev.streamgrad.nn.Initializer}.
 *
 * <p>Everything here is deterministic to the bit on every JVM: plain {@code double} arithmetic in a fixed order and
 * Commons Math's {@link org.apache.commons.math3.util.FastMath}, never {@link Math}'s transcendental functions, whose
 * last bit may differ between platforms. No Kafka, no JSON, no metrics, no input or output, no clock.
 */
@NullMarked
package dev.streamgrad.nn;

import org.jspecify.annotations.NullMarked;
