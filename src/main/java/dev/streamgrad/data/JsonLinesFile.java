package dev.streamgrad.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.streamgrad.json.Json;
import dev.streamgrad.records.BadRecordException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A file with one JSON object on each line. */
final class JsonLinesFile extends RowFile {
    /** No broker takes a record that is larger without being told to. */
    private static final int LONGEST_LINE = 16 << 20;

    private static final byte[] BYTE_ORDER_MARK = "\uFEFF".getBytes(StandardCharsets.UTF_8);

    private static final ObjectReader READER = new ObjectMapper(Json.FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .readerFor(new TypeReference<LinkedHashMap<String, Object>>() {});

    private final long size;

    JsonLinesFile(Path file) {
        super(file);
        requireRegular(file);
        long count = 0;
        try (Rows rows = open()) {
            while (rows.next() != null) {
                count++;
            }
        }
        if (count == 0) {
            throw new IllegalArgumentException(file + " must have a JSON object on each line; got no lines");
        }
        size = count;
    }

    @Override
    public List<String> columns() {
        return List.of();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public List<String> remarks() {
        return List.of();
    }

    @Override
    Rows open() {
        try {
            return new Lines(file(), new BufferedInputStream(Files.newInputStream(file()), 1 << 16));
        } catch (IOException e) {
            throw unreadable(file(), e);
        }
    }

    private static IllegalArgumentException unreadable(Path file, IOException e) {
        return new IllegalArgumentException(
                file + " must be a readable file of JSON Lines; got "
                        + e.getClass().getSimpleName(),
                e);
    }

    private static final class Lines implements Rows {
        private final Path file;
        private final InputStream bytes;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private long number;

        Lines(Path file, InputStream bytes) {
            this.file = file;
            this.bytes = bytes;
        }

        @Override
        public @Nullable Row next() {
            byte[] json = nextLine();
            if (json == null) {
                return null;
            }
            try {
                Map<String, Object> fields = READER.readValue(json);
                if (fields == null) {
                    throw wrong("null");
                }
                return new Row(fields, json);
            } catch (JsonProcessingException e) {
                throw wrong(found(json, e));
            } catch (IOException e) {
                throw unreadable(file, e);
            }
        }

        private static String found(byte[] json, JsonProcessingException e) {
            if (json[0] == '[') {
                return "an array; write the objects in it one a line, as jq -c '.[]' does";
            }
            if (json[0] == '{') {
                String what = String.valueOf(e.getOriginalMessage())
                        .lines()
                        .findFirst()
                        .orElse("");
                return BadRecordException.oneLine(what)
                        + (e.getLocation() == null
                                ? ""
                                : " at column " + e.getLocation().getColumnNr());
            }
            return BadRecordException.shown(new String(json, StandardCharsets.UTF_8));
        }

        private IllegalArgumentException wrong(String found) {
            return new IllegalArgumentException(
                    file + " line " + number + " must be one JSON object in UTF-8; got " + found);
        }

        /** The next line that is not blank, without the blanks around it. */
        private byte @Nullable [] nextLine() {
            try {
                while (true) {
                    line.reset();
                    int b = bytes.read();
                    if (b < 0) {
                        return null;
                    }
                    number++;
                    for (; b >= 0 && b != '\n'; b = bytes.read()) {
                        line.write(b);
                        if (line.size() > LONGEST_LINE) {
                            throw wrong("a line of more than " + (LONGEST_LINE >> 20) + " MiB");
                        }
                    }
                    byte[] stripped = stripped(line.toByteArray());
                    if (stripped.length > 0) {
                        return stripped;
                    }
                }
            } catch (IOException e) {
                throw unreadable(file, e);
            }
        }

        private byte[] stripped(byte[] text) {
            int from = number == 1
                            && text.length >= BYTE_ORDER_MARK.length
                            && Arrays.equals(
                                    text, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length)
                    ? BYTE_ORDER_MARK.length
                    : 0;
            int to = text.length;
            while (from < to && isBlank(text[from])) {
                from++;
            }
            while (to > from && isBlank(text[to - 1])) {
                to--;
            }
            return Arrays.copyOfRange(text, from, to);
        }

        private static boolean isBlank(byte b) {
            return b == ' ' || b == '\t' || b == '\r';
        }

        @Override
        public void close() {
            try {
                bytes.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
