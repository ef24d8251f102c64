package dev.streamgrad.cli;

import dev.streamgrad.cluster.Topics;
import dev.streamgrad.control.Command;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.travel.Arrival;
import dev.streamgrad.travel.Destination;
import dev.streamgrad.travel.Travel;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** Gives a model an earlier state back. */
@picocli.CommandLine.Command(
        name = "rollback",
        description = {
            "Give a model the state of an earlier version back: its weights, optimizer memory, statistics and settings.",
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
            description = "The version; between snapshots it is derived from the log again, as travel does.")
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
        Optional<Snapshot> past = wanted != null ? Optional.of(Snapshot.read(wanted)) : derived(settings, versions);
        if (past.isEmpty()) {
            return 1;
        }
        Snapshot found = past.get();
        SamplesLog log = found.log();
        Snapshot state = Snapshot.of(
                found.name(),
                found.model(),
                found.source(),
                log == null ? new SamplesLog("", null) : log,
                found.time());
        Command command = Command.restore(id(), state, by(), why());
        return send(settings, topic, found.source().partition(), command);
    }

    /** A version between snapshots; empty if the log does not have it, and why has been said. */
    private Optional<Snapshot> derived(Settings settings, NavigableMap<Long, byte[]> versions) throws Exception {
        if (versions.isEmpty()) {
            err().println("model " + model() + " must have a snapshot in " + settings.snapshotsTopic()
                    + "; it has none");
            return Optional.empty();
        }
        Topics.require(settings, List.of(settings.samplesTopic()), progress());
        return replay(
                        BadRecordException.shown(model()),
                        listener -> new Travel(
                                        settings, model(), partition(), Destination.version(version), false, listener)
                                .run())
                .map(Arrival::state);
    }
}
