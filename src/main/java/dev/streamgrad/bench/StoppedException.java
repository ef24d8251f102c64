package dev.streamgrad.bench;

/** Someone has asked to stop. */
final class StoppedException extends Exception {
    private static final long serialVersionUID = 1L;
}
