package dev.streamgrad.cli;

import dev.streamgrad.control.Command;
import dev.streamgrad.control.Event;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.settings.SettingsException;
import dev.streamgrad.travel.Comparison;
import dev.streamgrad.travel.Destination;
import dev.streamgrad.travel.Fork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Shows what would have become of a model under other settings. */
@picocli.CommandLine.Command(
        name = "fork",
        description = {
            "Learn all samples since a past state of a model again under other settings, and compare: what if the learning"
                    + " rate had been lower, or nobody had reset it? The fork is told nothing that the model was told since.",
            "No learner has to run. With --live the model then goes on with the fork's state, from exactly there."
        },
        footer = {
            "",
            "Examples:",
            "  streamgrad fork --model xor --version 20000 --set learning.rate=0.1",
            "  streamgrad fork --model xor --offset 0 --set batch.size=8 --out xor.safetensors",
            "  streamgrad fork --model xor --version 20000 --set learning.rate=0.1 --live --why 'it learns better'"
        })
final class ForkCommand extends PastCommand {
    /** How often a state is handed over that a sample overtakes. */
    private static final int MOST_ATTEMPTS = 10;

    @Option(
            names = "--as",
            paramLabel = "NAME",
            defaultValue = "fork",
            description = "What the fork is called in the comparison (default: fork).")
    private String as = "fork";

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Write the fork at the end of the log to this file, which is replaced if it is there; it ends with"
                            + " .safetensors, .onnx or .json.")
    private @Nullable Path out;

    @Option(
            names = "--live",
            description = {
                "Let the running model go on with the fork's state, if no sample has reached it since;",
                "else the fork learns those too, and it is tried again."
            })
    private boolean live;

    @Option(names = "--by", paramLabel = "WHO", description = "With --live: who does it (default: the user's name).")
    private String by = System.getProperty("user.name", "");

    @Option(names = "--why", paramLabel = "TEXT", description = "With --live: why, for whoever reads the events later.")
    private @Nullable String why;

    @Option(
            names = "--timeout",
            paramLabel = "S",
            defaultValue = "30",
            description = "With --live: how many seconds to wait for the learner (default: 30).")
    private long timeout = 30;

    @Override
    int run() throws Exception {
        ModelFile file = file(out);
        Destination destination = destination();
        Map<String, String> changes = changes();
        Settings settings = settings();
        Optional<Comparison> compared = fork(settings, destination, changes);
        if (compared.isEmpty()) {
            return 1;
        }
        new ForkReport(as, compared.get(), changes).lines().forEach(out()::println);
        int code = write(file, compared.get().state());
        return code != 0 || !live ? code : handOver(settings, destination, changes, compared.get());
    }

    private Optional<Comparison> fork(Settings settings, Destination destination, Map<String, String> changes)
            throws Exception {
        return replay(
                settings, listener -> new Fork(settings, model(), partition(), destination, changes, listener).run());
    }

    /** What is set of a model's settings: those of the application have no say here. */
    private Map<String, String> changes() {
        Map<String, String> changes = new LinkedHashMap<>();
        for (String override : overrides()) {
            int equals = override.indexOf('=');
            String key = equals < 0 ? override : override.substring(0, equals).strip();
            if (equals > 0 && SpecSettings.DEFAULTS.containsKey(key)) {
                changes.put(key, override.substring(equals + 1).strip());
            }
        }
        return changes;
    }

    private int handOver(Settings settings, Destination destination, Map<String, String> changes, Comparison compared)
            throws Exception {
        String topic = settings.controlTopic()
                .orElseThrow(() -> new SettingsException(
                        "control.topic must name a topic; it is empty, so the learner takes no commands"));
        Comparison latest = compared;
        for (int attempt = 1; attempt <= MOST_ATTEMPTS && !shutdown().isRequested(); attempt++) {
            Snapshot state = latest.state();
            Command command = new Command(
                    UUID.randomUUID().toString(),
                    Command.Kind.RESTORE,
                    Map.of(),
                    state,
                    state.model().lastOffset(),
                    by,
                    why);
            CommandSender sender = new CommandSender(settings, topic, shutdown()::isRequested);
            CommandSender.Answer answer =
                    sender.send(model(), state.source().partition(), command, Duration.ofSeconds(timeout));
            if (answer.event().isEmpty()) {
                err().println("sent, and not yet dealt with: " + sender.whereTheLearnerIs(answer.record()));
                return 1;
            }
            Event event = answer.event().get();
            if (event.kind() != Event.Kind.REFUSED) {
                out().println(EventLine.of(event));
                return 0;
            }
            if (event.after().offset() <= state.model().lastOffset()) {
                err().println(EventLine.of(event));
                return 1;
            }
            err().println(String.format(
                    Locale.ROOT,
                    "attempt %d: samples up to %d@%d came first; the fork learns them, too",
                    attempt,
                    event.after().partition(),
                    event.after().offset()));
            Optional<Comparison> again = fork(settings, destination, changes);
            if (again.isEmpty()) {
                return 1;
            }
            latest = again.get();
        }
        err().println("samples of " + BadRecordException.shown(model())
                + " come faster than a state can be handed over; try again when fewer come, or pause who sends them");
        return 1;
    }
}
