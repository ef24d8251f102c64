package dev.streamgrad.cli;

import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.cluster.Progress;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.settings.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that settings are for. */
abstract class SettingsCommand extends VerboseCommand {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Read settings from this properties file. Precedence, highest first: --set,"
                    + " environment (STREAMGRAD_LEARNING_RATE=0.1), --config, default.")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set one setting, such as learning.rate=0.1; can be repeated.")
    private List<String> overrides = new ArrayList<>();

    /** What has been said already: a command may make its settings more than once. */
    private final Set<String> doubts = new HashSet<>();

    /** The options above as they were given, but for what may be a secret. */
    final String givenOptions() {
        StringBuilder options = new StringBuilder();
        if (config != null) {
            options.append(" --config ").append(quoted(config.toString()));
        }
        overrides.stream()
                .filter(override -> !override.startsWith(Settings.KAFKA_PREFIX))
                .forEach(override -> options.append(" --set ").append(quoted(override)));
        return options.toString();
    }

    private static String quoted(String text) {
        return text.matches("[\\w.,:=/@+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
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
                return shutdown().isRequested();
            }
        };
    }

    /**
     * The settings, with those that the command's own options stand for on top, and the command's own defaults below.
     */
    final Settings settings(Map<String, String> fromOptions, Map<String, String> defaults) {
        Settings settings = SettingsLoader.load(config, System.getenv(), overrides, fromOptions, defaults);
        settings.kafka().doubts().stream().filter(doubts::add).forEach(err()::println);
        return settings;
    }

    /** What somebody has set by --set alone, as KEY=VALUE. */
    final List<String> overrides() {
        return List.copyOf(overrides);
    }

    /** What somebody has set, by --config, environment or --set. */
    final Map<String, String> givenSettings() {
        return SettingsLoader.given(config, System.getenv(), overrides);
    }

    /** A broker in this process. A signal while it starts ends the process at once, and leaves no temporary folder. */
    final EmbeddedBroker startBroker(int port, Optional<Path> kept) throws Exception {
        if (shutdown().isRequested()) {
            throw new StartException("stopped before the broker was started", null);
        }
        err().println("starting a Kafka broker in this process …");
        return shutdown().abruptly(() -> EmbeddedBroker.start(port, kept), EmbeddedBroker::removeUnfinished);
    }
}
