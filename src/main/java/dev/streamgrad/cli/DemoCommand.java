package dev.streamgrad.cli;

import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.cluster.Topics;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.RowFile;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.nn.Architecture;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.suggest.Suggestion;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Everything in one process: broker, topics, learner, samples; shows how the loss falls. */
@Command(
        name = "demo",
        description =
                "Watch a network learn XOR, or another dataset, from a Kafka topic; the broker, the learner and the samples are all in this process.",
        mixinStandardHelpOptions = true)
final class DemoCommand extends SettingsCommand {
    /** So many rows of a file decide what the model is. */
    private static final long MOST_LOOKED_AT = 100_000;

    @Option(
            names = "--until-learned",
            description = "End once the network has learned (exit code 0), or has not after --max-samples (1).")
    private boolean untilLearned;

    @Option(
            names = "--max-samples",
            paramLabel = "N",
            defaultValue = "200000",
            description = "With --until-learned, give up after this many samples (default: 200000).")
    private long maxSamples;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "2000",
            description = "Samples per second; 0 means as fast as they are learned (default: 2000).")
    private double rate;

    @Mixin
    private SampleOptions samples = new SampleOptions();

    @Option(
            names = "--port",
            paramLabel = "P",
            defaultValue = "0",
            description = "The broker's port; 0 means any free one (default: 0).")
    private int port;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Keep the broker's data in this folder, and resume from it (default: a temporary folder, removed at the end).")
    private @Nullable Path data;

    @Option(names = "--open", description = "Open the live page in this machine's browser.")
    private boolean open;

    @Override
    int run() throws Exception {
        String fault = fault();
        if (!fault.isEmpty()) {
            err().println(fault);
            return 2;
        }
        EmbeddedBroker.requireLibraries();
        Dataset dataset = samples.dataset();
        Map<String, String> defaults = new HashMap<>(dataset == null ? Map.of() : dataset.modelSettings());
        defaults.put(Settings.DEFAULT_MODEL, samples.name());
        defaults.put("http.port", "0");
        // Nobody else is in its group, and nothing is left to come back to.
        defaults.put("instance.id", "");
        // Wrong settings, or a file that is not there, should not cost the seconds that a broker takes to start.
        try {
            RowFile file = samples.rowFile();
            if (file != null) {
                defaults.putAll(suggested(file));
                samples.openRows();
            }
        } catch (IllegalArgumentException e) {
            err().println(e.getMessage());
            return 2;
        }
        String misfit = misfit(settings(Map.of(), defaults));
        if (!misfit.isEmpty()) {
            err().println(misfit);
            return 2;
        }
        try (EmbeddedBroker broker = startBroker(port, Optional.ofNullable(data))) {
            if (shutdown().isRequested()) {
                err().println("stopped while the broker was starting");
                return 1;
            }
            Settings settings = settings(
                    Map.of(
                            Settings.BOOTSTRAP_SERVERS,
                            broker.bootstrapServers(),
                            "kafka.state.dir",
                            broker.data().resolve("state").toString()),
                    defaults);
            Topics.create(settings, 1, Optional.of((short) 1), progress());
            try (ObservedLearner observed = ObservedLearner.start(settings, progress())) {
                if (open) {
                    observed.page().ifPresent(page -> BrowserOpener.open(page, err()));
                }
                return new Demo(settings, observed.app(), samples, rate, shutdown(), out(), err())
                        .run(untilLearned ? maxSamples : Long.MAX_VALUE, untilLearned);
            }
        }
    }

    /** The settings of a model for the file; says how it is read, and what is not used of it. */
    private Map<String, String> suggested(RowFile file) {
        Suggestion suggestion = Suggestion.of(
                to -> file.forEach(MOST_LOOKED_AT, row -> to.accept(row.fields())),
                samples.labelOf(file),
                samples.featuresColumns());
        file.remarks().forEach(err()::println);
        err().println("label " + suggestion.labelInWords());
        suggestion.findings().stream()
                .filter(finding -> finding.feature() == null)
                .forEach(finding ->
                        err().println(BadRecordException.shown(finding.field()) + " is left out: " + finding.reason()));
        suggestion.remarks().forEach(err()::println);
        return suggestion.settings();
    }

    /** What is wrong with the model for these samples, in one line; empty if nothing is. */
    private String misfit(Settings settings) {
        ModelSpec spec = settings.specOf(settings.defaultModel());
        Architecture architecture = spec.architecture();
        if (samples.isOfFile()) {
            return spec.birth().mapping() == null
                    ? "features must name columns of " + samples.name() + "; got none; leave the setting out"
                    : "";
        }
        int features = samples.openSamples().next().features().size();
        int outputs = architecture.outputs();
        return architecture.inputs() != features || outputs != 1
                ? "layers must start with " + features + ", the features of " + samples.name()
                        + ", and end with 1; got " + architecture
                : "";
    }

    private String fault() {
        if (maxSamples < 1 || !(rate >= 0.0)) {
            return "--max-samples must be at least 1 and --rate at least 0; got " + maxSamples + " and " + rate;
        }
        if (port < 0 || port > 65_535) {
            return "--port must be from 0 to 65535; got " + port;
        }
        String fault = samples.fault();
        return fault.isEmpty() && untilLearned && samples.dataset() == null
                ? "--until-learned needs a dataset with a goal; got a file; leave one of them out"
                : fault;
    }
}
