@NullMarked
package dev.streamgrad.settings;

import org.jspecify.annotations.NullMarked;
