package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A command that runs in this process, with what it has printed so far. */
final class CommandRun {
    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();
    final Shutdown shutdown = new Shutdown();
    final CompletableFuture<Integer> code;

    CommandRun(String... args) {
        this(shutdown -> {}, args);
    }

    /** A command that begins after something has been done to its shutdown. */
    CommandRun(Consumer<Shutdown> before, String... args) {
        before.accept(shutdown);
        // A thread of its own: the common pool may have one, which a command that runs until it is stopped would keep.
        code = CompletableFuture.supplyAsync(
                () -> Streamgrad.run(shutdown, new PrintWriter(out, true), new PrintWriter(err, true), args),
                command -> new Thread(command, "streamgrad " + String.join(" ", args)).start());
    }

    /** Runs a command to its end, which must have this exit code. */
    static CommandRun of(int expected, String... args) throws Exception {
        CommandRun run = new CommandRun(args);
        assertThat(run.await()).as("exit code; %s", run).isEqualTo(expected);
        return run;
    }

    /** A command with the options that tell it which cluster and topics it is about. */
    static String[] with(String[] cluster, String... command) {
        String[] all = Arrays.copyOf(command, command.length + cluster.length);
        System.arraycopy(cluster, 0, all, command.length, cluster.length);
        return all;
    }

    int await() throws Exception {
        return code.get(120, TimeUnit.SECONDS);
    }

    @Override
    public String toString() {
        return "out:\n" + out + "\nerr:\n" + err;
    }
}
