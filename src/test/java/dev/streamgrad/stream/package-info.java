@NullMarked
package dev.streamgrad.stream;

import org.jspecify.annotations.NullMarked;
