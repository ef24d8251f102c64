@NullMarked
package dev.streamgrad;

import org.jspecify.annotations.NullMarked;
