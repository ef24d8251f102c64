@NullMarked
package dev.streamgrad.nn;

import org.jspecify.annotations.NullMarked;
