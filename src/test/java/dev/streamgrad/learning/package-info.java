@NullMarked
package dev.streamgrad.learning;

import org.jspecify.annotations.NullMarked;
