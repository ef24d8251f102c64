@NullMarked
package dev.streamgrad.broker;

import org.jspecify.annotations.NullMarked;
