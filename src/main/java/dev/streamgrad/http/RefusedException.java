package dev.streamgrad.http;

/** A request that is answered with an error, in one line. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    RefusedException(int status, String line) {
        super(line, null, false, false);
        this.status = status;
    }

    Answer answer() {
        return Answer.line(status, String.valueOf(getMessage()));
    }
}
