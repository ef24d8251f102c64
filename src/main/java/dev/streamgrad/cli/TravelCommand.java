package dev.streamgrad.cli;

import dev.streamgrad.learning.Model;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.travel.Arrival;
import dev.streamgrad.travel.Destination;
import dev.streamgrad.travel.Travel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Derives a past state of a model from the log again. */
@Command(
        name = "travel",
        description = {
            "Derive any past state of a model from the log again, to the bit: from the nearest snapshot before it, or from"
                    + " version 0, by the samples and commands since then.",
            "No learner has to run. Exit code 1 if the log does not have it any more, with what it does have."
        },
        footer = {
            "",
            "Examples:",
            "  streamgrad travel --model xor --version 20117 --out xor.safetensors",
            "  streamgrad travel --model xor --time 2026-03-01T12:00",
            "  streamgrad travel --model xor --offset 20116 --from-start"
        })
final class TravelCommand extends PastCommand {
    @Option(names = "--from-start", description = "Begin with version 0, and compare every snapshot on the way.")
    private boolean fromStart;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Write the state to this file, which is replaced if it is there; it ends with .safetensors, .onnx or"
                            + " .json.")
    private @Nullable Path out;

    @Override
    int run() throws Exception {
        ModelFile file = file(out);
        Destination destination = destination();
        Settings settings = settings();
        Optional<Arrival> arrived = replay(
                settings,
                listener -> new Travel(settings, model(), partition(), destination, fromStart, listener).run());
        if (arrived.isEmpty()) {
            return 1;
        }
        Snapshot state = arrived.get().state();
        Model model = state.model();
        out().println(String.format(
                Locale.ROOT,
                "%s version %d, after sample %d@%d%s",
                BadRecordException.shown(state.name()),
                model.version(),
                state.source().partition(),
                state.source().offset(),
                state.time() > 0 ? ", " + Instant.ofEpochMilli(state.time()) : ""));
        out().println("  fingerprint " + state.fingerprint());
        out().println("  " + way(arrived.get()));
        return write(file, state);
    }
}
