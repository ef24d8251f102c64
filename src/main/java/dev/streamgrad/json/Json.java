package dev.streamgrad.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** How JSON is read and written here. */
public final class Json {
    /** The deepest nesting of a record. */
    public static final int DEEPEST = 64;

    /** The longest double in its shortest form, and a comma: {@code -2.2250738585072014E-308,}. */
    public static final int LONGEST_NUMBER = 25;

    /**
     * NaN and Infinity are read as numbers, as {@link JsonScanner} does for samples. Doubles are written in the
     * shortest form that reads back to the same bits, by Jackson's own writer: {@link Double#toString} before JDK 19 is
     * sometimes longer, and the bytes would differ between JVMs.
     */
    public static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(1000)
                    .build())
            .build();

    private Json() {}

    /**
     * Writes a whole number without a fraction, as a person would ({@code 1}, not {@code 1.0}); the bits survive both
     * ways.
     */
    public static void writeNumber(JsonGenerator json, double value) throws IOException {
        long whole = (long) value;
        if (whole == value && Math.abs(value) < 1e15 && (whole != 0 || 1.0 / value > 0.0)) {
            json.writeNumber(whole);
        } else if (Double.isFinite(value)) {
            json.writeNumber(value);
        } else {
            throw new IllegalArgumentException("JSON has no " + value);
        }
    }

    public static void writeArray(JsonGenerator json, double[] values) throws IOException {
        json.writeStartArray();
        for (double value : values) {
            writeNumber(json, value);
        }
        json.writeEndArray();
    }

    /**
     * The text in these bytes, strictly.
     *
     * @throws CharacterCodingException if they are not UTF-8
     */
    public static String utf8(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }
}
