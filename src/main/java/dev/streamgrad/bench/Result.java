package dev.streamgrad.bench;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What was measured. Its JSON form has these names.
 *
 * @param environment where
 * @param throughput null if it was not asked for
 * @param latency a row for each commit interval; empty if it was not asked for
 * @param restore null if it was not asked for
 */
public record Result(
        Environment environment,
        @Nullable Throughput throughput,
        List<Latency> latency,
        @Nullable Restore restore) {

    /** Copies the list. */
    public Result {
        latency = List.copyOf(latency);
    }

    /**
     * Where it was measured.
     *
     * @param broker its address, or that it is in this process
     * @param kafka the version of the clients and of Kafka Streams
     * @param java the version of this JVM
     * @param os operating system and architecture
     * @param processors how many this JVM sees
     * @param maxHeapBytes the most heap that this JVM takes
     * @param network the models' layers and outputs
     * @param commitIntervalMs of the throughput and restore parts
     */
    public record Environment(
            String broker,
            String kafka,
            String java,
            String os,
            int processors,
            long maxHeapBytes,
            String network,
            long commitIntervalMs) {}

    /**
     * A number that was measured in several rounds.
     *
     * @param rounds in the order of the rounds
     */
    public record Figures(double median, double min, double max, List<Double> rounds) {

        /** Of these rounds. */
        public static Figures of(List<Double> rounds) {
            List<Double> sorted = rounds.stream().sorted().toList();
            return new Figures(medianOf(sorted), sorted.get(0), sorted.get(sorted.size() - 1), List.copyOf(rounds));
        }

        private static double medianOf(List<Double> sorted) {
            int middle = sorted.size() / 2;
            return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2.0;
        }
    }

    /**
     * How much one run does of another.
     *
     * @param of the one
     * @param to the other
     * @param ofMedians its median over the other's
     * @param medianOfRounds the median of what they are in each round
     */
    public record Ratio(String of, String to, double ofMedians, double medianOfRounds) {

        static Ratio of(String of, Figures numerator, String to, Figures denominator) {
            List<Double> byRound = IntStream.range(0, numerator.rounds().size())
                    .mapToObj(i ->
                            numerator.rounds().get(i) / denominator.rounds().get(i))
                    .toList();
            return new Ratio(
                    of,
                    to,
                    thousandths(numerator.median() / denominator.median()),
                    thousandths(Figures.of(byRound).median()));
        }

        private static double thousandths(double value) {
            return Math.rint(1000.0 * value) / 1000.0;
        }
    }

    /**
     * Runs over the same samples.
     *
     * @param samples samples of each run
     * @param runs by what was run
     * @param ratios of samples a second
     * @param many null with one model
     * @param warning what is to be known about the numbers; null if nothing is
     */
    public record Throughput(
            long samples,
            List<Run> runs,
            List<Ratio> ratios,
            @Nullable Many many,
            @Nullable String warning) {}

    /**
     * One topology.
     *
     * @param name its name
     * @param samplesPerSecond between two commits, the start and the first fifth of the samples left out
     * @param cpuNanosPerSample CPU time of the stream thread over the same time
     */
    public record Run(String name, Figures samplesPerSecond, Figures cpuNanosPerSample) {}

    /**
     * What only a run with many models shows.
     *
     * @param models how many
     * @param createdPerSecond models created a second, by a sample each, before the measured samples
     * @param heapBytesPerModel heap after a garbage collection, less that of the run with one model
     */
    public record Many(int models, Figures createdPerSecond, Figures heapBytesPerModel) {}

    /**
     * From the acknowledgement of a sample to the moment when a consumer has its prediction, committed.
     *
     * @param commitIntervalMs {@code commit.interval.ms}
     * @param rate samples a second that were asked for
     * @param achievedRate samples a second that were acknowledged
     * @param samples how many were measured
     */
    public record Latency(
            long commitIntervalMs,
            double rate,
            double achievedRate,
            int samples,
            double p50Ms,
            double p99Ms,
            double maxMs) {}

    /**
     * A restart that finds nothing on its disk.
     *
     * @param models how many there are
     * @param records changelog records that the last restore read
     * @param restoredPerSecond records a second, from the restore's start to its end
     * @param consumedPerSecond records a second of a consumer that does nothing with them
     * @param ratio of the two
     * @param secondsToRunning from the start of the application until it has restored and reads samples
     */
    public record Restore(
            int models,
            long records,
            Figures restoredPerSecond,
            Figures consumedPerSecond,
            Ratio ratio,
            Figures secondsToRunning) {}
}
