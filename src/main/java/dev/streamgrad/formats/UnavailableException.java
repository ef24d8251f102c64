package dev.streamgrad.formats;

/**
 * What it takes to read a record cannot be had at present: the record is as good as any, and is to be read again. The
 * message says in one line what is wrong. Without a stack trace: it may be thrown for hours.
 */
final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnavailableException(String message) {
        super(message, null, false, false);
    }
}
