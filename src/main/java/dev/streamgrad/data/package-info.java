/**
 * Where samples come from when no one sends any: seeded generators, whose samples are the same everywhere, and CSV
 * files.
 */
@NullMarked
package dev.streamgrad.data;

import org.jspecify.annotations.NullMarked;
