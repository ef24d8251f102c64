@NullMarked
package dev.streamgrad.exchange;

import org.jspecify.annotations.NullMarked;
