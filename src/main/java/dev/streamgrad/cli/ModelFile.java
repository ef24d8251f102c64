package dev.streamgrad.cli;

import dev.streamgrad.exchange.ExchangeException;
import dev.streamgrad.exchange.ExchangeFormat;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.settings.Release;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;

/** A file that a model is written to, in the format that its name ends with. */
final class ModelFile {
    private final Path path;
    private final ExchangeFormat format;
    private String summary = "";

    private ModelFile(Path path, ExchangeFormat format) {
        this.path = path;
        this.format = format;
    }

    /**
     * The file that {@code --out} names.
     *
     * @throws IllegalArgumentException if it cannot be one; the message says why
     */
    static ModelFile of(Path out) {
        ExchangeFormat format = ExchangeFormat.of(out);
        Path folder = out.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(out)) {
            throw new IllegalArgumentException("--out must be a file in a folder that exists; got " + out);
        }
        return new ModelFile(out, format);
    }

    /** Writes a model; returns what somebody should know of it. */
    Optional<String> write(Snapshot snapshot) throws IOException, ExchangeException {
        return write(snapshot, snapshot.toJson());
    }

    /**
     * Writes a model; returns what somebody should know of it.
     *
     * @param json what it is as JSON
     */
    Optional<String> write(Snapshot snapshot, byte[] json) throws IOException, ExchangeException {
        byte[] content = format == ExchangeFormat.JSON ? json : format.write(snapshot, Release.number());
        try {
            replace(content);
        } catch (IOException e) {
            throw new IOException(
                    "--out must be a file that can be written; got " + path + " ("
                            + e.getClass().getSimpleName() + ")",
                    e);
        }
        summary = String.format(
                Locale.ROOT,
                "%s: %s version %d, fingerprint %s, %,d bytes",
                path,
                BadRecordException.shown(snapshot.name()),
                snapshot.model().version(),
                Fingerprint.of(snapshot.model()),
                content.length);
        return format.noteOn(snapshot);
    }

    /** What has been written, in a line. */
    String summary() {
        return summary;
    }

    /** Whoever looks sees the file as it was before, or whole. */
    private void replace(byte[] content) throws IOException {
        Path part = path.resolveSibling(path.getFileName() + ".part");
        try {
            Files.write(part, content);
            try {
                Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(part, path, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
