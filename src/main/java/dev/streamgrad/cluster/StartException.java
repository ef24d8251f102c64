package dev.streamgrad.cluster;

import org.jspecify.annotations.Nullable;

/** The application cannot start against this cluster. The message is one line that says what to do. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    /** With its one line. */
    public StartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
