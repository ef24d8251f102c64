package dev.streamgrad.cli;

import dev.streamgrad.settings.Invocation;
import dev.streamgrad.settings.Settings;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command against a running cluster. */
abstract class ClusterCommand extends SettingsCommand {
    @Option(
            names = {"-b", "--bootstrap-server"},
            paramLabel = "HOST:PORT",
            description = "The brokers to connect to first; short for --set bootstrap.servers=HOST:PORT.")
    private @Nullable String bootstrapServer;

    /** How to run another command with the settings of this one. */
    final String sameCluster(String command) {
        StringBuilder arguments = new StringBuilder(command);
        if (bootstrapServer != null) {
            arguments.append(" --bootstrap-server ").append(bootstrapServer);
        }
        return Invocation.of(arguments.append(givenOptions()).toString());
    }

    final Settings settings() {
        return settingsOfCluster(Map.of(), Map.of());
    }

    /** As {@link #settings(Map, Map)}, with --bootstrap-server on top. */
    final Settings settingsOfCluster(Map<String, String> more, Map<String, String> defaults) {
        Map<String, String> fromOptions = new HashMap<>(more);
        if (bootstrapServer != null) {
            fromOptions.put(Settings.BOOTSTRAP_SERVERS, bootstrapServer);
        }
        return settings(fromOptions, defaults);
    }
}
