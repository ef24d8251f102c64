package dev.streamgrad.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a CSV file, one after the other, each with as many values as the first; without the blanks around values,
 * a byte order mark and empty lines.
 */
final class CsvRows implements AutoCloseable {
    private final Path file;
    private final MappingIterator<String[]> rows;
    private long row;
    private int columns;

    /**
     * Opens a file.
     *
     * @throws IllegalArgumentException if it cannot be read
     */
    CsvRows(Path file, char separator) {
        this.file = file;
        try {
            // With a tab as separator, a tab is not a blank that may be left out.
            rows = CsvMapper.builder()
                    .configure(CsvParser.Feature.TRIM_SPACES, separator != '\t')
                    .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
                    .enable(CsvParser.Feature.WRAP_AS_ARRAY)
                    .build()
                    .readerFor(String[].class)
                    .with(CsvSchema.emptySchema().withColumnSeparator(separator))
                    .readValues(file.toFile());
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static IllegalArgumentException unreadable(Path file, IOException e) {
        return new IllegalArgumentException(
                file + " must be a readable CSV file; got " + e.getClass().getSimpleName(), e);
    }

    /**
     * What stands between the values of the file's first line: a semicolon or a tab where there are more of them than
     * commas, and else a comma. What is in quotes does not count.
     */
    static char separatorOf(Path file) {
        int commas = 0;
        int semicolons = 0;
        int tabs = 0;
        boolean quoted = false;
        try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file))) {
            for (int b = bytes.read(); b >= 0; b = bytes.read()) {
                if (b == '"') {
                    quoted = !quoted;
                } else if (!quoted && (b == '\n' || b == '\r')) {
                    if (commas + semicolons + tabs > 0) {
                        break;
                    }
                } else if (!quoted) {
                    commas += b == ',' ? 1 : 0;
                    semicolons += b == ';' ? 1 : 0;
                    tabs += b == '\t' ? 1 : 0;
                }
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        if (semicolons > 0 && semicolons >= Math.max(commas, tabs)) {
            return ';';
        }
        return tabs > commas ? '\t' : ',';
    }

    /** Which row {@link #next} has given, counted from 1. */
    long row() {
        return row;
    }

    /**
     * The next row; null after the last.
     *
     * @throws IllegalArgumentException if it is not CSV or has more or fewer values than the first; the message says
     *     where
     */
    String @Nullable [] next() {
        String[] values;
        try {
            if (!rows.hasNextValue()) {
                return null;
            }
            row++;
            values = rows.nextValue();
        } catch (IOException e) {
            String what = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.toString();
            throw new IllegalArgumentException(
                    file + " must be CSV in UTF-8; got after row " + row + ": "
                            + what.lines().findFirst().orElse(""),
                    e);
        }
        if (columns == 0) {
            columns = values.length;
        }
        if (values.length != columns) {
            throw new IllegalArgumentException(file + " row " + row + " must have " + columns
                    + (columns == 1 ? " value" : " values") + ", as row 1 has; got " + values.length);
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] == null ? "" : values[i].strip();
        }
        return values;
    }

    @Override
    public void close() {
        try {
            rows.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
