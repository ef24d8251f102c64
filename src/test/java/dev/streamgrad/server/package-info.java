@NullMarked
package dev.streamgrad.server;

import org.jspecify.annotations.NullMarked;
