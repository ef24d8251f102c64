package dev.streamgrad.cli;

import dev.streamgrad.cluster.Topics;
import dev.streamgrad.control.Command;
import dev.streamgrad.control.Event;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.replay.TopicLog;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.settings.SettingsException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that sends a command to a model, and waits for what becomes of it. */
abstract class SteeringCommand extends ClusterCommand {
    @Option(names = "--model", paramLabel = "NAME", required = true, description = "The model.")
    private String model = "";

    @Option(
            names = "--partition",
            paramLabel = "P",
            description =
                    "The partition of the samples topic that has the model; by default that of its newest snapshot, or"
                            + " of its name's hash if it has none.")
    private @Nullable Integer partition;

    @Option(names = "--by", paramLabel = "WHO", description = "Who sends it (default: the user's name).")
    private String by = System.getProperty("user.name", "");

    @Option(names = "--why", paramLabel = "TEXT", description = "Why, for whoever reads the events later.")
    private @Nullable String why;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description =
                    "What makes it this command and no other, so that it can be sent again (default: a random one).")
    private String id = UUID.randomUUID().toString();

    @Option(
            names = "--timeout",
            paramLabel = "S",
            defaultValue = "30",
            description = "How many seconds to wait for the learner (default: 30).")
    private long timeout = 30;

    final String model() {
        return model;
    }

    final @Nullable Integer partition() {
        return partition;
    }

    final String by() {
        return by;
    }

    final @Nullable String why() {
        return why;
    }

    final String id() {
        return id;
    }

    /** The control topic, which must be there, as must the others that are needed. */
    final String controlTopic(Settings settings) throws Exception {
        String topic = settings.controlTopic()
                .orElseThrow(() -> new SettingsException(
                        "control.topic must name a topic; it is empty, so the learner takes no commands"));
        Topics.require(settings, List.of(topic, settings.eventsTopic(), settings.snapshotsTopic()), progress());
        return topic;
    }

    /** Hands out what the snapshots topic has of the model, the oldest first. */
    final void readSnapshots(Settings settings, Consumer<byte[]> to) {
        byte[] key = model.getBytes(StandardCharsets.UTF_8);
        ProgressLine line = new ProgressLine(err());
        try (TopicLog snapshots = new TopicLog(settings, settings.snapshotsTopic())) {
            while (!snapshots.isAtEnd() && !shutdown().isRequested()) {
                snapshots.poll(record -> {
                    if (record.value() != null && Arrays.equals(key, record.key())) {
                        to.accept(record.value());
                    }
                });
                line.update(snapshots.read(), snapshots.size());
            }
        }
        line.clear();
    }

    /** The partition that has the model's samples. */
    final int partitionOfModel(Settings settings, String topic) {
        if (partition != null) {
            return partition;
        }
        byte[][] newest = new byte[1][];
        readSnapshots(settings, value -> newest[0] = value);
        if (newest[0] != null) {
            return Snapshot.read(newest[0]).source().partition();
        }
        try (TopicLog control = new TopicLog(settings, topic)) {
            return Utils.toPositive(Utils.murmur2(model.getBytes(StandardCharsets.UTF_8))) % control.partitions();
        }
    }

    /** Sends it, and says what became of it; returns the exit code. */
    final int send(Settings settings, String topic, int partitionOfModel, Command command) throws Exception {
        CommandSender sender = new CommandSender(settings, topic, shutdown()::isRequested);
        CommandSender.Answer answer;
        try {
            answer = sender.send(model, partitionOfModel, command, Duration.ofSeconds(timeout));
        } catch (IllegalArgumentException e) {
            err().println(e.getMessage());
            return 1;
        }
        if (answer.event().isEmpty()) {
            err().println("sent as " + answer.record().topic() + "-"
                    + answer.record().partition() + "@"
                    + answer.record().offset() + ", and not yet dealt with: "
                    + sender.whereTheLearnerIs(answer.record()));
            return 1;
        }
        Event event = answer.event().get();
        boolean refused = event.kind() == Event.Kind.REFUSED;
        (refused ? err() : out()).println(EventLine.of(event));
        return refused ? 1 : 0;
    }
}
