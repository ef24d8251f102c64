@NullMarked
package dev.streamgrad.control;

import org.jspecify.annotations.NullMarked;
