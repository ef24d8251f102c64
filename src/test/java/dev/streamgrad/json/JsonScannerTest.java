package dev.streamgrad.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.streamgrad.json.JsonScanner.Kind;
import dev.streamgrad.json.JsonScanner.MalformedException;
import dev.streamgrad.json.JsonScanner.TooLargeException;
import dev.streamgrad.nn.NumpyRandom;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Jackson is the oracle: what one of them refuses the other does, and what both read is the same. */
class JsonScannerTest {
    private static final String REFUSED = "refused";
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            " ",
            "\n",
            "\t",
            "\u0001",
            "0",
            "-0",
            "00",
            "1",
            "-1.5",
            "0.1",
            "1e5",
            "1E-7",
            "1e",
            "1.",
            ".5",
            "+1",
            "123456789012345678",
            "1234567890123456789",
            "9007199254740993",
            "2.2250738585072011e-308",
            "4.9e-324",
            "1e400",
            "1e-400",
            "0e999999999999",
            "NaN",
            "Infinity",
            "-Infinity",
            "-NaN",
            "true",
            "false",
            "null",
            "tru",
            "\"a\"",
            "\"\"",
            "\"a\":",
            "\"\\u0041\\n\\/\"",
            "\"\\ud800\"",
            "\"\\u00g0\"",
            "\"é€😀\"",
            "é",
            "[1,2]",
            "{\"a\":[{}]}",
            "//",
            "'a'");

    private final NumpyRandom random = new NumpyRandom(20_261_122L);
    private final JsonScanner scanner = new JsonScanner();

    @Test
    void documents_areReadAsJacksonReadsThem() throws IOException {
        int read = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] document = i % 3 == 0 ? soup() : i % 3 == 1 ? document() : mutated(document());
            String expected = byJackson(document);
            assertThat(byScanner(document))
                    .as(new String(document, StandardCharsets.ISO_8859_1))
                    .isEqualTo(expected);
            assertThat(isSkipped(document))
                    .as(new String(document, StandardCharsets.ISO_8859_1))
                    .isEqualTo(!expected.equals(REFUSED));
            read += expected.equals(REFUSED) ? 0 : 1;
        }
        assertThat(read).as("documents that are JSON").isBetween(50_000, 150_000);
    }

    @Test
    void numbers_areTheDoublesNextToThem() {
        for (int i = 0; i < 300_000; i++) {
            String decimal = decimal(i);
            assertThat(byScanner(decimal.getBytes(StandardCharsets.US_ASCII)))
                    .isEqualTo(bits(Double.parseDouble(decimal)) + " ");
        }
    }

    @Test
    void wholeNumbers_haveNoMinusZero_andOthersHave() {
        assertThat(byScanner(new byte[] {'-', '0'})).isEqualTo(bits(0.0) + " ");
        assertThat(byScanner("-0.0".getBytes(StandardCharsets.US_ASCII))).isEqualTo(bits(-0.0) + " ");
    }

    @Test
    void nesting_andDigits_areLimited() {
        String deep = "[".repeat(Json.DEEPEST) + "]".repeat(Json.DEEPEST);
        assertThat(byScanner(deep.getBytes(StandardCharsets.US_ASCII))).isNotEqualTo(REFUSED);
        assertThat(byScanner(("[" + deep + "]").getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(REFUSED);
        for (String number : List.of("1".repeat(1000), "0." + "1".repeat(999), "1e-" + "0".repeat(998) + "1")) {
            assertThat(byScanner(number.getBytes(StandardCharsets.US_ASCII)))
                    .isEqualTo(bits(Double.parseDouble(number)) + " ");
            assertThat(byScanner((number + "1").getBytes(StandardCharsets.US_ASCII)))
                    .isEqualTo(REFUSED);
        }
    }

    @Test
    void longStrings_areCheckedAndCounted() throws MalformedException, TooLargeException {
        scanner.start(("\"" + "ä".repeat(100_000) + "\"").getBytes(StandardCharsets.UTF_8));
        assertThat(scanner.value()).isEqualTo(Kind.STRING);
        assertThat(scanner.stringLength()).isEqualTo(100_000);
        assertThat(scanner.string()).matches("ä{2000}");
        assertThat(byScanner(("\"" + "ä".repeat(100_000) + "\\q\"").getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(REFUSED);
    }

    private String decimal(int i) {
        double unit = random.nextDouble();
        long bits = Double.doubleToRawLongBits(unit) ^ (long) (random.nextDouble() * 0x1p62) << 1;
        double any = Double.longBitsToDouble(bits);
        return switch (i % 6) {
            case 0 -> Double.toString(Double.isFinite(any) ? any : unit);
            case 1 -> Double.toString(-unit * 1000.0);
            case 2 -> Long.toString((long) (unit * 0x1p62) >> random.nextInt(62));
            case 3 -> String.format(Locale.ROOT, "%.4f", unit);
            case 4 -> String.format(Locale.ROOT, "%." + random.nextInt(30) + "e", unit);
            // Near the middle between two doubles, where a second rounding would show.
            default ->
                new BigDecimal(1.0 + unit).add(new BigDecimal(Math.ulp(0.5))).toString();
        };
    }

    private byte[] soup() {
        StringBuilder soup = new StringBuilder();
        int pieces = 1 + random.nextInt(6);
        for (int i = 0; i < pieces; i++) {
            soup.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return soup.toString().getBytes(StandardCharsets.UTF_8);
    }

    private byte[] document() {
        StringBuilder json = new StringBuilder(random.nextInt(20) == 0 ? "\uFEFF" : "");
        append(json, 0);
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void append(StringBuilder json, int depth) {
        json.append(" \n\t\r".substring(0, Math.max(0, random.nextInt(12) - 7)));
        switch (random.nextInt(depth > 3 ? 6 : 8)) {
            case 0 -> json.append("true");
            case 1 -> json.append("null");
            case 2 -> json.append("\"a\\\"ß\\u00e9😀\"");
            case 3 -> json.append(random.nextInt(1000));
            case 4 -> json.append(random.nextDouble());
            case 5 -> json.append(-random.nextDouble() * 1e-9);
            case 6 -> {
                json.append('[');
                int elements = random.nextInt(4);
                for (int i = 0; i < elements; i++) {
                    json.append(i == 0 ? "" : ",");
                    append(json, depth + 1);
                }
                json.append(']');
            }
            default -> {
                json.append('{');
                int fields = random.nextInt(4);
                for (int i = 0; i < fields; i++) {
                    json.append(i == 0 ? "" : ",")
                            .append("\"")
                            .append("f€\\t".repeat(i))
                            .append("\" :");
                    append(json, depth + 1);
                }
                json.append('}');
            }
        }
    }

    private byte[] mutated(byte[] document) {
        ByteArrayOutputStream mutated = new ByteArrayOutputStream();
        int at = random.nextInt(document.length);
        mutated.write(document, 0, at);
        switch (random.nextInt(4)) {
            case 0 -> mutated.write(document[at] ^ 1 << random.nextInt(8));
            case 1 -> mutated.write(random.nextInt(256));
            case 2 ->
                mutated.writeBytes(PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8));
            default -> {}
        }
        mutated.write(document, at + 1, document.length - at - 1);
        return mutated.toByteArray();
    }

    /** Whether the document can be passed over. */
    private boolean isSkipped(byte[] document) {
        try {
            scanner.start(document);
            scanner.skip(scanner.value(), 0);
            return scanner.isAtEnd();
        } catch (MalformedException | TooLargeException e) {
            return false;
        }
    }

    private String byScanner(byte[] document) {
        try {
            StringBuilder read = new StringBuilder();
            scanner.start(document);
            append(read, scanner.value(), 0);
            return scanner.isAtEnd() ? read.toString() : REFUSED;
        } catch (MalformedException e) {
            assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(100);
            return REFUSED;
        } catch (TooLargeException e) {
            return REFUSED;
        }
    }

    private void append(StringBuilder read, Kind kind, int depth) throws MalformedException, TooLargeException {
        switch (kind) {
            case OBJECT -> {
                read.append("{ ");
                requireDepth(depth);
                for (boolean first = true; scanner.field(first); first = false) {
                    read.append(scanner.string()).append(' ');
                    append(read, scanner.value(), depth + 1);
                }
                read.append("} ");
            }
            case ARRAY -> {
                read.append("[ ");
                requireDepth(depth);
                for (boolean first = true; scanner.element(first); first = false) {
                    append(read, scanner.value(), depth + 1);
                }
                read.append("] ");
            }
            case STRING -> read.append(scanner.string()).append(' ');
            case NUMBER -> read.append(bits(scanner.number())).append(' ');
            default -> read.append(kind.shown()).append(' ');
        }
    }

    private static void requireDepth(int depth) throws TooLargeException {
        if (depth >= Json.DEEPEST) {
            throw new TooLargeException();
        }
    }

    /** By way of a String, because Jackson's reader of bytes takes other encodings and malformed UTF-8 too. */
    private static String byJackson(byte[] document) throws IOException {
        String text;
        try {
            text = Json.utf8(document);
        } catch (CharacterCodingException e) {
            return REFUSED;
        }
        StringBuilder read = new StringBuilder();
        try (JsonParser parser = Json.FACTORY.createParser(text.startsWith("\uFEFF") ? text.substring(1) : text)) {
            int depth = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (depth == 0 && !read.isEmpty()) {
                    return REFUSED;
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                read.append(token.isNumeric() ? bits(parser.getDoubleValue()) : parser.getText())
                        .append(' ');
            }
        } catch (JsonProcessingException e) {
            return REFUSED;
        }
        return read.isEmpty() ? REFUSED : read.toString();
    }

    private static String bits(double value) {
        return Long.toHexString(Double.doubleToLongBits(value));
    }
}
