package dev.streamgrad.cli;

import dev.streamgrad.stream.LearnerApp;
import dev.streamgrad.stream.Settings;
import java.util.Optional;
import picocli.CommandLine.Command;

/** Runs the learner against a cluster until it is stopped. */
@Command(
        name = "learn",
        description = "Learn from the samples topic of a Kafka cluster until stopped.",
        mixinStandardHelpOptions = true)
final class LearnCommand extends ClusterCommand {
    private static final long POLL_MS = 200;

    @Override
    boolean hidesKafka() {
        return false;
    }

    @Override
    int run() throws Exception {
        Settings settings = settings();
        try (LearnerApp app = LearnerApp.start(settings, this::progress)) {
            progress("learning from " + settings.samplesTopic() + " at " + settings.bootstrapServers() + " as "
                    + settings.applicationId() + "; Ctrl-C stops");
            while (!shutdown().await(POLL_MS)) {
                if (app.hasStopped()) {
                    break;
                }
            }
            if (app.hasStopped()) {
                Optional<String> failure = app.failure();
                Throwable cause = app.failureCause();
                if (isVerbose() && cause != null) {
                    cause.printStackTrace(err());
                }
                err().println(failure.orElse("the learner has stopped by itself; run it with -v to see why"));
                return 1;
            }
            progress("stopping: finishing and committing what is under way");
        }
        progress("stopped");
        return 0;
    }
}
