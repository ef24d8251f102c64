package dev.streamgrad.records;

import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * What stands in the golden files, and how they were made. They are never made again: a change of format gets a new
 * version and a new file, and every file stays readable.
 */
final class GoldenFiles {
    /**
     * SHA-256 by Python's hashlib of {@code struct.pack("<3i", 2, 4, 1)} and of the 17 parameters and 1.0 as
     * {@code "<18d"}.
     */
    static final String FINGERPRINT = "94b6cf1cb19c68a34afa1faf8b3419dc7ef22b54ba6ddcb61649ba7e216fce9f";

    /** That of the files of state version 4 and snapshot format 3: its errors are watched, and a drift changes it. */
    static final ModelSpec WATCHED =
            ModelSpec.xor().with("drift.detector", "hddm-a").with("drift.reaction", "boost");

    private GoldenFiles() {}

    public static void main(String[] args) throws IOException {
        Model model = StateFormatTest.trained(WATCHED, 1000);
        model.reached(999);
        byte[] state = new StateFormat().write(model);
        Files.writeString(
                Path.of(args[0], "state-v" + StateFormat.VERSION + ".hex"),
                HexFormat.of().formatHex(state) + "\n");
        Snapshot snapshot = Snapshot.of("xor", model, new Source(0, 999), SnapshotTest.LOG, 1_700_000_000_000L);
        Files.write(Path.of(args[0], "snapshot-v" + Snapshot.FORMAT + ".json"), snapshot.toJson());
    }
}
