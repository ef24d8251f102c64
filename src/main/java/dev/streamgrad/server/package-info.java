/** HTTP: metrics, health, and the models as JSON. What it answers comes from the other packages. */
@NullMarked
package dev.streamgrad.server;

import org.jspecify.annotations.NullMarked;
