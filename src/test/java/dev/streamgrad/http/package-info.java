@NullMarked
package dev.streamgrad.http;

import org.jspecify.annotations.NullMarked;
