package dev.streamgrad.data;

import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file of samples. It is read twice: from end to end before anything is made of it, so that a wrong row is found
 * before the first sample is sent and the classes are known, and then row by row as samples. It may be larger than the
 * heap.
 *
 * <p>Values are separated by commas, semicolons or tabs. The first row names the columns, unless it is a sample itself:
 * then they are called 1, 2 and so on. Features are numbers, or true, yes, false and no in any case. So are labels,
 * unless they are names of classes, which are numbered from 0 as they appear.
 */
public final class CsvFile {
    private final Path file;
    private final CsvTable table;
    private final List<String> columns;
    private final int label;
    private final int[] features;
    private final CsvLabels labels = new CsvLabels();

    /**
     * Reads a file.
     *
     * @param labelColumn the column of the label; null is the last
     * @param featureColumns the columns of the features, in order; empty is all but the label's
     * @throws IllegalArgumentException if the file cannot be read, has no such columns or has a row that is no sample;
     *     the message says where
     */
    public CsvFile(Path file, @Nullable String labelColumn, List<String> featureColumns) {
        this.file = file;
        List<String> asked = new ArrayList<>(featureColumns);
        if (labelColumn != null) {
            asked.add(labelColumn);
        }
        table = new CsvTable(file, asked);
        columns = table.columns();
        label = labelColumn == null ? columns.size() - 1 : columns.indexOf(labelColumn);
        List<String> missing =
                asked.stream().filter(name -> !columns.contains(name)).toList();
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(file + " must have the columns " + String.join(", ", missing)
                    + "; it has " + String.join(", ", columns)
                    + (table.isNamed() ? "" : ", which are numbers because its first row is a sample"));
        }
        features = featureColumns.isEmpty()
                ? IntStream.range(0, columns.size()).filter(i -> i != label).toArray()
                : featureColumns.stream().mapToInt(columns::indexOf).toArray();
        if (features.length == 0) {
            throw new IllegalArgumentException(
                    file + " must have a column besides the label " + columns.get(label) + "; got no other");
        }
        look();
    }

    /** Finds what is wrong with any row, and what the labels are. */
    private void look() {
        try (CsvRows rows = table.open()) {
            for (String[] row = table.firstOf(rows); row != null; row = rows.next()) {
                for (int feature : features) {
                    if (value(row[feature]) == null) {
                        throw wrong(rows.row(), feature, row, "");
                    }
                }
                if (row[label].isEmpty()) {
                    throw wrong(rows.row(), label, row, "");
                }
                labels.add(row[label], rows.row());
            }
        }
        if (labels.count() == 0) {
            throw table.noRows();
        }
        String misfit = labels.misfit();
        if (misfit != null) {
            String[] row = new String[columns.size()];
            row[label] = misfit;
            throw wrong(
                    labels.rowOfMisfit(),
                    label,
                    row,
                    labels.haveNumbers()
                            ? " as in other rows"
                            : " or one of at most " + CsvLabels.MOST_CLASSES + " classes");
        }
    }

    private IllegalArgumentException wrong(long row, int column, String[] values, String more) {
        String text = values[column];
        String hint = "";
        if (table.isNames(values)) {
            hint = ", which is the row of names again; remove it";
        } else if (text.matches("[-+]?\\d+,\\d+")) {
            hint = "; write it with a point";
        }
        return new IllegalArgumentException(
                file + " row " + row + ", column " + columns.get(column) + ", must be a finite number" + more + "; got "
                        + (text.isEmpty() ? "nothing" : BadRecordException.shown(text)) + hint);
    }

    /** The number that a value is or stands for; null if it is none. */
    static @Nullable Double value(String text) {
        if (isWord(text)) {
            String word = text.toLowerCase(Locale.ROOT);
            return word.equals("true") || word.equals("yes") ? 1.0 : 0.0;
        }
        return CsvNumber.isNumber(text) ? (Double) Double.parseDouble(text) : null;
    }

    /** Whether it is true, yes, false or no. */
    static boolean isWord(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "false", "no" -> true;
            default -> false;
        };
    }

    /** The columns of the features, in order. */
    public List<String> features() {
        return Arrays.stream(features).mapToObj(columns::get).toList();
    }

    /** How many samples there are. */
    public long samples() {
        return labels.count();
    }

    /** The names of the classes by their numbers; empty if the labels are numbers. */
    public List<String> classes() {
        return labels.classes();
    }

    /** What is worth knowing about how the file was read, a line each; often nothing. */
    public List<String> remarks() {
        List<String> remarks = new ArrayList<>(table.remarks());
        if (!labels.shown().isEmpty()) {
            remarks.add("classes: " + labels.shown());
        }
        if (labels.areSorted()) {
            remarks.add(file + " is sorted by " + columns.get(label)
                    + ": rows are learned in their order, so shuffle them first");
        }
        return remarks;
    }

    /** What is wrong with the labels if they are to be numbers of so many classes, in one line; empty if nothing is. */
    public String faultAsClasses(int count) {
        if (labels.areClassesOf(count)) {
            return "";
        }
        String rule = "column " + columns.get(label) + " must be a class index from 0 to " + (count - 1) + "; ";
        int names = labels.indices().size();
        return names > 0
                ? rule + "got " + names + " classes; end layers with " + names
                : rule + "got numbers from " + labels.least() + " to "
                        + labels.greatest() + "; number the classes from 0, or end layers with as"
                        + " many as there are";
    }

    /**
     * The samples, row by row. One whose label is the only number in it is sent as that number, which is also how a
     * model with several outputs takes the index of a class.
     *
     * @param passes how often to go through the file
     */
    public SampleSource samples(int passes) {
        return new CsvSource(this, passes);
    }

    CsvTable table() {
        return table;
    }

    /**
     * A row as a sample.
     *
     * @throws IllegalArgumentException if it is none, because the file has been changed since it was read
     */
    Sample sample(String[] row, long number) {
        List<Double> values = new ArrayList<>(features.length);
        for (int feature : features) {
            Double value = value(row[feature]);
            if (value == null) {
                throw wrong(number, feature, row, "");
            }
            values.add(value);
        }
        Map<String, Integer> indices = labels.indices();
        Integer index = indices.get(row[label]);
        Double value = index != null ? (Double) index.doubleValue() : value(row[label]);
        if (value == null || (index == null && !indices.isEmpty())) {
            throw wrong(number, label, row, "");
        }
        return Sample.withBareLabel(values, value);
    }
}
