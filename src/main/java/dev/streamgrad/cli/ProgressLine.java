package dev.streamgrad.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Progress with its rate: a line that rewrites itself on a terminal, a line every few seconds elsewhere. */
final class ProgressLine {
    private static final long TERMINAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long PLAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final PrintWriter err;
    private final String label;
    private final String unit;
    private final boolean terminal;
    private final long start = System.nanoTime();
    private long shown = start;

    ProgressLine(PrintWriter err) {
        this(err, "");
    }

    /**
     * A line about one of several things.
     *
     * @param label what the line begins with
     */
    ProgressLine(PrintWriter err, String label) {
        this(err, label, "samples");
    }

    /**
     * A line about something else than samples.
     *
     * @param unit what is counted
     */
    ProgressLine(PrintWriter err, String label, String unit) {
        this.err = err;
        this.label = label;
        this.unit = unit;
        this.terminal = isTerminal();
    }

    /** Since JDK 22 there is a console without a terminal too, and it has a method that tells. */
    @SuppressWarnings("SystemConsoleNull") // Asked below.
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** Shows how far it is, if it is time to. {@code total} of 0 is no end in sight. */
    void update(long done, long total) {
        long now = System.nanoTime();
        if (now - shown >= (terminal ? TERMINAL_NANOS : PLAIN_NANOS)) {
            shown = now;
            String share = total > 0 ? String.format(Locale.ROOT, " of %,d (%d %%)", total, 100 * done / total) : "";
            print(String.format(Locale.ROOT, "%s%,d%s %s, %s", label, done, share, unit, rate(done)));
        }
    }

    /** Ends the line with the whole. */
    void done(long done, String where) {
        print(String.format(Locale.ROOT, "%,d samples sent to %s in %.1f s, %s", done, where, seconds(), rate(done)));
        if (terminal) {
            err.println();
        }
    }

    /** Takes the line off a terminal again, before something else is printed. */
    void clear() {
        if (terminal) {
            print("");
        }
    }

    private void print(String text) {
        if (terminal) {
            err.print("\r" + text + "\u001B[K");
            err.flush();
        } else {
            err.println(text);
        }
    }

    private double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    private String rate(long done) {
        return String.format(Locale.ROOT, "%,d/s", Math.round(done / Math.max(seconds(), 1e-3)));
    }
}
