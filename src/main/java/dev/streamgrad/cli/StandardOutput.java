package dev.streamgrad.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The process's standard output, past {@link System#out}, which swallows the error when whoever reads it has gone, as
 * {@code head} does. Here that asks the command to stop: nobody is left to print for.
 */
final class StandardOutput extends FilterOutputStream {
    /** The exit code then, as of a program that SIGPIPE ends. */
    static final int CLOSED_PIPE = 141;

    private final Shutdown shutdown;
    private volatile boolean closed;

    StandardOutput(Shutdown shutdown) {
        this(new FileOutputStream(FileDescriptor.out), shutdown);
    }

    StandardOutput(OutputStream stream, Shutdown shutdown) {
        super(stream);
        this.shutdown = shutdown;
    }

    /** Whether its reader has gone. */
    boolean isClosed() {
        return closed;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            closed = true;
            shutdown.request();
            throw e;
        }
    }
}
