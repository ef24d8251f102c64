@NullMarked
package dev.streamgrad.json;

import org.jspecify.annotations.NullMarked;
