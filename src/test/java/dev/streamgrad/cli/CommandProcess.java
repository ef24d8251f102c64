package dev.streamgrad.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command in a process of its own, for what only a process shows: signals, pipes and exit codes. */
final class CommandProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;

    final Process process;
    /** Its temporary files, and nobody else's. */
    final Path temporary;

    private final Path err;

    /** Starts it with its standard output in a pipe, which the caller reads or closes. */
    CommandProcess(Path folder, String... command) throws IOException {
        temporary = Files.createDirectories(folder.resolve("tmp"));
        err = folder.resolve("stderr");
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                Streamgrad.class.getName()));
        line.addAll(List.of(command));
        process = new ProcessBuilder(line).redirectError(err.toFile()).start();
    }

    String err() throws IOException {
        return Files.readString(err);
    }

    /** Waits for its end; returns its exit code. */
    int await() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the process did not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
