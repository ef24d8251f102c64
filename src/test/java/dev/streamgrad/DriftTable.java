package dev.streamgrad;

import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.learning.Drift;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.PrequentialMetrics;
import dev.streamgrad.records.Sample;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What reactions to a drift are worth, measured: the table in the page on steering, which {@link ReadmeTables} writes.
 * It is deterministic, so it is the same on every machine.
 *
 * <p>A network 2-8-1 with tanh and Adam at 0.01 learns 5,000 samples; then the world changes, and counted are the
 * samples until 97 of 100 of the last 500 are right again: the median of 8 seeds.
 */
final class DriftTable {
    private static final int SEEDS = 8;
    private static final int CHANGE = 5_000;
    private static final int MOST = 10_000;
    private static final int WINDOW = 500;
    private static final double GOAL = 0.97;

    private DriftTable() {}

    private enum World {
        FLIPPED("XOR's labels flip", Dataset.XOR) {
            @Override
            Sample changed(Sample sample) {
                double label = Objects.requireNonNull(sample.label()).get(0);
                return new Sample(sample.features(), List.of(1.0 - label), null);
            }
        },
        TURNED("moons turned by 90°", Dataset.MOONS) {
            @Override
            Sample changed(Sample sample) {
                List<Double> at = sample.features();
                return new Sample(List.of(-at.get(1), at.get(0)), sample.label(), null);
            }
        };

        private final String text;
        private final Dataset dataset;

        World(String text, Dataset dataset) {
            this.text = text;
            this.dataset = dataset;
        }

        abstract Sample changed(Sample sample);
    }

    /** The rows: what changes, and whether the rate had decayed by then. */
    static String text() {
        StringBuilder table = new StringBuilder("""
                | the world changes at sample 5,000 | learning rate | told after | `alert` | `boost` | `reset` |
                | --- | --- | --- | --- | --- | --- |
                """);
        for (World world : World.values()) {
            for (String schedule : List.of("constant", "step-decay")) {
                List<String> cells = new ArrayList<>();
                List<Long> told = new ArrayList<>();
                for (String reaction : List.of("alert", "boost", "reset")) {
                    List<Long> samples = new ArrayList<>();
                    for (int seed = 1; seed <= SEEDS; seed++) {
                        long[] measured = measure(world, schedule, reaction, seed);
                        samples.add(measured[0]);
                        if (reaction.equals("alert")) {
                            told.add(measured[1]);
                        }
                    }
                    cells.add(median(samples));
                }
                table.append(String.format(
                        Locale.ROOT,
                        "| %s | %s | %s | %s |%n",
                        world.text,
                        schedule.equals("constant") ? "0.01 for ever" : "halved every 1,000 steps",
                        median(told),
                        String.join(" | ", cells)));
            }
        }
        return table.toString().replace(System.lineSeparator(), "\n");
    }

    /** The lower of the two in the middle; if most seeds did not come there, that it is more. */
    private static String median(List<Long> samples) {
        List<Long> sorted = new ArrayList<>(samples);
        Collections.sort(sorted);
        long median = sorted.get((sorted.size() - 1) / 2);
        return median > MOST ? String.format(Locale.ROOT, "over %,d", MOST) : String.format(Locale.ROOT, "%,d", median);
    }

    /** The samples from the change until the goal, and until a drift for the worse was told of. */
    private static long[] measure(World world, String schedule, String reaction, int seed) {
        ModelSpec spec = ModelSpec.xor()
                .with("layers", "2,8,1")
                .with("hidden.activation", "tanh")
                .with("optimizer", "adam")
                .with("learning.rate", "0.01")
                .with("schedule", schedule)
                .with("seed", Integer.toString(seed))
                .with("drift.detector", "hddm-a")
                .with("drift.reaction", reaction);
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        SampleSource source = world.dataset.samples(seed);
        boolean[] right = new boolean[WINDOW];
        int rights = 0;
        long told = MOST + 1L;
        for (int i = 0; i < CHANGE + MOST; i++) {
            Sample sample = i < CHANGE ? source.next() : world.changed(source.next());
            double[] label = array(Objects.requireNonNull(sample.label()));
            learner.learn(model, array(sample.features()), label, 1.0);
            boolean isRight = PrequentialMetrics.score(spec.task(), learner.prediction(), label) == 1.0;
            if (i >= CHANGE) {
                int at = i % WINDOW;
                rights += (isRight ? 1 : 0) - (right[at] ? 1 : 0);
                right[at] = isRight;
                long since = i - CHANGE + 1L;
                Drift drift = learner.drift();
                if (drift != null) {
                    told = Math.min(told, since);
                }
                if (since >= WINDOW && rights >= GOAL * WINDOW) {
                    return new long[] {since, told};
                }
            }
        }
        return new long[] {MOST + 1L, told};
    }

    private static double[] array(List<Double> numbers) {
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
