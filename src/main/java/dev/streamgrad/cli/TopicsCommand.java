package dev.streamgrad.cli;

import dev.streamgrad.cluster.Topics;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Creates the topics that the learner needs. */
@Command(
        name = "topics",
        description = "Create the topics samples, predictions, snapshots and dead-letters, where they are missing.",
        mixinStandardHelpOptions = true)
final class TopicsCommand extends ClusterCommand {
    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "1",
            description = "Partitions of each topic; with more than one, every sample needs a key (default: 1).")
    private int partitions;

    @Option(
            names = "--replication-factor",
            paramLabel = "N",
            description = "Replicas of each partition (default: the broker's).")
    private @Nullable Short replicationFactor;

    @Override
    int run() throws Exception {
        if (partitions < 1) {
            err().println("--partitions must be at least 1; got " + partitions);
            return 2;
        }
        Map<String, Boolean> topics =
                Topics.create(settings(), partitions, Optional.ofNullable(replicationFactor), progress());
        topics.forEach((name, created) -> out().println(name + (created ? " created" : " exists")));
        return 0;
    }
}
