package dev.streamgrad.cli;

import dev.streamgrad.app.FailureExplanation;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.lang.Thread.UncaughtExceptionHandler;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/**
 * What the process says when a thread dies of something that nobody catches, and whether it goes on.
 *
 * <p>Without memory it ends, whichever thread was the one that got none: it would live and do nothing, and nobody would
 * start it again. It ends, too, when the main thread dies, because then nobody waits for what the others do. Any other
 * thread is only told of, as the Java virtual machine does it.
 */
final class LastWords implements UncaughtExceptionHandler {
    private final Thread main;
    private final PrintWriter err;
    private final OutputStream unbuffered;
    private final IntConsumer end;
    private final byte[] outOfMemory;
    private final byte[] outOfThreads;
    /** Where one thread gets no memory, others get none either. */
    private final AtomicBoolean ending = new AtomicBoolean();

    /**
     * The handler.
     *
     * @param unbuffered where {@code err} writes to, for when there is no memory to write to that
     * @param end ends the process with an exit code, at once
     */
    LastWords(Thread main, PrintWriter err, OutputStream unbuffered, IntConsumer end) {
        this.main = main;
        this.err = err;
        this.unbuffered = unbuffered;
        this.end = end;
        // Made while there is memory for it.
        this.outOfMemory = line(new OutOfMemoryError());
        this.outOfThreads = line(new OutOfMemoryError(FailureExplanation.NATIVE_THREAD));
    }

    private static byte[] line(OutOfMemoryError error) {
        return (FailureExplanation.ofLimits(error).orElseThrow() + System.lineSeparator())
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void uncaughtException(Thread thread, Throwable exception) {
        OutOfMemoryError error = FailureExplanation.outOfMemory(exception);
        if (error != null) {
            sayAndEnd(FailureExplanation.isOfThreads(error) ? outOfThreads : outOfMemory);
            return;
        }
        Optional<String> line = FailureExplanation.ofLimits(exception);
        if (line.isPresent()) {
            err.println(line.get());
        } else {
            err.print("Exception in thread \"" + thread.getName() + "\" ");
            exception.printStackTrace(err);
        }
        err.flush();
        if (thread == main) {
            end.accept(1);
        }
    }

    /** Allocates nothing. */
    private void sayAndEnd(byte[] line) {
        try {
            if (ending.compareAndSet(false, true)) {
                unbuffered.write(line);
            }
        } catch (IOException e) {
            // Nobody reads it. The exit code still says that it failed.
        } finally {
            end.accept(1);
        }
    }
}
