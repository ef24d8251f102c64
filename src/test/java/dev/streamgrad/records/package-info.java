@NullMarked
package dev.streamgrad.records;

import org.jspecify.annotations.NullMarked;
