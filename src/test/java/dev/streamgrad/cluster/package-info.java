@NullMarked
package dev.streamgrad.cluster;

import org.jspecify.annotations.NullMarked;
