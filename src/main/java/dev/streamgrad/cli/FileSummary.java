package dev.streamgrad.cli;

import dev.streamgrad.learning.FeatureScaling;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.Task;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Prediction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the demo of a file says at the file's end: how well its rows were predicted, each before it was learned. */
final class FileSummary {
    /** What the loss and the accuracy of a long file are at most about: its last so many samples. */
    static final int LONGEST = 100_000;

    private static final int MOST_SHOWN = 3;

    private final String name;
    private final long rows;
    private final List<String> classes;
    private final int passes;
    private final ModelSpec spec;
    private final RecentPredictions recent;
    private final long[][] taken;
    private final ArrayDeque<String> latest = new ArrayDeque<>();

    /**
     * A summary of nothing yet.
     *
     * @param rows how many rows the file has
     * @param classes the classes by name, in the order of outputs; empty for a regression
     */
    FileSummary(String name, long rows, List<String> classes, int passes, ModelSpec spec) {
        this.name = name;
        this.rows = rows;
        this.classes = classes.stream().map(BadRecordException::shown).toList();
        this.passes = passes;
        this.spec = spec;
        this.recent = new RecentPredictions(spec.task(), (int) Math.min(LONGEST, rows));
        this.taken = new long[classes.size()][classes.size()];
    }

    /** Takes a prediction that has a label. */
    void add(Prediction prediction, List<Double> label, double loss) {
        recent.add(prediction, label, loss);
        if (classes.isEmpty() || label.size() > classes.size()) {
            return;
        }
        int actual = classOf(label);
        int said = classOf(prediction.prediction());
        taken[actual][said]++;
        if (latest.size() == MOST_SHOWN) {
            latest.removeFirst();
        }
        latest.add(classes.get(said) + (said == actual ? " ✓" : " ✗ (" + classes.get(actual) + ")"));
    }

    private static int classOf(List<Double> outputs) {
        return outputs.size() == 1 ? (outputs.get(0) >= 0.5 ? 1 : 0) : RecentPredictions.greatest(outputs);
    }

    /** How many samples there are to come in all. */
    long size() {
        return rows * passes;
    }

    /** The summary, a line each. */
    List<String> lines(long deadLetters) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "end of %s: %,d samples in %d %s, %,d dead %s",
                name,
                recent.count(),
                passes,
                passes == 1 ? "pass" : "passes",
                deadLetters,
                deadLetters == 1 ? "letter" : "letters"));
        if (recent.count() == 0) {
            return lines;
        }
        int last = last();
        String of = last == recent.count()
                ? ""
                : String.format(Locale.ROOT, "the last %,d, seen in an earlier pass: ", last);
        lines.add(of + "loss " + Figure.of(recent.loss(last), 4) + ", "
                + (isRegression() ? "R² " : "accuracy ")
                + score(recent.score(last)) + " (baseline " + score(recent.baseline(last)) + ")");
        int width = classes.stream().mapToInt(String::length).max().orElse(0);
        for (int i = 0; i < taken.length; i++) {
            long seen = Arrays.stream(taken[i]).sum();
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-" + width + "s  %,d of %,d right%s",
                    classes.get(i),
                    taken[i][i],
                    seen,
                    takenForOthers(i)));
        }
        if (!latest.isEmpty()) {
            lines.add("the last predictions: " + String.join(", ", latest));
        }
        return lines;
    }

    /** What a class was taken for besides itself, the most frequent first; empty if nothing. */
    private String takenForOthers(int actual) {
        String others = IntStream.range(0, classes.size())
                .filter(said -> said != actual && taken[actual][said] > 0)
                .boxed()
                .sorted(Comparator.comparingLong(said -> -taken[actual][said]))
                .limit(MOST_SHOWN)
                .map(said -> String.format(Locale.ROOT, "%s %,d", classes.get(said), taken[actual][said]))
                .collect(Collectors.joining(", "));
        return others.isEmpty() ? "" : "; taken for " + others;
    }

    /** The samples of the last pass, those of them that were learned. */
    private int last() {
        return (int) Math.max(1, Math.min(LONGEST, recent.count() / passes));
    }

    private boolean isRegression() {
        return spec.task() == Task.REGRESSION;
    }

    private String score(double score) {
        return isRegression() ? Figure.of(score, 4) : String.format(Locale.ROOT, "%.1f %%", 100.0 * score);
    }

    /** What would help, in one line. */
    String advice() {
        String more = passes == 1 ? "--passes 10 goes through the file ten times" : "more --passes go on";
        if (isBetterThanTheBaseline()) {
            return more;
        }
        List<String> settings = new ArrayList<>();
        if (spec.birth().scaling() == FeatureScaling.NONE) {
            settings.addAll(Arrays.asList("features.scaling=running", "optimizer=adam", "learning.rate=0.01"));
        }
        return "it is hardly better than the baseline, which says "
                + (isRegression() ? "the mean" : "the most frequent class so far")
                + ", or what the last sample was; " + more
                + (settings.isEmpty()
                        ? "; a larger network or another learning.rate may help"
                        : "; what helps most is: --set " + String.join(" --set ", settings));
    }

    /** By more than the standard error of an accuracy: one right answer more is luck. */
    private boolean isBetterThanTheBaseline() {
        if (recent.count() == 0) {
            return false;
        }
        double baseline = recent.baseline(last());
        double error = isRegression() ? 0.0 : Math.sqrt(baseline * (1.0 - baseline) / last());
        return recent.score(last()) > baseline + error;
    }
}
