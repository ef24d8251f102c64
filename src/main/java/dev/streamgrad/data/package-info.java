/**
 * Where samples come from when no one sends any: seeded generators. The same seed gives the same samples everywhere.
 */
@NullMarked
package dev.streamgrad.data;

import org.jspecify.annotations.NullMarked;
