package dev.streamgrad.cli;

import dev.streamgrad.app.Reset;
import dev.streamgrad.cluster.Topics;
import dev.streamgrad.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Forgets every model of a learner. */
@Command(
        name = "reset",
        description = {
            "Forget every model: delete the changelog, the group's offsets, snapshots, commands and events. Samples, predictions and"
                    + " dead letters stay; the next start learns anew from the samples that are there.",
            "No learner may run meanwhile."
        },
        mixinStandardHelpOptions = true)
final class ResetCommand extends ClusterCommand {
    @Option(names = "--yes", description = "Do it; without this the command only says what it would delete.")
    private boolean confirmed;

    @Override
    int run() throws Exception {
        Settings settings = settings();
        Topics.require(settings, List.of(settings.samplesTopic()), progress());
        List<String> topics = new ArrayList<>(List.of(settings.snapshotsTopic()));
        settings.controlTopic().ifPresent(control -> topics.addAll(List.of(control, settings.eventsTopic())));
        String what = "the topic " + settings.changelogTopic() + ", all records of " + String.join(", ", topics)
                + ", and the offsets of the group " + settings.applicationId();
        if (!confirmed) {
            err().println("this deletes " + what + "; to do it, add --yes");
            return 2;
        }
        Reset.run(settings, progress());
        out().println("deleted " + what + "; the next start learns anew: " + sameCluster("learn"));
        return 0;
    }
}
