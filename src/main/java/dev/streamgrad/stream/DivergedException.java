package dev.streamgrad.stream;

/** A step that would not be finite, where {@code on.divergence=stop}. The message says which and what to set. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DivergedException(String message) {
        super(message);
    }
}
