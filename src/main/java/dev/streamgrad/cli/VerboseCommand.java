package dev.streamgrad.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every command has: where to print, when to stop. */
abstract class VerboseCommand implements Callable<Integer> {
    @Option(
            names = {"-v", "--verbose"},
            description = "Log what happens inside, and show stack traces.")
    private boolean verbose;

    @Spec
    private @Nullable CommandSpec spec;

    private Shutdown shutdown = new Shutdown();

    boolean isVerbose() {
        return verbose;
    }

    void setShutdown(Shutdown shutdown) {
        this.shutdown = shutdown;
    }

    final Shutdown shutdown() {
        return shutdown;
    }

    final PrintWriter out() {
        return spec().commandLine().getOut();
    }

    final PrintWriter err() {
        return spec().commandLine().getErr();
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not set the spec");
        }
        return spec;
    }

    @Override
    public final Integer call() throws Exception {
        Logging.configure(verbose, hidesKafka());
        return run();
    }

    /** Whether Kafka's own warnings are noise here, as they are beside an embedded broker. */
    boolean hidesKafka() {
        return true;
    }

    abstract int run() throws Exception;
}
