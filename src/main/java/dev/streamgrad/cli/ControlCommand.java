package dev.streamgrad.cli;

import dev.streamgrad.control.Command;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.settings.Settings;
import java.io.Console;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells a model what to do while it learns. */
@picocli.CommandLine.Command(
        name = "control",
        description = {
            "Tell a model what to do while it learns, and wait until the learner has written down after which sample it did.",
            "Exit code 0 if the model has obeyed, 1 if it refuses or the learner does not answer."
        },
        footer = {
            "",
            "Examples:",
            "  streamgrad control --model xor set learning.rate=0.05",
            "  streamgrad control --model xor freeze --why 'labels are late'",
            "  streamgrad control --model xor reset --seed 7",
            "  streamgrad control --model xor delete --yes"
        },
        mixinStandardHelpOptions = true)
final class ControlCommand extends SteeringCommand {
    /** What can be told. To restore a state is another command's work. */
    enum What {
        SET,
        FREEZE,
        UNFREEZE,
        RESET,
        DELETE
    }

    /** Its names. */
    static final class WhatNames extends Choice<What> {
        WhatNames() {
            super(What.class);
        }
    }

    @Parameters(
            index = "0",
            paramLabel = "COMMAND",
            converter = WhatNames.class,
            completionCandidates = WhatNames.class,
            description = {
                "set: change settings such as learning.rate, batch.size or schedule;",
                "freeze: predict and score, do not train; unfreeze: train again;",
                "reset: begin with new weights, and with the settings that are given;",
                "delete: forget the model; the next sample makes another."
            })
    private What what = What.SET;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "KEY=VALUE",
            description = "Model settings, for set and reset.")
    private List<String> settings = new ArrayList<>();

    @Option(names = "--seed", paramLabel = "N", description = "For reset: the seed of the new weights.")
    private @Nullable Long seed;

    @Option(names = "--yes", description = "For delete: do not ask.")
    private boolean yes;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec parsed;

    @Override
    int run() throws Exception {
        Map<String, String> given = given();
        Settings checked = settings();
        String topic = controlTopic(checked);
        if (what == What.DELETE && !yes && !isConfirmed()) {
            return 1;
        }
        Command command = Command.of(id(), Command.Kind.valueOf(what.name()), given, by(), why());
        try {
            Command unused = Command.read(command.toJson());
        } catch (BadRecordException e) {
            throw wrong(e.text());
        }
        return send(checked, topic, partitionOfModel(checked, topic), command);
    }

    private Map<String, String> given() {
        Map<String, String> given = new LinkedHashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw wrong("settings must be KEY=VALUE, such as learning.rate=0.05; got " + setting);
            }
            given.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        if (seed != null) {
            if (what != What.RESET) {
                throw wrong("--seed is for reset only");
            }
            given.put("seed", Long.toString(seed));
        }
        if (!given.isEmpty() && what != What.SET && what != What.RESET) {
            throw wrong(what.name().toLowerCase(Locale.ROOT) + " takes no settings; got " + settings.get(0));
        }
        if (given.isEmpty() && what == What.SET) {
            throw wrong("set needs settings, such as learning.rate=0.05");
        }
        return given;
    }

    private ParameterException wrong(String text) {
        return new ParameterException(parsed.commandLine(), text);
    }

    @SuppressWarnings("SystemConsoleNull") // Without one nobody can be asked.
    private boolean isConfirmed() {
        Console console = System.console();
        if (console == null) {
            err().println("delete forgets all that the model has learned; say --yes");
            return false;
        }
        String answer = console.readLine(
                "%s forgets all that it has learned. Its samples, and its events, stay. Delete it? [y/N] ", model());
        return answer != null && answer.strip().equalsIgnoreCase("y");
    }
}
