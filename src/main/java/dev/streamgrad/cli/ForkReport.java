package dev.streamgrad.cli;

import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.Task;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.travel.Comparison;
import dev.streamgrad.travel.Course;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.apache.commons.math3.util.FastMath;

/** What there is to see of a fork: figures side by side, and the loss of both over time. */
final class ForkReport {
    private static final String AS_IT_WAS = "as it was";
    private static final String BARS = "▁▂▃▄▅▆▇█";

    private final String name;
    private final Comparison compared;
    private final Map<String, String> changes;

    ForkReport(String name, Comparison compared, Map<String, String> changes) {
        this.name = name;
        this.compared = compared;
        this.changes = changes;
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        Model begin = compared.arrival().state().model();
        Model end = compared.state().model();
        lines.add(String.format(
                Locale.ROOT,
                "%s from version %d on, after sample %d@%d, to sample %d@%d; %s with %s",
                BadRecordException.shown(compared.state().name()),
                compared.arrival().state().model().version(),
                compared.arrival().state().source().partition(),
                begin.lastOffset(),
                compared.state().source().partition(),
                end.lastOffset(),
                name,
                changes.isEmpty()
                        ? "the same settings, told nothing since"
                        : changes.entrySet().stream()
                                .map(change -> change.getKey() + "=" + change.getValue())
                                .collect(Collectors.joining(" "))));
        lines.add("  " + PastCommand.way(compared.arrival()));
        boolean regression = end.spec().birth().task() == Task.REGRESSION;
        int width = Math.max(AS_IT_WAS.length(), name.length());
        String score = regression ? "MAE" : "accuracy";
        lines.add(String.format(
                Locale.ROOT,
                "%-" + width + "s  %10s  %9s  %9s  %15s  %9s",
                "",
                "samples",
                "loss",
                score,
                String.format(Locale.ROOT, "last %,d: loss", Course.RECENT),
                score));
        lines.add(row(AS_IT_WAS, compared.asItWas(), width, regression));
        lines.add(row(name, compared.fork(), width, regression));
        Model present = compared.present();
        if (present == null) {
            lines.add("the model has been deleted since");
        } else if (present.isFrozen()) {
            lines.add("the model is frozen now");
        }
        plot(lines, width);
        return lines;
    }

    private static String row(String line, Course course, int width, boolean regression) {
        return String.format(
                Locale.ROOT,
                "%-" + width + "s  %,10d  %9s  %9s  %15s  %9s",
                line,
                course.samples(),
                Figure.of(course.loss(), 4),
                score(course.score(), regression),
                Figure.of(course.recentLoss(), 4),
                score(course.recentScore(), regression));
    }

    private static String score(double score, boolean regression) {
        return regression ? Figure.of(score, 4) : String.format(Locale.ROOT, "%.1f %%", 100.0 * score);
    }

    /** Both on one logarithmic scale. */
    private void plot(List<String> lines, int width) {
        double[] before = compared.asItWas().losses();
        double[] after = compared.fork().losses();
        double[] shown = DoubleStream.concat(Arrays.stream(before), Arrays.stream(after))
                .filter(loss -> loss > 0.0 && Double.isFinite(loss))
                .sorted()
                .toArray();
        if (shown.length < 4) {
            return;
        }
        double least = FastMath.log(shown[0]);
        double most = FastMath.log(shown[shown.length - 1]);
        lines.add(String.format(
                Locale.ROOT,
                "loss from %s to %s, on a logarithmic scale, %,d %s a column",
                Figure.of(shown[0], 4),
                Figure.of(shown[shown.length - 1], 4),
                compared.fork().samplesPerColumn(),
                compared.fork().samplesPerColumn() == 1 ? "sample" : "samples"));
        lines.add(String.format(Locale.ROOT, "%-" + width + "s  %s", AS_IT_WAS, bars(before, least, most)));
        lines.add(String.format(Locale.ROOT, "%-" + width + "s  %s", name, bars(after, least, most)));
    }

    private static String bars(double[] losses, double least, double most) {
        StringBuilder bars = new StringBuilder();
        for (double loss : losses) {
            if (Double.isNaN(loss)) {
                bars.append(' ');
                continue;
            }
            double height = loss <= 0.0 || most <= least ? 0.0 : (FastMath.log(loss) - least) / (most - least);
            int bar = (int) Math.min(BARS.length() - 1.0, Math.max(0.0, height) * BARS.length());
            bars.append(BARS.charAt(bar));
        }
        return bars.toString();
    }
}
