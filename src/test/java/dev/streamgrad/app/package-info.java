@NullMarked
package dev.streamgrad.app;

import org.jspecify.annotations.NullMarked;
