@NullMarked
package dev.streamgrad.lesson;

import org.jspecify.annotations.NullMarked;
