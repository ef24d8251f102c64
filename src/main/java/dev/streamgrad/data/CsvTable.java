package dev.streamgrad.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How a CSV file is laid out: what separates its values, and whether its first row names the columns.
 *
 * <p>It is a row of names unless it looks like values: all of it are numbers, or one of them has a fraction or a sign,
 * or every text in it is found in its column again, as a class is and a name is not. A first row with the names that
 * are asked for is one of names in any case.
 */
final class CsvTable {
    private final Path file;
    private final char separator;
    private final String[] first;
    private final boolean firstLooksLikeValues;
    private final boolean named;
    private final List<String> columns;

    /**
     * Looks at a file.
     *
     * @param asked names that its columns are known to have; may be empty
     * @throws IllegalArgumentException if it cannot be read, is empty or names a column twice
     */
    CsvTable(Path file, List<String> asked) {
        this.file = file;
        RowFile.requireRegular(file);
        separator = CsvRows.separatorOf(file);
        try (CsvRows rows = open()) {
            String[] row = rows.next();
            if (row == null) {
                throw noRows();
            }
            first = row;
        }
        firstLooksLikeValues = firstLooksLikeValues();
        named = (!asked.isEmpty() && Arrays.asList(first).containsAll(asked)) || !firstLooksLikeValues;
        columns = named ? names() : positions();
    }

    IllegalArgumentException noRows() {
        return new IllegalArgumentException(file + " must have a row of names and rows of samples; got no rows");
    }

    private boolean firstLooksLikeValues() {
        Set<String> numbers = new HashSet<>();
        List<Integer> texts = new ArrayList<>();
        for (int i = 0; i < first.length; i++) {
            if (CsvNumber.isNumber(first[i])) {
                // Names may be numbers, such as years, but then they are whole and each is another.
                if (!first[i].chars().allMatch(Character::isDigit) || !numbers.add(first[i])) {
                    return true;
                }
            } else if (!first[i].isEmpty()) {
                texts.add(i);
            }
        }
        return texts.isEmpty() ? !numbers.isEmpty() : areFoundAgain(texts);
    }

    /** Whether each of these texts of the first row is in its column again, in a row that is another. */
    private boolean areFoundAgain(List<Integer> texts) {
        Set<Integer> sought = new HashSet<>(texts);
        try (CsvRows rows = open()) {
            rows.next();
            for (String[] row = rows.next(); row != null && !sought.isEmpty(); row = rows.next()) {
                String[] other = row;
                if (!Arrays.equals(other, first)) {
                    sought.removeIf(column -> other[column].equals(first[column]));
                }
            }
        }
        return sought.isEmpty();
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < first.length; i++) {
            // Without a name is, for example, pandas' column of row numbers.
            String name = first[i].isEmpty() ? Integer.toString(i + 1) : first[i];
            if (!seen.add(name)) {
                throw new IllegalArgumentException(
                        file + " row 1 must name each column once; got " + name + " twice; rename one of them");
            }
            names.add(name);
        }
        return List.copyOf(names);
    }

    private List<String> positions() {
        return IntStream.rangeClosed(1, first.length)
                .mapToObj(Integer::toString)
                .toList();
    }

    char separator() {
        return separator;
    }

    /** Whether the first row is one of names. */
    boolean isNamed() {
        return named;
    }

    /** The names of the columns, or 1, 2 and so on. */
    List<String> columns() {
        return columns;
    }

    /** Whether this is the row of names, or one like it further down. */
    boolean isNames(String[] row) {
        return named && Arrays.equals(row, first);
    }

    /** All rows from the first, the names among them. */
    CsvRows open() {
        return new CsvRows(file, separator);
    }

    /** The first row of values; null if there is none. */
    String @Nullable [] firstOf(CsvRows rows) {
        String[] row = rows.next();
        return named ? rows.next() : row;
    }

    /** What is worth knowing about how the file is read, a line each; often nothing. */
    List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        if (separator != ',') {
            remarks.add(file + " is separated by " + (separator == ';' ? "semicolons" : "tabs"));
        }
        if (!named) {
            remarks.add(
                    file + " has no row of names: its first row is read as a sample, and its columns are called 1 to "
                            + columns.size());
        } else if (firstLooksLikeValues) {
            remarks.add(file
                    + " could be without a row of names, but its first row has the columns asked for, so it is read as"
                    + " that");
        }
        return remarks;
    }
}
