package dev.streamgrad.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A file of rows as people have it: CSV, or JSON Lines. It is read from end to end before anything is made of it, so
 * that a row that is none is found before the first is sent, and then row by row. It may be larger than the heap.
 */
public abstract sealed class RowFile permits CsvRowFile, JsonLinesFile {
    private static final int ODD = 200;
    private static final int MOST_VALUES = 1000;

    private final Path file;

    RowFile(Path file) {
        this.file = file;
    }

    /**
     * A CSV file. Values are separated by commas, semicolons or tabs. Its first row names the columns, unless it looks
     * like values: then they are called 1, 2 and so on. A cell is a number, or a boolean where it is {@code true} or
     * {@code false} in any case, or else a text; if it is empty, the row has no such field.
     *
     * @param asked names that columns are known to have, which tells a row of names; may be empty
     * @throws IllegalArgumentException if it cannot be read, or has a row that is none; the message says where
     */
    public static RowFile csv(Path file, List<String> asked) {
        return new CsvRowFile(file, asked);
    }

    /**
     * A file with one JSON object on each line. Empty lines do not count.
     *
     * @throws IllegalArgumentException if it cannot be read, or has a line that is no object; the message says where
     */
    public static RowFile jsonLines(Path file) {
        return new JsonLinesFile(file);
    }

    static void requireRegular(Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    file
                            + " must be a regular file, because it is read twice; got a folder or a pipe; save it as a file first");
        }
    }

    /** Rows one after the other. */
    interface Rows extends AutoCloseable {
        /** The next row; null after the last. */
        @Nullable
        Row next();

        @Override
        void close();
    }

    abstract Rows open();

    /** Which file. */
    public final Path file() {
        return file;
    }

    /** The columns of a CSV file in order; empty if each row names its own fields. */
    public abstract List<String> columns();

    /** How many rows there are. */
    public abstract long size();

    /** What is worth knowing about how the file is read, a line each; often nothing. */
    public abstract List<String> remarks();

    /**
     * The rows, from the first; the file is open until the last.
     *
     * @param passes how often to go through the file
     */
    public final Iterator<Row> rows(int passes) {
        return new Passes(this, passes);
    }

    /** Hands out the first rows, at most so many, and closes the file. */
    public final void forEach(long most, Consumer<Row> to) {
        try (Rows rows = open()) {
            Row row = rows.next();
            for (long n = 0; row != null && n < most; n++) {
                to.accept(row);
                row = rows.next();
            }
        }
    }

    /**
     * The rows, in which the label of each from {@code first} on, counted from 0, is the other of its two values. A
     * label that is neither, as at most one in {@value #ODD} may be, stays as it is.
     *
     * @throws IllegalArgumentException if the label does not have two values
     */
    public final Iterator<Row> rowsFlippedFrom(long first, String label, int passes) {
        Map<Object, Long> values = new HashMap<>();
        forEach(Long.MAX_VALUE, row -> {
            Object value = row.fields().get(label);
            if (value != null && (values.size() < MOST_VALUES || values.containsKey(value))) {
                values.merge(value, 1L, Long::sum);
            }
        });
        List<Object> both = values.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(2)
                .<Object>map(Map.Entry::getKey)
                .toList();
        long all = values.values().stream().mapToLong(Long::longValue).sum();
        long odd = all
                - both.stream()
                        .mapToLong(value -> values.getOrDefault(value, 0L))
                        .sum();
        if (both.size() < 2 || odd * ODD > all) {
            throw new IllegalArgumentException("--flip-at needs a label of two values; " + label + " of " + file
                    + " has " + (both.size() < 2 ? both.size() : "more"));
        }
        Iterator<Row> rows = rows(passes);
        return new Iterator<>() {
            private long count;

            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Row next() {
                Row row = rows.next();
                Object value = row.fields().get(label);
                return count++ < first || value == null || !both.contains(value)
                        ? row
                        : row.with(label, both.get(1 - both.indexOf(value)));
            }
        };
    }

    private static final class Passes implements Iterator<Row> {
        private final RowFile file;
        private int left;
        private @Nullable Rows rows;
        private @Nullable Row next;

        Passes(RowFile file, int passes) {
            this.file = file;
            this.left = passes;
            advance();
        }

        private void advance() {
            Rows current = rows;
            next = current == null ? null : current.next();
            if (next == null && current != null) {
                current.close();
                rows = null;
            }
            if (next == null && left > 0) {
                left--;
                Rows again = file.open();
                rows = again;
                next = again.next();
            }
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Row next() {
            Row row = next;
            if (row == null) {
                throw new NoSuchElementException("the file has ended");
            }
            advance();
            return row;
        }
    }
}
