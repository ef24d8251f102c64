/** HTTP: metrics, health, and the models as JSON. What it answers comes from the other packages. */
@NullMarked
package dev.streamgrad.http;

import org.jspecify.annotations.NullMarked;
