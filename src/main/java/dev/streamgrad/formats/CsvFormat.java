package dev.streamgrad.formats;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import dev.streamgrad.json.Json;
import dev.streamgrad.json.JsonScanner;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * One line of CSV in UTF-8, with as many values as there are columns; without the blanks around values, a byte order
 * mark and the end of the line.
 *
 * <p>CSV has no types: what reads as a number in JSON is one, with or without quotes; {@code true} and {@code false}
 * are what they are there; nothing, or blanks, is null; the rest is text.
 */
final class CsvFormat implements Format {
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    private static final int DIGITS_OF_LONG = 18;

    private final List<String> columns;
    private final ObjectReader lines;

    CsvFormat(List<String> columns, char separator) {
        this.columns = columns;
        this.lines = CsvMapper.builder()
                // With a tab as separator, a tab is not a blank that may be left out.
                .configure(CsvParser.Feature.TRIM_SPACES, separator != '\t')
                .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
                .enable(CsvParser.Feature.WRAP_AS_ARRAY)
                .build()
                .readerFor(String[].class)
                .with(CsvSchema.emptySchema().withColumnSeparator(separator));
    }

    @Override
    public Object read(byte[] value, @Nullable Headers headers, CompletableFuture<?> end) throws BadRecordException {
        try {
            return read(Json.utf8(value));
        } catch (CharacterCodingException e) {
            throw line("got other bytes");
        }
    }

    private static BadRecordException line(String got) {
        return new BadRecordException(
                Reason.FORMAT, "value must be one line of CSV in UTF-8; " + got + "; send a record for each line");
    }

    /** The values of a line, by their columns. */
    Map<String, @Nullable Object> read(String text) throws BadRecordException {
        String[] values;
        try (MappingIterator<String[]> rows = lines.readValues(text.startsWith("\uFEFF") ? text.substring(1) : text)) {
            if (!rows.hasNextValue()) {
                throw line("got nothing");
            }
            values = rows.nextValue();
            if (rows.hasNextValue()) {
                throw line("got more than one");
            }
        } catch (JsonProcessingException e) {
            throw line("got " + BadRecordException.shown(e.getOriginalMessage()));
        } catch (IOException e) {
            throw line("got " + BadRecordException.shown(String.valueOf(e.getMessage())));
        }
        if (values.length != columns.size()) {
            throw new BadRecordException(
                    Reason.FORMAT,
                    "value must have " + columns.size() + (columns.size() == 1 ? " value, " : " values, ")
                            + BadRecordException.shown(String.join(",", columns)) + ", as csv.columns says; got "
                            + values.length + "; send as many, with quotes around one that has the separator in it");
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            fields.put(columns.get(i), value(values[i].strip()));
        }
        return fields;
    }

    private static @Nullable Object value(String text) {
        if (text.isEmpty()) {
            return null;
        }
        if (text.equals("true") || text.equals("false")) {
            return text.equals("true");
        }
        if (text.length() > JsonScanner.MOST_DIGITS || !NUMBER.matcher(text).matches()) {
            return text;
        }
        boolean whole = text.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
        if (!whole) {
            return Double.valueOf(text);
        }
        // Digits beyond those of a double tell ids apart.
        return text.length() <= DIGITS_OF_LONG ? (Object) Long.valueOf(text) : new BigInteger(text);
    }
}
