package dev.streamgrad.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.streamgrad.bench.Result;
import dev.streamgrad.bench.Result.Environment;
import dev.streamgrad.bench.Result.Figures;
import dev.streamgrad.bench.Result.Latency;
import dev.streamgrad.bench.Result.Many;
import dev.streamgrad.bench.Result.Ratio;
import dev.streamgrad.bench.Result.Restore;
import dev.streamgrad.bench.Result.Run;
import dev.streamgrad.bench.Result.Throughput;
import dev.streamgrad.settings.Release;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A benchmark's result, to read or as JSON. */
final class BenchReport {
    private static final ObjectMapper MAPPER =
            new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    private BenchReport() {}

    /** As one JSON object, with this program's version first. */
    static String json(Result result) {
        ObjectNode json = MAPPER.createObjectNode().put("streamgrad", Release.number());
        json.setAll(MAPPER.<ObjectNode>valueToTree(result));
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<String> lines(Result result) {
        List<String> lines = new ArrayList<>();
        Environment where = result.environment();
        lines.add(format(
                "streamgrad %s, Kafka %s, Java %s, %s, %d processors, heap up to %,d MiB",
                Release.number(),
                where.kafka(),
                where.java(),
                where.os(),
                where.processors(),
                where.maxHeapBytes() >> 20));
        lines.add(format(
                "broker %s, a %s network, commit.interval.ms %d, exactly once",
                where.broker(), where.network(), where.commitIntervalMs()));
        Throughput throughput = result.throughput();
        if (throughput != null) {
            add(lines, throughput);
        }
        if (!result.latency().isEmpty()) {
            add(lines, result.latency());
        }
        Restore restore = result.restore();
        if (restore != null) {
            add(lines, restore);
        }
        return lines;
    }

    private static void add(List<String> lines, Throughput throughput) {
        lines.add("");
        lines.add(format(
                "%-22s %10s %10s %10s   %s",
                format("%,d samples", throughput.samples()), "median/s", "min/s", "max/s", "CPU of each"));
        for (Run run : throughput.runs()) {
            Figures rate = run.samplesPerSecond();
            lines.add(format(
                    "%-22s %,10.0f %,10.0f %,10.0f   %,8.0f ns",
                    run.name(),
                    rate.median(),
                    rate.min(),
                    rate.max(),
                    run.cpuNanosPerSample().median()));
        }
        lines.add("");
        throughput.ratios().forEach(ratio -> lines.add(line(ratio)));
        Many many = throughput.many();
        if (many != null) {
            lines.add(format(
                    "%,d models: %,.0f created a second, %,.0f bytes of heap each",
                    many.models(),
                    many.createdPerSecond().median(),
                    many.heapBytesPerModel().median()));
        }
        String warning = throughput.warning();
        if (warning != null) {
            lines.add(warning);
        }
    }

    private static void add(List<String> lines, List<Latency> latency) {
        lines.add("");
        lines.add("from a sample's acknowledgement to its readable prediction");
        lines.add(format("%18s %10s %10s %10s %10s", "commit.interval.ms", "samples/s", "p50 ms", "p99 ms", "max ms"));
        for (Latency row : latency) {
            lines.add(format(
                    "%18d %,10.0f %,10.1f %,10.1f %,10.1f",
                    row.commitIntervalMs(), row.achievedRate(), row.p50Ms(), row.p99Ms(), row.maxMs()));
        }
    }

    private static void add(List<String> lines, Restore restore) {
        lines.add("");
        lines.add(format(
                "restore of %,d models from %,d changelog records: %,.0f records/s, running after %.1f s;"
                        + " plain consumption: %,.0f records/s",
                restore.models(),
                restore.records(),
                restore.restoredPerSecond().median(),
                restore.secondsToRunning().median(),
                restore.consumedPerSecond().median()));
        lines.add(line(restore.ratio()));
    }

    private static String line(Ratio ratio) {
        return format(
                "%s / %s: %.2f (of the medians), %.2f (median of the rounds)",
                ratio.of(), ratio.to(), ratio.ofMedians(), ratio.medianOfRounds());
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
