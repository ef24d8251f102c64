package dev.streamgrad.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A file of rows as people have it: CSV, or JSON Lines. It is read from end to end before anything is made of it, so
 * that a row that is none is found before the first is sent, and then row by row. It may be larger than the heap.
 */
public abstract sealed class RowFile permits CsvRowFile, JsonLinesFile {
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
     * The rows, in which the label of each from {@code first} on, counted from 0, is the other of its two values.
     *
     * @throws IllegalArgumentException if the label does not have exactly two values
     */
    public final Iterator<Row> rowsFlippedFrom(long first, String label, int passes) {
        Set<Object> values = new LinkedHashSet<>();
        for (Iterator<Row> rows = rows(1); rows.hasNext() && values.size() <= 2; ) {
            Object value = rows.next().fields().get(label);
            if (value != null) {
                values.add(value);
            }
        }
        if (values.size() != 2) {
            throw new IllegalArgumentException("--flip-at needs a label of two values; " + label + " of " + file
                    + " has " + (values.size() > 2 ? "more" : values.size()));
        }
        List<Object> both = List.copyOf(values);
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
                return count++ < first || value == null ? row : row.with(label, both.get(1 - both.indexOf(value)));
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
