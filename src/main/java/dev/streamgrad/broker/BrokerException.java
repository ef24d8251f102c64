package dev.streamgrad.broker;

import org.jspecify.annotations.Nullable;

/** The embedded broker cannot start. The message is one line that says what to do. */
public final class BrokerException extends Exception {
    private static final long serialVersionUID = 1L;

    BrokerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
