package dev.streamgrad.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a command that is sent to a model says beside what is to be done, and how long its event is waited for. */
final class DeliveryOptions {
    @Option(
            names = "--by",
            paramLabel = "WHO",
            description = "Who sends the command to the model (default: the user's name).")
    private String by = System.getProperty("user.name", "");

    @Option(names = "--why", paramLabel = "TEXT", description = "Why, for whoever reads the events later.")
    private @Nullable String why;

    @Option(
            names = "--timeout",
            paramLabel = "S",
            defaultValue = "30",
            description = "How many seconds to wait for the learner (default: 30).")
    private long timeout = 30;

    String by() {
        return by;
    }

    @Nullable
    String why() {
        return why;
    }

    Duration patience() {
        return Duration.ofSeconds(timeout);
    }
}
