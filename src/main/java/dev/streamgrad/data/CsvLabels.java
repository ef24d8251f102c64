package dev.streamgrad.data;

import dev.streamgrad.records.BadRecordException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the labels of a CSV file turn out to be, seen one after the other: numbers, yes and no, or names of classes. */
final class CsvLabels {
    /** With more names than these, what is called a label is a name, a text or a number that is misspelt. */
    static final int MOST_CLASSES = 1000;

    private static final int MOST_SHOWN = 20;

    /** A file is sorted if its label changes no more often than this for each of its values. */
    private static final int CHANGES = 2;

    private final Map<String, Integer> names = new LinkedHashMap<>();
    private final Set<String> words = new LinkedHashSet<>();
    private long count;
    private long changes;
    private String last = "";
    private boolean numbers;
    private @Nullable String text;
    private long rowOfText;
    private double least = Double.POSITIVE_INFINITY;
    private double greatest = Double.NEGATIVE_INFINITY;
    private boolean whole = true;

    /** Takes the label of a row, which is not empty. */
    void add(String label, long row) {
        count++;
        if (!label.equals(last)) {
            changes++;
            last = label;
        }
        if (names.size() <= MOST_CLASSES) {
            names.putIfAbsent(label, names.size());
        }
        Double value = CsvFile.value(label);
        if (value == null) {
            if (text == null) {
                text = label;
                rowOfText = row;
            }
            return;
        }
        if (CsvFile.isWord(label)) {
            words.add(label);
        } else {
            numbers = true;
        }
        least = Math.min(least, value);
        greatest = Math.max(greatest, value);
        whole &= value == Math.rint(value);
    }

    long count() {
        return count;
    }

    /**
     * The text of the first label that is neither a number nor a class; null if there is none. Beside numbers a text is
     * no class but a mistake or a gap.
     */
    @Nullable
    String misfit() {
        return text != null && (numbers || names.size() > MOST_CLASSES) ? text : null;
    }

    boolean haveNumbers() {
        return numbers;
    }

    long rowOfMisfit() {
        return rowOfText;
    }

    /** The number of each name, counted from 0 as they appear; empty if the labels are numbers, or yes and no. */
    Map<String, Integer> indices() {
        return text == null ? Map.of() : names;
    }

    /** The names of the classes by their numbers; empty if there are none. */
    List<String> classes() {
        if (text != null) {
            return List.copyOf(names.keySet());
        }
        List<String> both = new ArrayList<>(words);
        both.sort((a, b) -> Double.compare(value(a), value(b)));
        return !numbers && both.size() == 2 && value(both.get(0)) != value(both.get(1)) ? both : List.of();
    }

    private static double value(String word) {
        Double value = CsvFile.value(word);
        return value == null ? Double.NaN : value;
    }

    /** What each text is sent as, such as {@code setosa=0, versicolor=1}; empty if all are numbers. */
    String shown() {
        String pairs = (text != null ? names.keySet() : words)
                .stream()
                        .limit(MOST_SHOWN)
                        .map(name -> BadRecordException.shown(name) + "="
                                + (text != null ? names.get(name) : Integer.valueOf((int) value(name))))
                        .collect(Collectors.joining(", "));
        return text != null && names.size() > MOST_SHOWN ? pairs + ", … (" + names.size() + " in all)" : pairs;
    }

    /** Whether equal labels stand together, which is no order to learn in. */
    boolean areSorted() {
        return names.size() > 1
                && (text != null || whole)
                && changes <= (long) CHANGES * names.size()
                && count > 4L * CHANGES * names.size();
    }

    /** Whether they are numbers of classes, from 0, of which there are so many. */
    boolean areClassesOf(int classes) {
        return text != null ? names.size() <= classes : whole && least >= 0.0 && greatest < classes;
    }

    double least() {
        return least;
    }

    double greatest() {
        return greatest;
    }
}
