package dev.streamgrad.cli;

import dev.streamgrad.app.LearnerApp;
import dev.streamgrad.settings.Settings;
import java.util.Locale;
import picocli.CommandLine.Command;

/** Runs the learner against a cluster until it is stopped. */
@Command(
        name = "learn",
        description = "Learn from the samples topic of a Kafka cluster until Ctrl-C.",
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
        ObservedLearner observed = ObservedLearner.start(settings, progress());
        LearnerApp app = observed.app();
        boolean asked = false;
        try (observed) {
            progress()
                    .say("learning from " + settings.samplesTopic() + " at " + settings.bootstrapServers() + " as "
                            + settings.applicationId() + "; Ctrl-C stops");
            while (!asked && !app.hasStopped()) {
                asked = shutdown().await(POLL_MS);
            }
            if (asked) {
                progress().say("stopping: finishing and committing what is under way");
            }
        }
        Throwable cause = app.failureCause();
        if (asked && cause == null) {
            long deadLetters = observed.deadLetters();
            progress()
                    .say(
                            deadLetters == 0
                                    ? "stopped"
                                    : String.format(
                                            Locale.ROOT,
                                            "stopped; %,d samples became dead letters, look at them with: %s",
                                            deadLetters,
                                            sameCluster("watch dead-letters --from-beginning")));
            return 0;
        }
        if (isVerbose() && cause != null) {
            cause.printStackTrace(err());
        }
        err().println(app.failure().orElse("the learner has stopped by itself; run it with -v to see why"));
        return 1;
    }
}
