package dev.streamgrad.cli;

import dev.streamgrad.control.Command;
import dev.streamgrad.exchange.ExchangeException;
import dev.streamgrad.exchange.Imported;
import dev.streamgrad.exchange.SafetensorsModel;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** Gives a model the weights of a file. */
@picocli.CommandLine.Command(
        name = "import",
        description = {
            "Give a model the weights of a safetensors file: one that export has written, or PyTorch's own.",
            "They go to the model as a command to restore a state, so that the log has them and an audit follows.",
            "Where the file has weights and biases only, the optimizer begins anew, and all else stays as the newest snapshot has it."
        },
        footer = {"", "Example:", "  streamgrad import --model xor xor.safetensors --why 'trained on last year'"},
        mixinStandardHelpOptions = true)
final class ImportCommand extends SteeringCommand {
    @Parameters(paramLabel = "FILE", description = "The file, which ends with .safetensors.")
    private Path file = Path.of("");

    @Override
    int run() throws Exception {
        if (!Files.isRegularFile(file)) {
            err().println("FILE must be a safetensors file; there is none at " + file);
            return 2;
        }
        Settings settings = settings();
        String topic = controlTopic(settings);
        byte[][] newest = new byte[1][];
        readSnapshots(settings, value -> newest[0] = value);
        if (newest[0] == null) {
            err().println("model " + model() + " must have a snapshot in " + settings.snapshotsTopic()
                    + "; it has none; a model has its first one after snapshot.every steps");
            return 1;
        }
        Snapshot present = Snapshot.read(newest[0]);
        Imported imported;
        try {
            imported = SafetensorsModel.read(file, present);
        } catch (ExchangeException e) {
            err().println(file + ": " + e.getMessage());
            return 1;
        }
        err().println(file + " has " + imported.extent().inWords());
        Command command = Command.restore(id(), imported.snapshot(), by(), why());
        return send(settings, topic, present.source().partition(), command);
    }
}
