/** Tests. */
@NullMarked
package dev.streamgrad.formats;

import org.jspecify.annotations.NullMarked;
