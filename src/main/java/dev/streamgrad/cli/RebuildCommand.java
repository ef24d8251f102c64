package dev.streamgrad.cli;

import dev.streamgrad.app.Rebuild;
import dev.streamgrad.cluster.Topics;
import dev.streamgrad.settings.Settings;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes the state of a learner anew from snapshots and samples. */
@Command(
        name = "rebuild",
        description = {
            "Make the models' changelog anew when it is lost: take the newest snapshot of each model, train it on the"
                    + " samples that came after it, and write states and offsets in one transaction.",
            "No learner may run meanwhile. The next start goes on where the group's offsets stand."
        },
        mixinStandardHelpOptions = true)
final class RebuildCommand extends ClusterCommand {
    @Option(
            names = "--onto-new-samples",
            description =
                    "The samples topic was deleted and made anew: take each model as its newest snapshot has it, and"
                            + " let it learn on from the beginning of the new topic.")
    private boolean ontoNewSamples;

    @Override
    int run() throws Exception {
        Settings settings = settings();
        Topics.require(settings, List.of(settings.samplesTopic(), settings.snapshotsTopic()), progress());
        int models = Rebuild.run(settings, ontoNewSamples, progress());
        out().printf(
                        Locale.ROOT,
                        "%,d %s in %s; start the learner: %s%n",
                        models,
                        models == 1 ? "model is" : "models are",
                        settings.changelogTopic(),
                        sameCluster("learn"));
        return 0;
    }
}
