@NullMarked
package dev.streamgrad.audit;

import org.jspecify.annotations.NullMarked;
