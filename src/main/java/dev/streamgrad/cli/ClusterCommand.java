package dev.streamgrad.cli;

import dev.streamgrad.control.Event;
import dev.streamgrad.replay.ReplayListener;
import dev.streamgrad.settings.Invocation;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.travel.TravelException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.RecordMetadata;
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

    /** A replay, or what goes on from it. */
    interface Replaying<T> {
        /** Goes; empty if it was stopped. */
        Optional<T> run(ReplayListener listener) throws TravelException;
    }

    /**
     * Replays with its progress shown; empty if that cannot be, or was stopped, and one line has said why.
     *
     * @param what is replayed, in a fault's line
     */
    final <T> Optional<T> replay(String what, Replaying<T> replaying) {
        ProgressLine line = new ProgressLine(err());
        String fault;
        try {
            Optional<T> result = replaying.run(shownBy(line));
            if (result.isPresent()) {
                line.clear();
                return result;
            }
            fault = "stopped before the end";
        } catch (TravelException e) {
            fault = what + ": " + e.getMessage();
        } catch (OffsetOutOfRangeException e) {
            fault = "records were deleted while they were being read; run it again";
        }
        line.clear();
        err().println(fault);
        return Optional.empty();
    }

    private ReplayListener shownBy(ProgressLine line) {
        return new ReplayListener() {
            @Override
            public void progress(long done, long total) {
                line.update(done, total);
            }

            @Override
            public boolean isStopped() {
                return shutdown().isRequested();
            }
        };
    }

    /** Says what became of a command; returns the exit code. */
    final int tell(CommandSender.Answer answer, CommandSender sender) throws InterruptedException {
        if (answer.event().isEmpty()) {
            RecordMetadata record = answer.record();
            err().println("sent as " + record.topic() + "-" + record.partition() + "@" + record.offset()
                    + ", and not yet dealt with: " + sender.whereTheLearnerIs(record));
            return 1;
        }
        Event event = answer.event().get();
        boolean refused = event.kind() == Event.Kind.REFUSED;
        (refused ? err() : out()).println(EventLine.of(event));
        return refused ? 1 : 0;
    }
}
