package dev.streamgrad.cli;

import dev.streamgrad.app.FailureExplanation;
import dev.streamgrad.bench.BenchException;
import dev.streamgrad.broker.BrokerException;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.exchange.ExchangeException;
import dev.streamgrad.settings.Invocation;
import dev.streamgrad.settings.Release;
import dev.streamgrad.settings.SettingsException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.IntConsumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command {@code streamgrad}. Without a subcommand it runs {@code demo}. */
@Command(
        name = "streamgrad",
        description = "A neural network that learns while Kafka streams.",
        mixinStandardHelpOptions = true,
        versionProvider = Streamgrad.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            LearnCommand.class,
            SuggestCommand.class,
            ProduceCommand.class,
            WatchCommand.class,
            ControlCommand.class,
            RollbackCommand.class,
            TravelCommand.class,
            ForkCommand.class,
            ImportCommand.class,
            TopicsCommand.class,
            AuditCommand.class,
            ExportCommand.class,
            RebuildCommand.class,
            ResetCommand.class,
            BenchCommand.class,
            LessonCommand.class,
            CommandLine.HelpCommand.class
        },
        footer = {
            "",
            "Without a command, demo runs. Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 141 nobody reads the output any more."
        })
public final class Streamgrad {
    private static final String DEFAULT_COMMAND = "demo";

    private Streamgrad() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        Shutdown shutdown = Shutdown.install();
        StandardOutput standardOutput = new StandardOutput(shutdown);
        PrintWriter err = utf8(System.err);
        Thread.setDefaultUncaughtExceptionHandler(
                new LastWords(Thread.currentThread(), err, new FileOutputStream(FileDescriptor.err), new Halt()));
        int code = CommandLine.ExitCode.SOFTWARE;
        try {
            code = run(shutdown, utf8(standardOutput), err, args);
        } catch (Throwable e) {
            // Once the process is ending, errors are those of libraries that are no longer let in.
            if (FailureExplanation.outOfMemory(e) != null) {
                throw e;
            }
            if (!shutdown.isRequested()) {
                err.println(oneLine(e));
            }
        } finally {
            code = standardOutput.isClosed() ? StandardOutput.CLOSED_PIPE : code;
            shutdown.finished(code);
        }
        System.exit(code);
    }

    private static PrintWriter utf8(OutputStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    /** Runs a command and returns its exit code. */
    static int run(Shutdown shutdown, PrintWriter out, PrintWriter err, String... args) {
        CommandLine commandLine = commandLine(shutdown);
        commandLine.setOut(out).setErr(err);
        commandLine.setParameterExceptionHandler((e, given) -> {
            err.println(String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage") + " (see: "
                    + Invocation.of(helpOf(e.getCommandLine())) + ")");
            return CommandLine.ExitCode.USAGE;
        });
        commandLine.setExecutionExceptionHandler((e, command, parsed) -> {
            if (isVerbose(command)) {
                e.printStackTrace(err);
            } else {
                err.println(oneLine(e));
            }
            return e instanceof SettingsException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
        });
        return commandLine.execute(withDefaultCommand(commandLine, args));
    }

    private static String helpOf(CommandLine command) {
        return command.getParent() == null ? "--help" : command.getCommandName() + " --help";
    }

    static CommandLine commandLine(Shutdown shutdown) {
        return new CommandLine(new Streamgrad(), new Factory(shutdown));
    }

    /** Puts the default command in front of options that are not the top command's own. */
    private static String[] withDefaultCommand(CommandLine commandLine, String[] args) {
        boolean named = args.length > 0
                && (commandLine.getSubcommands().containsKey(args[0])
                        || !args[0].startsWith("-")
                        || commandLine.getCommandSpec().optionsMap().containsKey(args[0]));
        if (named) {
            return args;
        }
        String[] with = new String[args.length + 1];
        with[0] = DEFAULT_COMMAND;
        System.arraycopy(args, 0, with, 1, args.length);
        return with;
    }

    private static boolean isVerbose(CommandLine command) {
        return command.getCommand() instanceof VerboseCommand verbose && verbose.isVerbose();
    }

    /** What an exception says, on one line; our own exceptions speak for themselves. */
    private static String oneLine(Throwable e) {
        Optional<String> limit = FailureExplanation.ofLimits(e);
        if (limit.isPresent()) {
            return limit.get();
        }
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return e instanceof SettingsException
                        || e instanceof StartException
                        || e instanceof BrokerException
                        || e instanceof BenchException
                        || e instanceof ExchangeException
                ? message
                : e.getClass().getSimpleName() + ": " + message + " (-v shows where)";
    }

    /** The version in the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"streamgrad " + Release.number()};
        }
    }

    /** Ends the process without its shutdown hooks; a class of its own, because a lambda needs memory to be called. */
    private static final class Halt implements IntConsumer {
        @Override
        public void accept(int code) {
            Runtime.getRuntime().halt(code);
        }
    }

    /** Hands the shutdown to the commands that run until they are stopped. */
    private record Factory(Shutdown shutdown) implements CommandLine.IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            K created = CommandLine.defaultFactory().create(type);
            if (created instanceof VerboseCommand command) {
                command.setShutdown(shutdown);
            }
            return created;
        }
    }
}
