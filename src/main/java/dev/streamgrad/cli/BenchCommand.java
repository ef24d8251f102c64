package dev.streamgrad.cli;

import dev.streamgrad.bench.Benchmark;
import dev.streamgrad.bench.Part;
import dev.streamgrad.bench.Plan;
import dev.streamgrad.bench.Result;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.metrics.LearnerMetrics;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.LearningListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the learner beside a copy of its topics. */
@Command(
        name = "bench",
        description = {
            "Measure how fast the learner is, beside a Kafka Streams application with the same settings that copies the"
                    + " samples' bytes, and one that parses them and writes predictions.",
            "It runs on the cluster of --bootstrap-server, or on a broker in this process. It creates topics of its own, whose names start"
                    + " with streamgrad-bench-, and removes them at the end or at Ctrl-C."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "A run counts between two commits, after a fifth of its samples; the first round warms up and is not counted.",
            "Latency is from the producer's acknowledgement of a sample until a consumer with isolation.level=read_committed has"
                    + " its prediction. A broker in this process shares its processors and its heap.",
            "A setting such as --set kafka.commit.interval.ms=500 or --set layers=784,256,10 holds for all that is measured."
        })
final class BenchCommand extends ClusterCommand {
    /** The address that nobody sets: with it there is no cluster, and a broker is started. */
    private static final String NO_CLUSTER = "no-cluster:0";

    /** The names of the parts. */
    static final class PartNames extends Choice<Part> {
        PartNames() {
            super(Part.class);
        }
    }

    @Option(
            names = "--parts",
            paramLabel = "PART",
            split = ",",
            converter = PartNames.class,
            completionCandidates = PartNames.class,
            description = "Any of throughput, latency and restore (default: throughput,latency).")
    private List<Part> parts = new ArrayList<>(List.of(Part.THROUGHPUT, Part.LATENCY));

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "2000000",
            description = "Samples of each run (default: 2000000).")
    private long samples;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often each run is repeated (default: 5).")
    private int rounds;

    @Option(
            names = "--models",
            paramLabel = "K",
            defaultValue = "1",
            description =
                    "With K greater than 1, also run the learner over samples of K models: one sample of each, which creates it, then"
                            + " --samples of models drawn uniformly (default: 1).")
    private int models;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "1000",
            description = "Samples per second in the latency part (default: 1000).")
    private double rate;

    @Option(
            names = "--commit-intervals",
            paramLabel = "MS",
            split = ",",
            description = "Values of commit.interval.ms for the latency part (default: 10,50,100,500).")
    private List<Long> commitIntervals = new ArrayList<>(List.of(10L, 50L, 100L, 500L));

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "10",
            description = "For how many seconds each commit interval is measured (default: 10).")
    private int seconds;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Override
    int run() throws Exception {
        Plan plan = new Plan(Set.copyOf(parts), samples, rounds, models, rate, commitIntervals, seconds);
        String fault = plan.fault();
        if (!fault.isEmpty()) {
            err().println(fault);
            return 2;
        }
        Settings given = settings(Map.of());
        if (!given.bootstrapServers().equals(NO_CLUSTER)) {
            return measure(plan, given.bootstrapServers(), this::settings);
        }
        try (EmbeddedBroker broker = startBroker(0, Optional.empty())) {
            return measure(plan, "in this process", own -> {
                Map<String, String> more = new HashMap<>(own);
                more.put(Settings.BOOTSTRAP_SERVERS, broker.bootstrapServers());
                return settings(more);
            });
        }
    }

    private Settings settings(Map<String, String> more) {
        return settingsOfCluster(more, Map.of(Settings.BOOTSTRAP_SERVERS, NO_CLUSTER));
    }

    private int measure(Plan plan, String broker, Function<Map<String, String>, Settings> settings) throws Exception {
        Lines lines = new Lines();
        Optional<Result> result = new Benchmark(plan, broker, settings, lines).run();
        lines.clear();
        if (result.isEmpty()) {
            err().println("stopped before the end; nothing is measured");
            return 1;
        }
        if (json) {
            out().println(BenchReport.json(result.get()));
        } else {
            BenchReport.lines(result.get()).forEach(out()::println);
        }
        return 0;
    }

    /** Progress on standard error. */
    private final class Lines implements Benchmark.Listener {
        private final LearnerMetrics metrics = new LearnerMetrics(BenchCommand.this.settings(Map.of()));
        private @Nullable ProgressLine line;

        @Override
        public LearningListener learnListener() {
            return metrics;
        }

        @Override
        public void phase(String what) {
            clear();
            line = new ProgressLine(err(), what + ": ");
        }

        @Override
        public void progress(long done, long total) {
            if (line != null) {
                line.update(done, total);
            }
        }

        @Override
        public void say(String text) {
            clear();
            err().println(text);
        }

        void clear() {
            if (line != null) {
                line.clear();
            }
        }

        @Override
        public boolean isStopped() {
            return shutdown().isRequested();
        }
    }
}
