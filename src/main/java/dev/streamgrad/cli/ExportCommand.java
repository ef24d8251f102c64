package dev.streamgrad.cli;

import dev.streamgrad.cluster.Topics;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.replay.TopicLog;
import dev.streamgrad.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes a model's snapshot as a file that others read. */
@Command(
        name = "export",
        description = {
            "Write a model as a file: safetensors has all of it, under PyTorch's names; ONNX what predicts; JSON is the"
                    + " snapshot as it is.",
            "The model is read from the snapshots topic; no learner has to run."
        })
final class ExportCommand extends ClusterCommand {
    @Option(names = "--model", paramLabel = "NAME", required = true, description = "The model.")
    private String model = "";

    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "The file, which is replaced if it is there; it ends with .safetensors, .onnx or .json.")
    private Path out = Path.of("");

    @Option(
            names = "--version",
            paramLabel = "N",
            description = "The model's version, one that there is a snapshot of (default: the newest).")
    private @Nullable Long version;

    @Option(
            names = "--partition",
            paramLabel = "N",
            description = "The partition of the samples topic that has the model, where several have one of its name.")
    private @Nullable Integer partition;

    /** Alone: the other standard option has the name of the model's version. */
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    @SuppressWarnings("UnusedVariable") // Read by picocli.
    private boolean help;

    @Override
    int run() throws Exception {
        ModelFile file;
        try {
            file = ModelFile.of(out);
        } catch (IllegalArgumentException e) {
            err().println(e.getMessage());
            return 2;
        }
        Settings settings = settings();
        Topics.require(settings, List.of(settings.snapshotsTopic()), progress());
        SnapshotSearch search = new SnapshotSearch(model, version, partition);
        if (!search(settings, search)) {
            return 1;
        }
        search.passedOver().ifPresent(err()::println);
        Optional<byte[]> value = search.value();
        if (value.isEmpty()) {
            err().println(search.fault());
            return 1;
        }
        return write(file, value.get());
    }

    /** Returns whether all of the topic was read. */
    private boolean search(Settings settings, SnapshotSearch search) {
        ProgressLine line = new ProgressLine(err(), "", "snapshots");
        try (TopicLog log = new TopicLog(settings, settings.snapshotsTopic())) {
            while (!log.isAtEnd()) {
                if (shutdown().isRequested()) {
                    line.clear();
                    err().println("stopped before the end; nothing was written");
                    return false;
                }
                log.poll(search::take);
                line.update(log.read(), log.size());
            }
        } catch (OffsetOutOfRangeException e) {
            line.clear();
            err().println("records were deleted while they were being read; run the export again");
            return false;
        }
        line.clear();
        return true;
    }

    private int write(ModelFile file, byte[] value) throws Exception {
        Snapshot snapshot = Snapshot.read(value);
        if (!snapshot.isIntact()) {
            err().println("the snapshot of " + BadRecordException.shown(model) + " version "
                    + snapshot.model().version() + " must have the fingerprint of its weights; it has another; export"
                    + " another version, and see what streamgrad audit says");
            return 1;
        }
        try {
            // Not written anew: what is in the topic is what was agreed on.
            file.write(snapshot, value).ifPresent(err()::println);
        } catch (IOException e) {
            err().println(e.getMessage());
            return 1;
        }
        out().println(file.summary());
        return 0;
    }
}
