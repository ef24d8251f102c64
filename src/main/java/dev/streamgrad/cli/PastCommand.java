package dev.streamgrad.cli;

import dev.streamgrad.cluster.Topics;
import dev.streamgrad.exchange.ExchangeException;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.travel.Arrival;
import dev.streamgrad.travel.Destination;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that goes to a past state of a model. */
abstract class PastCommand extends ClusterCommand {
    @Option(names = "--model", paramLabel = "NAME", required = true, description = "The model.")
    private String model = "";

    @Option(
            names = "--partition",
            paramLabel = "P",
            description = "The partition of the samples topic that has the model, where several have one of its name.")
    private @Nullable Integer partition;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private DestinationOptions destination = new DestinationOptions();

    /** Alone: the other standard option has the name of the model's version. */
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    @SuppressWarnings("UnusedVariable") // Read by picocli.
    private boolean help;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec parsed;

    final String model() {
        return model;
    }

    final @Nullable Integer partition() {
        return partition;
    }

    final Destination destination() {
        try {
            return destination.destination();
        } catch (IllegalArgumentException e) {
            throw wrong("--" + e.getMessage());
        }
    }

    final ParameterException wrong(String text) {
        return new ParameterException(parsed.commandLine(), text);
    }

    /** As {@link #replay(String, Replaying)} of the model, whose topics must be there. */
    final <T> Optional<T> replay(Settings settings, Replaying<T> replaying) throws Exception {
        Topics.require(settings, List.of(settings.samplesTopic(), settings.snapshotsTopic()), progress());
        return replay(BadRecordException.shown(model), replaying);
    }

    /** The file that an option names; null if it names none. */
    final @Nullable ModelFile file(@Nullable Path out) {
        try {
            return out == null ? null : ModelFile.of(out);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    /** Writes a state to a file, if there is one, and says so; returns the exit code. */
    final int write(@Nullable ModelFile file, Snapshot state) {
        if (file == null) {
            return 0;
        }
        try {
            file.write(state).ifPresent(err()::println);
        } catch (IOException e) {
            err().println(e.getMessage());
            return 1;
        } catch (ExchangeException e) {
            err().println(e.text());
            return 1;
        }
        out().println(file.summary());
        return 0;
    }

    /** Where a way began, and what was on it. */
    static String way(Arrival arrival) {
        StringBuilder line = new StringBuilder(
                arrival.fromSnapshot()
                        ? String.format(Locale.ROOT, "from the snapshot of version %,d", arrival.baseVersion())
                        : "from version 0");
        line.append(String.format(
                Locale.ROOT,
                ": %,d %s, %,d %s",
                arrival.samples(),
                arrival.samples() == 1 ? "sample" : "samples",
                arrival.commands(),
                arrival.commands() == 1 ? "command" : "commands"));
        if (arrival.agreed() > 0) {
            line.append(String.format(
                    Locale.ROOT,
                    "; agrees with %,d %s on the way, the last of version %,d",
                    arrival.agreed(),
                    arrival.agreed() == 1 ? "snapshot" : "snapshots",
                    arrival.lastAgreed()));
        }
        return line.toString();
    }
}
