@NullMarked
package dev.streamgrad.data;

import org.jspecify.annotations.NullMarked;
