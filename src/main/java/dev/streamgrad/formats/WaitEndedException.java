package dev.streamgrad.formats;

/**
 * A record was being waited for when its decoder was closed. It was neither read nor refused: whoever is told must not
 * go on behind it, and nothing may be committed that covers it.
 */
public final class WaitEndedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WaitEndedException(String message) {
        super(message);
    }
}
