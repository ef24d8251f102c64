package dev.streamgrad.travel;

/** A past state that cannot be had; the message says in one line why, and what can. */
public final class TravelException extends Exception {
    private static final long serialVersionUID = 1L;

    TravelException(String message) {
        super(message);
    }
}
