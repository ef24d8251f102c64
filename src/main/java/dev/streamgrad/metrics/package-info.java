/**
 * What Prometheus sees of the learner: Micrometer meters, one class for the application and one for a model. No HTTP.
 */
@NullMarked
package dev.streamgrad.metrics;

import org.jspecify.annotations.NullMarked;
