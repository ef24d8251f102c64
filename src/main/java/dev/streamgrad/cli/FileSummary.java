package dev.streamgrad.cli;

import dev.streamgrad.data.CsvFile;
import dev.streamgrad.learning.FeatureScaling;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.Task;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Prediction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What the demo of a file says at the file's end: how well its rows were predicted, each before it was learned. */
final class FileSummary {
    /** What the loss and the accuracy of a long file are at most about: its last so many samples. */
    static final int LONGEST = 100_000;

    private final CsvFile file;
    private final String name;
    private final int passes;
    private final ModelSpec spec;
    private final RecentPredictions recent;
    private final long[] right;
    private final long[] seen;

    /** A summary of nothing yet. */
    FileSummary(CsvFile file, String name, int passes, ModelSpec spec) {
        this.file = file;
        this.name = name;
        this.passes = passes;
        this.spec = spec;
        this.recent = new RecentPredictions(spec.task(), (int) Math.min(LONGEST, file.samples()));
        this.right = new long[file.classes().size()];
        this.seen = new long[file.classes().size()];
    }

    /** Takes a prediction that has a label. */
    void add(Prediction prediction, List<Double> label, double loss) {
        recent.add(prediction, label, loss);
        int actual = classOf(label);
        if (actual < seen.length) {
            seen[actual]++;
            right[actual] += classOf(prediction.prediction()) == actual ? 1 : 0;
        }
    }

    private static int classOf(List<Double> outputs) {
        return outputs.size() == 1 ? (outputs.get(0) >= 0.5 ? 1 : 0) : RecentPredictions.greatest(outputs);
    }

    /** How many samples there are to come in all. */
    long size() {
        return file.samples() * passes;
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
        List<String> classes =
                file.classes().stream().map(BadRecordException::shown).toList();
        int width = classes.stream().mapToInt(String::length).max().orElse(0);
        for (int i = 0; i < seen.length; i++) {
            lines.add(String.format(
                    Locale.ROOT, "  %-" + width + "s  %,d of %,d right", classes.get(i), right[i], seen[i]));
        }
        return lines;
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
