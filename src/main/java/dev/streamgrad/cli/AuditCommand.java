package dev.streamgrad.cli;

import dev.streamgrad.audit.Audit;
import dev.streamgrad.audit.Finding;
import dev.streamgrad.cluster.Topics;
import dev.streamgrad.settings.Settings;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains every model again from the log and compares its snapshots. */
@Command(
        name = "audit",
        description = {
            "Train every model again from the committed samples, and compare what each of its snapshots says.",
            "A model is ok, a MISMATCH, or NOT VERIFIED where there is nothing to compare. Exit code 0 if all are ok, else 1."
        },
        mixinStandardHelpOptions = true)
final class AuditCommand extends ClusterCommand {
    @Option(names = "--model", paramLabel = "NAME", description = "Audit only this model.")
    private @Nullable String model;

    @Override
    int run() throws Exception {
        Settings settings = settings();
        Topics.require(settings, List.of(settings.samplesTopic(), settings.snapshotsTopic()), progress());
        Optional<List<Finding>> findings =
                replay("audit", listener -> new Audit(settings, Optional.ofNullable(model), listener).run());
        if (findings.isEmpty()) {
            return 1;
        }
        findings.get().forEach(out()::println);
        if (findings.get().isEmpty()) {
            err().println("topic " + settings.snapshotsTopic() + " must have snapshots to compare"
                    + (model == null ? "" : " of " + model) + "; got none; produce more samples than snapshot.every");
            return 1;
        }
        return findings.get().stream().allMatch(Finding::isGood) ? 0 : 1;
    }
}
