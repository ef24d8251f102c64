package dev.streamgrad.cli;

import dev.streamgrad.cluster.Retention;
import dev.streamgrad.cluster.Topics;
import dev.streamgrad.settings.Settings;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Creates the topics that the learner needs. */
@Command(
        name = "topics",
        description = "Create the topics for samples, predictions, snapshots and dead letters that do not exist yet.",
        mixinStandardHelpOptions = true)
final class TopicsCommand extends ClusterCommand {
    @Option(
            names = "--partitions",
            paramLabel = "N",
            description =
                    "Partitions of each new topic; with more than one, every sample needs a key (default: 1). Exit code 1 if a topic"
                            + " exists with another number.")
    private @Nullable Integer partitions;

    @Option(
            names = "--replication-factor",
            paramLabel = "N",
            description = "Replicas of each partition of a new topic (default: the broker's).")
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
        int wanted = partitions == null ? 1 : partitions;
        if (wanted < 1) {
            err().println("--partitions must be at least 1; got " + wanted);
            return 2;
        }
        Optional<Retention> kept;
        try {
            kept = Optional.ofNullable(retention).map(Retention::parse);
        } catch (IllegalArgumentException e) {
            err().println("--" + e.getMessage());
            return 2;
        }
        Settings settings = settings();
        Map<String, Boolean> topics =
                Topics.create(settings, wanted, Optional.ofNullable(replicationFactor), kept, progress());
        topics.forEach((name, created) -> out().println(name + (created ? " created" : " exists")));
        boolean asWanted = kept.isPresent() && topics.getOrDefault(settings.samplesTopic(), false);
        Optional<Retention> present = asWanted ? Optional.empty() : Topics.retentionOfSamples(settings, progress());
        present.filter(time -> !time.equals(kept.orElse(Retention.FOREVER)))
                .ifPresent(time -> progress().say(limited(settings.samplesTopic(), time)));
        return partitions == null || topics.values().stream().allMatch(created -> created)
                ? 0
                : compare(settings, partitions);
    }

    /** Topics that were there keep their partitions: who asks for others must hear of it. */
    private int compare(Settings settings, int wanted) throws Exception {
        Map<String, Integer> others = new TreeMap<>(Topics.partitions(settings, progress()));
        others.values().removeIf(partitions -> partitions == wanted);
        others.forEach((name, partitions) -> err().println("topic " + name + " must have " + wanted
                + (wanted == 1 ? " partition" : " partitions") + " (--partitions); it has " + partitions + " already; "
                + (name.equals(settings.samplesTopic())
                        ? "more of them would move models away from what they have learned: leave --partitions out,"
                                + " or name new topics"
                        : "leave --partitions out, or alter the topic with Kafka's own tools")));
        return others.isEmpty() ? 0 : 1;
    }

    private static String limited(String topic, Retention time) {
        return time.isForever()
                ? topic + " keeps samples forever; alter its retention.ms if they are to go"
                : topic + " keeps samples for " + time + ", so an audit cannot look further back; to keep all of them,"
                        + " create it with --retention forever or alter its retention.ms to -1";
    }
}
