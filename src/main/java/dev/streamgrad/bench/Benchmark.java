package dev.streamgrad.bench;

import dev.streamgrad.bench.Result.Environment;
import dev.streamgrad.bench.Result.Latency;
import dev.streamgrad.bench.Result.Restore;
import dev.streamgrad.bench.Result.Throughput;
import dev.streamgrad.cluster.Progress;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.LearningListener;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.streams.StreamsConfig;

/** A benchmark: its parts one after the other, and the removal of everything that they made. */
public final class Benchmark {
    static final String SAMPLES = "samples";
    static final String MANY_SAMPLES = "samples-of-many";

    private final Plan plan;
    private final String broker;
    private final Function<Map<String, String>, Settings> settings;
    private final Listener listener;

    /** Hears how far the benchmark is, and may end it. */
    public interface Listener {
        /** Something begins. */
        void phase(String what);

        /** So many records of so many are done in this phase. */
        void progress(long done, long total);

        /** A line about what has been measured, or what is in the way. */
        void say(String line);

        /** Whether to stop. */
        boolean isStopped();

        /** Hears what is learned, as it does when {@code learn} runs: to count costs too. */
        LearningListener learnListener();

        /** For those who wait for a broker. */
        default Progress asProgress() {
            return new Progress() {
                @Override
                public void say(String line) {
                    Listener.this.say(line);
                }

                @Override
                public boolean isStopped() {
                    return Listener.this.isStopped();
                }
            };
        }
    }

    /**
     * A benchmark.
     *
     * @param plan one that has no {@link Plan#fault}
     * @param broker what to call the broker in the result
     * @param settings the user's settings, the brokers' addresses among them, with these on top
     */
    public Benchmark(Plan plan, String broker, Function<Map<String, String>, Settings> settings, Listener listener) {
        this.plan = plan;
        this.broker = broker;
        this.settings = settings;
        this.listener = listener;
    }

    /**
     * Measures what was planned, and removes what that made, whatever happens.
     *
     * @return empty if it was stopped
     * @throws StartException if there is no broker, or it does not take the topics
     */
    public Optional<Result> run() throws BenchException, StartException, InterruptedException {
        try (Workspace workspace = new Workspace(settings, listener)) {
            workspace.connect();
            Rehearsal rehearsal = new Rehearsal(settings.apply(Map.of()).specOf(Filler.model(0)));
            Filler filler = new Filler(workspace, plan, listener);
            Throughput throughput = plan.parts().contains(Part.THROUGHPUT)
                    ? new ThroughputPart(workspace, plan, rehearsal, filler, listener).measure()
                    : null;
            List<Latency> latency = plan.parts().contains(Part.LATENCY)
                    ? new LatencyPart(workspace, plan, listener).measure()
                    : List.of();
            Restore restore = plan.parts().contains(Part.RESTORE)
                    ? new RestorePart(workspace, plan, filler, listener).measure()
                    : null;
            return Optional.of(new Result(environment(), throughput, latency, restore));
        } catch (StoppedException e) {
            return Optional.empty();
        }
    }

    static void requireGoingOn(Listener listener) throws StoppedException {
        if (listener.isStopped()) {
            throw new StoppedException();
        }
    }

    private Environment environment() {
        Settings plain = settings.apply(Map.of());
        ModelSpec spec = plain.specOf(Filler.model(0));
        return new Environment(
                broker,
                AppInfoParser.getVersion(),
                System.getProperty("java.vm.version", "unknown"),
                System.getProperty("os.name", "unknown") + " " + System.getProperty("os.arch", "unknown"),
                Runtime.getRuntime().availableProcessors(),
                Runtime.getRuntime().maxMemory(),
                spec.architecture() + ", " + spec.architecture().output().id() + ", "
                        + spec.birth().optimizer().id(),
                new StreamsConfig(plain.kafka().streams()).getLong(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG));
    }
}
