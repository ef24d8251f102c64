package dev.streamgrad.cli;

import dev.streamgrad.cluster.Progress;
import dev.streamgrad.settings.Settings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every command has: settings, where to print, when to stop. */
abstract class VerboseCommand implements Callable<Integer> {
    @Option(
            names = {"-v", "--verbose"},
            description = "Log what happens inside, with stack traces.")
    private boolean verbose;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Settings in a properties file. --set and STREAMGRAD_* of the environment go before it.")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting; may be repeated. Goes before --config and the environment.")
    private List<String> overrides = new ArrayList<>();

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

    /** Progress on standard error, for as long as no one has asked to stop. */
    final Progress progress() {
        return new Progress() {
            @Override
            public void say(String line) {
                err().println(line);
            }

            @Override
            public boolean isStopped() {
                return shutdown.isRequested();
            }
        };
    }

    /**
     * The settings, with those that the command's own options stand for on top, and the command's own defaults below.
     */
    final Settings settings(Map<String, String> fromOptions, Map<String, String> defaults) {
        return SettingsLoader.load(config, System.getenv(), overrides, fromOptions, defaults);
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
