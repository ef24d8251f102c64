package dev.streamgrad.cli;

import dev.streamgrad.stream.Settings;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command against a running cluster. */
abstract class ClusterCommand extends VerboseCommand {
    @Option(
            names = {"-b", "--bootstrap-server"},
            paramLabel = "HOST:PORT",
            description = "The brokers to connect to first; short for --set bootstrap.servers=….")
    private @Nullable String bootstrapServer;

    final Settings settings() {
        return settings(
                bootstrapServer == null ? Map.of() : Map.of(Settings.BOOTSTRAP_SERVERS, bootstrapServer), Map.of());
    }
}
