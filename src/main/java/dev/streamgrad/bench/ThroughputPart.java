package dev.streamgrad.bench;

import dev.streamgrad.app.LearnerApp;
import dev.streamgrad.bench.Result.Figures;
import dev.streamgrad.bench.Result.Many;
import dev.streamgrad.bench.Result.Ratio;
import dev.streamgrad.bench.Result.Run;
import dev.streamgrad.bench.Result.Throughput;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.settings.Settings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Copy, parsing copy and learner in turn over the same samples, round after round, each from the beginning of the topic
 * with a group of its own. The first round warms up and is not counted.
 */
final class ThroughputPart {
    /** The share of a run's samples that is over before it is measured. */
    private static final int SETTLING = 5;

    private final Workspace workspace;
    private final Plan plan;
    private final Benchmark.Listener listener;
    private final Rehearsal rehearsal;
    private final Filler filler;
    private final List<Contender> contenders;
    private final Map<Contender, List<Meter.Measured>> measured = new EnumMap<>(Contender.class);
    private final List<Double> created = new ArrayList<>();
    private final List<Double> heapPerModel = new ArrayList<>();
    private boolean whole = true;
    private long heapOfOne;

    ThroughputPart(Workspace workspace, Plan plan, Rehearsal rehearsal, Filler filler, Benchmark.Listener listener) {
        this.workspace = workspace;
        this.plan = plan;
        this.rehearsal = rehearsal;
        this.filler = filler;
        this.listener = listener;
        List<Contender> running = new ArrayList<>(List.of(Contender.COPY, Contender.PARSING_COPY, Contender.LEARNER));
        if (plan.models() > 1) {
            running.add(Contender.MANY_MODELS);
        }
        contenders = List.copyOf(running);
    }

    Throughput measure() throws BenchException, StartException, StoppedException, InterruptedException {
        filler.fillOne();
        if (plan.models() > 1) {
            filler.fillMany();
        }
        for (int round = 0; round <= plan.rounds(); round++) {
            List<Contender> turn = new ArrayList<>(contenders.subList(0, 3));
            // Nobody is always the first after the others.
            Collections.rotate(turn, round);
            for (Contender contender : turn) {
                run(contender, round);
            }
            if (contenders.contains(Contender.MANY_MODELS) && round > 0) {
                run(Contender.MANY_MODELS, round);
            }
        }
        return result();
    }

    private void run(Contender contender, int round)
            throws BenchException, StartException, StoppedException, InterruptedException {
        boolean many = contender == Contender.MANY_MODELS;
        Settings settings = workspace.settings(
                contender.id() + "-" + round, many ? Benchmark.MANY_SAMPLES : Benchmark.SAMPLES, Map.of());
        long first = many ? Filler.created(plan.models()) : 0;
        long total = first + plan.samples();
        String name = contender.id() + (round == 0 ? ", warming up" : ", round " + round + " of " + plan.rounds());
        long before = Meter.usedHeap();
        listener.phase(name);
        try (App app = start(contender, settings);
                Meter meter = new Meter(settings, app)) {
            meter.await(total, listener);
            Meter.Measured run = meter.between(first + plan.samples() / SETTLING, total);
            if (contender == Contender.LEARNER) {
                requireNoDeadLetters(settings);
            }
            if (round > 0) {
                rounds(contender).add(run);
                whole &= run.whole();
            }
            if (plan.models() > 1 && contender == Contender.LEARNER) {
                heapOfOne = Meter.usedHeap() - before;
            }
            if (many) {
                created.add(meter.between(0, first).samplesPerSecond());
                heapPerModel.add(Math.rint((double) (Meter.usedHeap() - before - heapOfOne) / plan.models()));
            }
            listener.say(String.format(
                    Locale.ROOT,
                    "%s: %,.0f samples/s, %,.0f ns of CPU each",
                    name,
                    run.samplesPerSecond(),
                    run.cpuNanosPerSample()));
        }
        workspace.remove(settings);
    }

    private App start(Contender contender, Settings settings) throws StartException {
        return switch (contender) {
            case COPY -> CopyContender.copy(settings);
            case PARSING_COPY -> CopyContender.parsing(settings, rehearsal);
            case LEARNER, MANY_MODELS ->
                new LearnerContender(
                        LearnerApp.start(settings, listener.asProgress(), listener.learnListener(), null, null));
        };
    }

    private static void requireNoDeadLetters(Settings settings) throws BenchException {
        TopicPartition letters = new TopicPartition(settings.deadLettersTopic(), 0);
        try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                settings.kafka().consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Long end = consumer.endOffsets(List.of(letters)).get(letters);
            if (end != null && end > 0) {
                throw Rehearsal.unfit();
            }
        }
    }

    private Throughput result() {
        List<Run> runs = contenders.stream()
                .map(contender -> new Run(contender.id(), rate(contender), cpu(contender)))
                .toList();
        List<Ratio> ratios = new ArrayList<>();
        ratios.add(ratio(Contender.PARSING_COPY, Contender.COPY));
        ratios.add(ratio(Contender.LEARNER, Contender.COPY));
        ratios.add(ratio(Contender.LEARNER, Contender.PARSING_COPY));
        Many many = null;
        if (contenders.contains(Contender.MANY_MODELS)) {
            ratios.add(ratio(Contender.MANY_MODELS, Contender.LEARNER));
            many = new Many(plan.models(), Figures.of(created), Figures.of(heapPerModel));
        }
        @Nullable
        String warning = whole
                ? null
                : "the runs are too short: their start and their last commit are in the numbers; raise --samples";
        return new Throughput(plan.samples(), runs, ratios, many, warning);
    }

    private Figures rate(Contender contender) {
        return Figures.of(
                rounds(contender).stream().map(Meter.Measured::samplesPerSecond).toList());
    }

    private Figures cpu(Contender contender) {
        return Figures.of(rounds(contender).stream()
                .map(Meter.Measured::cpuNanosPerSample)
                .toList());
    }

    private List<Meter.Measured> rounds(Contender contender) {
        return measured.computeIfAbsent(contender, absent -> new ArrayList<>());
    }

    private Ratio ratio(Contender of, Contender to) {
        return Ratio.of(of.id(), rate(of), to.id(), rate(to));
    }
}
