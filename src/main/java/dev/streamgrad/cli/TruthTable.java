package dev.streamgrad.cli;

import dev.streamgrad.data.Dataset;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The four answers of a network beside those of a gate, as the class's notebook prints them. */
final class TruthTable {
    private TruthTable() {}

    /** Whether every answer rounds to the right one. */
    static boolean isRight(Dataset dataset, List<Double> answers) {
        for (int i = 0; i < answers.size(); i++) {
            if (Math.round(answers.get(i)) != target(dataset, i)) {
                return false;
            }
        }
        return true;
    }

    /** A line for each corner, such as {@code [0 1] → 0.98 (rounded: 1) | target: 1 ✓}. */
    static List<String> lines(Dataset dataset, List<Double> answers) {
        return IntStream.range(0, answers.size())
                .mapToObj(i -> {
                    long rounded = Math.round(answers.get(i));
                    long target = target(dataset, i);
                    List<Double> corner = Dataset.CORNERS.get(i);
                    return String.format(
                            Locale.ROOT,
                            "[%.0f %.0f] → %.2f (rounded: %d) | target: %d %s",
                            corner.get(0),
                            corner.get(1),
                            answers.get(i),
                            rounded,
                            target,
                            rounded == target ? "✓" : "✗");
                })
                .toList();
    }

    private static long target(Dataset dataset, int corner) {
        List<Double> truth = dataset.truthTable();
        if (truth == null) {
            throw new IllegalArgumentException("dataset " + dataset.id() + " has no truth table");
        }
        return Math.round(truth.get(corner));
    }
}
