/**
 * Where samples come from when no one sends any: seeded generators, whose samples are the same everywhere, and files as
 * people have them, CSV and JSON Lines, as rows with named fields or as samples of numbers.
 */
@NullMarked
package dev.streamgrad.data;

import org.jspecify.annotations.NullMarked;
