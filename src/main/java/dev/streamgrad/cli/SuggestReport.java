package dev.streamgrad.cli;

import dev.streamgrad.learning.PrequentialMetrics;
import dev.streamgrad.learning.Task;
import dev.streamgrad.lesson.Plot;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.suggest.Finding;
import dev.streamgrad.suggest.Rehearsal;
import dev.streamgrad.suggest.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@code suggest} prints for people. */
final class SuggestReport {
    private static final int WIDEST_NAME = 30;
    private static final int WIDEST_VALUES = 40;
    private static final int MOST_FIELDS = 100;
    private static final int MOST_CLASSES = 12;
    private static final int BAR = 40;

    private SuggestReport() {}

    /** A table of the fields. */
    static List<String> fields(Suggestion suggestion) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"field", "values", "missing", "feature"});
        for (Finding finding : suggestion.findings()) {
            if (rows.size() > MOST_FIELDS) {
                break;
            }
            rows.add(new String[] {
                cut(finding.field(), WIDEST_NAME),
                cut(finding.kind(), WIDEST_VALUES),
                finding.missing() == 0 ? "" : String.format(Locale.ROOT, "%.1f %%", 100.0 * finding.missingShare()),
                finding.feature() != null ? cut(finding.featureText(), 2 * WIDEST_VALUES) : "none: " + finding.reason()
            });
        }
        List<String> lines = table(rows);
        int more = suggestion.findings().size() + 1 - rows.size();
        if (more > 0) {
            lines.add("  … and " + more + " more fields, which are in the file of --out");
        }
        return lines;
    }

    private static String cut(String text, int widest) {
        String line = BadRecordException.oneLine(text);
        return line.codePointCount(0, line.length()) <= widest
                ? line
                : line.substring(0, line.offsetByCodePoints(0, widest - 1)) + "…";
    }

    private static List<String> table(List<String[]> rows) {
        int columns = rows.get(0).length;
        int[] widths = new int[columns];
        for (String[] row : rows) {
            for (int c = 0; c < columns - 1; c++) {
                widths[c] = Math.max(widths[c], row[c].length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                line.append("  ").append(row[c]).append(" ".repeat(Math.max(0, widths[c] - row[c].length())));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** What the model learned. */
    static List<String> rehearsal(Rehearsal rehearsal) {
        List<String> lines = new ArrayList<>();
        PrequentialMetrics.Figures figures = rehearsal.figures();
        lines.add(String.format(
                Locale.ROOT, "learned once, each of %,d samples predicted before it was learned:", figures.samples()));
        if (rehearsal.refused() > 0) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %,d records would become dead letters; the first: %s",
                    rehearsal.refused(),
                    rehearsal.firstReason()));
        }
        if (figures.samples() == 0) {
            return lines;
        }
        lines.add("  " + scores(rehearsal));
        lines.addAll(Plot.of("loss", rehearsal.losses(), "samples"));
        if (rehearsal.task() != Task.REGRESSION) {
            lines.addAll(confusion(rehearsal));
        }
        if (!rehearsal.calibration().isEmpty()) {
            lines.addAll(calibration(rehearsal));
        }
        return lines;
    }

    /** The score beside what costs nothing, in one line. */
    static String scores(Rehearsal rehearsal) {
        PrequentialMetrics.Figures figures = rehearsal.figures();
        return rehearsal.task() == Task.REGRESSION
                ? "mean absolute error " + Figure.of(figures.score(), 4) + " (running mean "
                        + Figure.of(figures.constantScore(), 4) + ", last label "
                        + Figure.of(figures.lastLabelScore(), 4) + "), R² " + Figure.of(figures.r2(), 4)
                : String.format(
                        Locale.ROOT,
                        "accuracy %.1f %% (most frequent class %.1f %%, last label %.1f %%), log loss %s",
                        100.0 * figures.score(),
                        100.0 * figures.constantScore(),
                        100.0 * figures.lastLabelScore(),
                        Figure.of(figures.logLoss(), 4));
    }

    /** A line for each class, with what it was taken for. */
    private static List<String> confusion(Rehearsal rehearsal) {
        List<String> classes = rehearsal.classes().stream()
                .map(name -> cut(name, WIDEST_NAME / 2))
                .toList();
        long[][] confusion = rehearsal.confusion();
        boolean whole = classes.size() <= MOST_CLASSES;
        List<String[]> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("actual \\ predicted"));
        if (whole) {
            head.addAll(classes);
        }
        head.add("right");
        rows.add(head.toArray(String[]::new));
        for (int actual = 0; actual < classes.size(); actual++) {
            long seen = 0;
            for (long count : confusion[actual]) {
                seen += count;
            }
            List<String> row = new ArrayList<>(List.of(classes.get(actual)));
            for (int predicted = 0; whole && predicted < classes.size(); predicted++) {
                row.add(String.format(Locale.ROOT, "%,d", confusion[actual][predicted]));
            }
            row.add(
                    seen == 0
                            ? "never seen"
                            : String.format(
                                    Locale.ROOT, "%.1f %% of %,d", 100.0 * confusion[actual][actual] / seen, seen));
            rows.add(row.toArray(String[]::new));
        }
        return table(rows);
    }

    private static List<String> calibration(Rehearsal rehearsal) {
        List<String> lines = new ArrayList<>();
        String yes = cut(rehearsal.classes().get(1), WIDEST_NAME);
        lines.add("  how often it was " + yes + ", by how probable that was said to be:");
        for (Rehearsal.Bin bin : rehearsal.calibration()) {
            int came = (int) Math.round(BAR * bin.came());
            int said = Math.min(BAR - 1, (int) Math.round(BAR * bin.said()));
            StringBuilder bar = new StringBuilder("█".repeat(came) + "·".repeat(BAR - came));
            bar.setCharAt(said, '│');
            lines.add(String.format(
                    Locale.ROOT,
                    "  said %5.1f %%  %s  came %5.1f %% of %,d",
                    100.0 * bin.said(),
                    bar,
                    100.0 * bin.came(),
                    bin.samples()));
        }
        return lines;
    }
}
