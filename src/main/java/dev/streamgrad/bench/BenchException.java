package dev.streamgrad.bench;

import org.jspecify.annotations.Nullable;

/** A measurement that cannot be made. The message is one line. */
public final class BenchException extends Exception {
    private static final long serialVersionUID = 1L;

    BenchException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
