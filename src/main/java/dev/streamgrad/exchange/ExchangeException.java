package dev.streamgrad.exchange;

import dev.streamgrad.records.BadRecordException;
import org.jspecify.annotations.Nullable;

/** A file that cannot be read or written. The message is one line with what is wrong, the rule, and the remedy. */
public final class ExchangeException extends Exception {
    private static final long serialVersionUID = 1L;

    /** A reason; nothing from a file gets around being one line. */
    ExchangeException(String message) {
        this(message, null);
    }

    ExchangeException(String message, @Nullable Throwable cause) {
        super(BadRecordException.oneLine(message), cause);
    }

    /** The message, which is never null here. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
