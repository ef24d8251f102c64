package dev.streamgrad.cli;

import dev.streamgrad.cluster.Topics;
import dev.streamgrad.control.Command;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.replay.TopicLog;
import dev.streamgrad.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private DeliveryOptions delivery = new DeliveryOptions();

    @Option(
            names = "--id",
            paramLabel = "ID",
            description =
                    "What makes it this command and no other, so that it can be sent again (default: a random one).")
    private String id = UUID.randomUUID().toString();

    final String model() {
        return model;
    }

    final @Nullable Integer partition() {
        return partition;
    }

    final String by() {
        return delivery.by();
    }

    final @Nullable String why() {
        return delivery.why();
    }

    final String id() {
        return id;
    }

    /** The control topic, which must be there, as must the others that are needed. */
    final String controlTopic(Settings settings) throws Exception {
        String topic = CommandSender.topic(settings);
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
        try {
            CommandSender.Answer answer = sender.send(model, partitionOfModel, command, delivery.patience());
            return tell(answer, sender);
        } catch (IllegalArgumentException e) {
            err().println(e.getMessage());
            return 1;
        }
    }
}
