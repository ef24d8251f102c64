@NullMarked
package dev.streamgrad.metrics;

import org.jspecify.annotations.NullMarked;
