package dev.streamgrad.lesson;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A small plot of a curve in text. */
public final class Plot {
    private static final int WIDTH = 60;
    private static final int HEIGHT = 8;

    private Plot() {}

    /**
     * Lines of a plot, the greatest value on top.
     *
     * @param values the curve; averaged down to the plot's width
     * @param unit what the horizontal axis counts
     */
    public static List<String> of(String title, List<Double> values, String unit) {
        int columns = Math.min(WIDTH, values.size());
        double[] averages = new double[columns];
        double highest = Double.NEGATIVE_INFINITY;
        double lowest = 0.0;
        for (int c = 0; c < columns; c++) {
            int from = (int) ((long) c * values.size() / columns);
            int to = Math.max(from + 1, (int) ((c + 1L) * values.size() / columns));
            averages[c] = values.subList(from, to).stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElse(0.0);
            highest = Math.max(highest, averages[c]);
            lowest = Math.min(lowest, averages[c]);
        }
        List<String> lines = new ArrayList<>();
        lines.add("  " + title);
        for (int row = HEIGHT; row >= 0; row--) {
            StringBuilder line = new StringBuilder(
                    String.format(Locale.ROOT, "  %9.4f │", lowest + (highest - lowest) * row / HEIGHT));
            for (double average : averages) {
                int height = highest == lowest ? 0 : (int) Math.round((average - lowest) / (highest - lowest) * HEIGHT);
                line.append(height == row ? '•' : ' ');
            }
            lines.add(line.toString().stripTrailing());
        }
        String end = String.format(Locale.ROOT, "%,d %s", values.size(), unit);
        lines.add("            └" + "─".repeat(columns));
        lines.add("             0" + " ".repeat(Math.max(1, columns - 1 - end.length())) + end);
        return lines;
    }
}
