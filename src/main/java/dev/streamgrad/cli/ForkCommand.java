package dev.streamgrad.cli;

import dev.streamgrad.cluster.Topics;
import dev.streamgrad.control.Command;
import dev.streamgrad.control.Event;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.travel.Comparison;
import dev.streamgrad.travel.Destination;
import dev.streamgrad.travel.Fork;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
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
    /** How often a state is handed over that is too far behind when it comes. */
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
                "Let the running model go on with the fork's state, which first learns what the model has",
                "learned in the meantime; --by, --why and --timeout are for that."
            })
    private boolean live;

    @Mixin
    private DeliveryOptions delivery = new DeliveryOptions();

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
        return code != 0 || !live ? code : handOver(settings, compared.get().state());
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

    private int handOver(Settings settings, Snapshot fork) throws Exception {
        String topic = CommandSender.topic(settings);
        Topics.require(settings, List.of(topic, settings.eventsTopic()), progress());
        CommandSender sender = new CommandSender(settings, topic, shutdown()::isRequested);
        Snapshot state = fork;
        for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
            boolean isThere = sender.awaitLearner(state.source(), delivery.patience());
            if (shutdown().isRequested()) {
                err().println("stopped before the fork was handed over");
                return 1;
            }
            if (!isThere) {
                err().println(
                                "the fork is ahead of the model, and cannot be handed over before the learner has come so far: "
                                        + sender.whereTheLearnerIs(state.source()));
                return 1;
            }
            Command command = Command.catchUp(UUID.randomUUID().toString(), state, delivery.by(), delivery.why());
            CommandSender.Answer answer;
            try {
                answer = sender.send(model(), state.source().partition(), command, delivery.patience());
            } catch (IllegalArgumentException e) {
                err().println(e.getMessage());
                return 1;
            }
            if (!isTooFarBehind(answer)) {
                return tell(answer, sender);
            }
            err().println("attempt " + attempt + ": the model was too far ahead; the fork learns on");
            Snapshot behind = state;
            Optional<Snapshot> again = replay(settings, listener -> Fork.goOn(settings, behind, listener));
            if (again.isEmpty()) {
                return 1;
            }
            state = again.get();
        }
        err().println("samples of " + BadRecordException.shown(model())
                + " come faster than the fork learns; try again when fewer come");
        return 1;
    }

    private static boolean isTooFarBehind(CommandSender.Answer answer) {
        return answer.event()
                .map(Event::reason)
                .filter(reason -> reason.startsWith("lastOffset "))
                .isPresent();
    }
}
