@NullMarked
package dev.streamgrad.suggest;

import org.jspecify.annotations.NullMarked;
