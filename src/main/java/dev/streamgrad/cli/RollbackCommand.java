package dev.streamgrad.cli;

import dev.streamgrad.control.Command;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.settings.Settings;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** Gives a model an earlier state back. */
@picocli.CommandLine.Command(
        name = "rollback",
        description = {
            "Give a model the state of one of its snapshots back: its weights, optimizer memory, statistics and settings.",
            "It takes a new version and learns on from there; the samples since then are not learned again."
        },
        footer = {"", "Example:", "  streamgrad rollback --model xor --version 20000 --why 'labels were wrong since'"},
        mixinStandardHelpOptions = false)
final class RollbackCommand extends SteeringCommand {
    /** The usual options have --version for something else. */
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    @SuppressWarnings("UnusedVariable") // Read by picocli.
    private boolean help;

    @Option(
            names = "--version",
            paramLabel = "V",
            required = true,
            description = "The version of the snapshot; watch snapshots --from-beginning --key NAME shows them.")
    private long version;

    @Override
    int run() throws Exception {
        Settings settings = settings();
        String topic = controlTopic(settings);
        // Of a model that was deleted and made again, the last one that had this version.
        NavigableMap<Long, byte[]> versions = new TreeMap<>();
        readSnapshots(settings, value -> {
            long of = Snapshot.read(value).model().version();
            // Only the wanted one is kept, of the others that there are any.
            versions.put(of, of == version ? value : new byte[0]);
        });
        byte[] wanted = versions.get(version);
        if (wanted == null) {
            err().println(missing(versions, settings));
            return 1;
        }
        Snapshot found = Snapshot.read(wanted);
        SamplesLog log = found.log();
        Snapshot state = Snapshot.of(
                found.name(),
                found.model(),
                found.source(),
                log == null ? new SamplesLog("", null) : log,
                found.time());
        Command command = new Command(id(), Command.Kind.RESTORE, Map.of(), state, by(), why());
        return send(settings, topic, found.source().partition(), command);
    }

    private String missing(NavigableMap<Long, byte[]> versions, Settings settings) {
        if (versions.isEmpty()) {
            return "model " + model() + " must have a snapshot in " + settings.snapshotsTopic() + "; it has none";
        }
        Long below = versions.floorKey(version);
        Long above = versions.ceilingKey(version);
        return "version must be that of a snapshot; there is none of version " + version + "; the nearest "
                + (below == null || above == null ? "is " : "are ")
                + (below == null ? "" : below)
                + (below == null || above == null ? "" : " and ")
                + (above == null ? "" : above);
    }
}
