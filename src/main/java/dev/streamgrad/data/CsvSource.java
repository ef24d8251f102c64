package dev.streamgrad.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import dev.streamgrad.records.Sample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a CSV file as samples: the first row names the columns, every value is a number. Rows are read as they
 * are asked for, so a file may be larger than the heap.
 */
public final class CsvSource implements SampleSource, AutoCloseable {
    private final Path file;
    private final MappingIterator<Map<String, String>> rows;
    private final List<String> features;
    private final String label;
    private long row = 1;

    /**
     * Opens a file.
     *
     * @param labelColumn the column of the label; null is the last
     * @param featureColumns the columns of the features, in order; empty is all but the label's
     * @throws IllegalArgumentException if the file cannot be read or has no such columns; the message says which it has
     */
    public CsvSource(Path file, @Nullable String labelColumn, List<String> featureColumns) {
        this.file = file;
        try {
            rows = CsvMapper.builder()
                    .enable(CsvParser.Feature.TRIM_SPACES)
                    .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
                    .build()
                    .readerForMapOf(String.class)
                    .with(CsvSchema.emptySchema().withHeader())
                    .readValues(file.toFile());
            if (!rows.hasNextValue()) {
                throw new IllegalArgumentException(file + " must have a row of names and rows of numbers; got no rows");
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    file + " must be a readable CSV file; got " + e.getClass().getSimpleName(), e);
        }
        List<String> columns = new ArrayList<>();
        ((CsvSchema) rows.getParserSchema()).iterator().forEachRemaining(column -> columns.add(column.getName()));
        label = labelColumn == null ? columns.get(columns.size() - 1) : labelColumn;
        features = featureColumns.isEmpty()
                ? columns.stream().filter(column -> !column.equals(label)).toList()
                : List.copyOf(featureColumns);
        List<String> missing = new ArrayList<>(features);
        missing.add(label);
        missing.removeAll(columns);
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(file + " must have the columns " + String.join(", ", missing)
                    + "; it has " + String.join(", ", columns));
        }
    }

    /** The columns of the features, in order. */
    public List<String> features() {
        return features;
    }

    @Override
    public boolean hasNext() {
        try {
            return rows.hasNextValue();
        } catch (IOException e) {
            throw wrongRow("", e);
        }
    }

    /**
     * The next row.
     *
     * @throws IllegalArgumentException if it has too few values or one that is not a number; the message says where
     */
    @Override
    public Sample next() {
        row++;
        Map<String, String> values;
        try {
            values = rows.nextValue();
        } catch (IOException e) {
            throw wrongRow("", e);
        }
        List<Double> numbers = new ArrayList<>(features.size());
        for (String feature : features) {
            numbers.add(number(values, feature));
        }
        return new Sample(numbers, List.of(number(values, label)), null);
    }

    private double number(Map<String, String> values, String column) {
        String text = values.get(column);
        try {
            double number = Double.parseDouble(text == null ? "" : text);
            if (Double.isFinite(number)) {
                return number;
            }
            throw new NumberFormatException("not finite");
        } catch (NumberFormatException e) {
            throw wrongRow(
                    ", column " + column + ", must be a finite number; got " + (text == null ? "nothing" : text), e);
        }
    }

    private IllegalArgumentException wrongRow(String what, Exception cause) {
        return new IllegalArgumentException(
                file + " row " + row
                        + (what.isEmpty()
                                ? " must be CSV; got "
                                        + (cause instanceof JsonProcessingException json
                                                ? json.getOriginalMessage()
                                                : cause.toString())
                                : what),
                cause);
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
