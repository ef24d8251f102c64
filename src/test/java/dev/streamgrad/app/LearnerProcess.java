package dev.streamgrad.app;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The learner as a process of its own, so that it can be killed. */
final class LearnerProcess {
    /** The main class of the jar. */
    private static final String MAIN = "dev.streamgrad.cli.Main";

    private static final List<Process> STARTED = new CopyOnWriteArrayList<>();

    private final Process process;

    private LearnerProcess(Process process) {
        this.process = process;
    }

    /** Starts {@code learn} with these settings; what it prints goes to {@code log}. */
    static LearnerProcess start(Map<String, String> settings, Path log, String... options) throws IOException {
        return start(List.of(), "256m", settings, log, options);
    }

    /** As {@link #start(Map, Path, String...)}, by another command before it and with another heap. */
    static LearnerProcess start(
            List<String> before, String heap, Map<String, String> settings, Path log, String... options)
            throws IOException {
        List<String> streamgrad = new ArrayList<>(before);
        streamgrad.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-cp",
                System.getProperty("java.class.path"),
                MAIN));
        return startAs(streamgrad, settings, log, options);
    }

    /** As {@link #start(Map, Path, String...)}, by this command that runs Streamgrad; empty is the code under test. */
    static LearnerProcess startAs(List<String> streamgrad, Map<String, String> settings, Path log, String... options)
            throws IOException {
        if (streamgrad.isEmpty()) {
            return start(settings, log, options);
        }
        List<String> command = new ArrayList<>(streamgrad);
        command.add("learn");
        command.addAll(List.of(options));
        new TreeMap<>(settings).forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
        File output = log.toFile();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output))
                .start();
        STARTED.add(process);
        return new LearnerProcess(process);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL: nothing is finished, nothing is committed. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /**
     * SIGSTOP: it stands still, as in a long garbage collection or on a frozen machine, and knows nothing of it
     * afterwards.
     */
    void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** SIGCONT. */
    void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (code != 0) {
            throw new AssertionError("kill -" + name + " exited with " + code);
        }
    }

    /** Waits until it ends by itself; returns the exit code. */
    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            throw new AssertionError("the learner did not end");
        }
        return process.exitValue();
    }

    /** SIGTERM; returns the exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("the learner did not stop");
        }
        return process.exitValue();
    }

    /** Kills what a failed test has left. */
    static void killAll() {
        STARTED.forEach(Process::destroyForcibly);
        STARTED.clear();
    }
}
