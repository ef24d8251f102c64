package dev.streamgrad.cli;

import dev.streamgrad.cluster.Retention;
import dev.streamgrad.cluster.Topics;
import dev.streamgrad.settings.Settings;
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

    @Option(
            names = "--retention",
            paramLabel = "TIME",
            description =
                    "How long samples are kept, such as 30d, 12h or forever (default: the broker's). An audit trains"
                            + " again from the samples that are left: with forever from each model's first one, otherwise"
                            + " from the oldest snapshot that all later samples are still there of. All snapshots are kept"
                            + " as long, at least a week; the latest of each model for ever.")
    private @Nullable String retention;

    @Override
    int run() throws Exception {
        if (partitions < 1) {
            err().println("--partitions must be at least 1; got " + partitions);
            return 2;
        }
        Optional<Retention> wanted;
        try {
            wanted = Optional.ofNullable(retention).map(Retention::parse);
        } catch (IllegalArgumentException e) {
            err().println("--" + e.getMessage());
            return 2;
        }
        Settings settings = settings();
        Map<String, Boolean> topics =
                Topics.create(settings, partitions, Optional.ofNullable(replicationFactor), wanted, progress());
        topics.forEach((name, created) -> out().println(name + (created ? " created" : " exists")));
        boolean asWanted = wanted.isPresent() && topics.getOrDefault(settings.samplesTopic(), false);
        Optional<Retention> kept = asWanted ? Optional.empty() : Topics.retentionOfSamples(settings, progress());
        kept.filter(time -> !time.equals(wanted.orElse(Retention.FOREVER)))
                .ifPresent(time -> progress().say(limited(settings.samplesTopic(), time)));
        return 0;
    }

    private static String limited(String topic, Retention time) {
        return time.isForever()
                ? topic + " keeps samples forever; alter its retention.ms if they are to go"
                : topic + " keeps samples for " + time + ", so an audit cannot look further back; to keep all of them,"
                        + " create it with --retention forever or alter its retention.ms to -1";
    }
}
