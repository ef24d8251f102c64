@NullMarked
package dev.streamgrad.encoding;

import org.jspecify.annotations.NullMarked;
