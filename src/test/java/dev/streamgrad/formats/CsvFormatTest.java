package dev.streamgrad.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.settings.Settings;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A line of CSV as a record's value. */
class CsvFormatTest {
    private static Map<?, ?> read(String separator, byte[] line) throws BadRecordException {
        Settings settings = MappedSettings.of(
                Map.of("samples.format", "csv", "csv.columns", "amount,country,fraud", "csv.separator", separator));
        try (TopicDecoder decoder = Objects.requireNonNull(Formats.of(settings).newDecoder())) {
            return (Map<?, ?>) Objects.requireNonNull(decoder.decode(line, null));
        }
    }

    private static Map<?, ?> read(String line) throws BadRecordException {
        return read(",", line.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable Object value(String text) throws BadRecordException {
        return read(text + ",DE,no").get("amount");
    }

    @Test
    void line_becomesItsColumns_inTheirOrder() throws BadRecordException {
        Map<?, ?> fields = read("12.5,DE,no");
        assertThat(fields.keySet()).map(Object::toString).containsExactly("amount", "country", "fraud");
        assertThat(fields.values())
                .map(Objects::requireNonNull)
                .map(Object::toString)
                .containsExactly("12.5", "DE", "no");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"7,DE,no\n", "7,DE,no\r\n", "\uFEFF7,DE,no", " 7 , DE ,no ", "\"7\",\"DE\",\"no\"", "\n7,DE,no"})
    void endOfLine_byteOrderMark_blanksAndQuotes_areNoPartOfAValue(String line) throws BadRecordException {
        Map<?, ?> fields = read(line);
        assertThat(fields.get("amount")).isEqualTo(7L);
        assertThat(fields.get("country")).isEqualTo("DE");
        assertThat(fields.get("fraud")).isEqualTo("no");
    }

    @Test
    void quotes_protectSeparators_quotesAndEndsOfLines() throws BadRecordException {
        assertThat(read("1,\"a, \"\"b\"\"\nc\",no").get("country")).isEqualTo("a, \"b\"\nc");
    }

    @Test
    void otherSeparators_areTaken() throws BadRecordException {
        assertThat(read(";", "1,5;DE;no".getBytes(StandardCharsets.UTF_8)).get("amount"))
                .isEqualTo("1,5");
        Map<?, ?> tabs = read("tab", "1.5\t\tno".getBytes(StandardCharsets.UTF_8));
        assertThat(tabs.get("amount")).isEqualTo(1.5);
        assertThat(tabs.get("country")).isNull();
        assertThat(tabs.get("fraud")).isEqualTo("no");
    }

    @Test
    void valueThatReadsAsInJson_isThat_andEverythingElseIsText() throws BadRecordException {
        assertThat(value("0")).isEqualTo(0L);
        assertThat(value("-12")).isEqualTo(-12L);
        assertThat(value("12.50")).isEqualTo(12.5);
        assertThat(value("1e3")).isEqualTo(1000.0);
        assertThat(value("9007199254740993")).isEqualTo(9_007_199_254_740_993L);
        assertThat(value("12345678901234567890")).isEqualTo(new BigInteger("12345678901234567890"));
        assertThat(value("true")).isEqualTo(true);
        assertThat(value("false")).isEqualTo(false);
        for (String text : new String[] {"True", "007", "+1", "1.", ".5", "1d", "NaN", "1_000", "null", "0x1"}) {
            assertThat(value(text)).isEqualTo(text);
        }
        assertThat(value("")).isNull();
        assertThat(value("  ")).isNull();
        assertThat(value("\"\"")).isNull();
        assertThat(value("9".repeat(1001))).isEqualTo("9".repeat(1001));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1,DE | value must have 3 values, amount,country,fraud, as csv.columns says; got 2; send as many, with quotes",
                "1,DE,no, | value must have 3 values, amount,country,fraud, as csv.columns says; got 4",
                "1,D,E,no | got 4; send as many, with quotes around one that has the separator in it",
                "`` | value must be one line of CSV in UTF-8; got nothing; send a record for each line",
                "`  ` | value must be one line of CSV in UTF-8; got nothing",
                "`1,DE,no\n2,DE,no` | value must be one line of CSV in UTF-8; got more than one",
                "1,\"DE,no | value must be one line of CSV in UTF-8; got ",
            })
    void lineWithoutAsManyValues_isRefused(String line, String message) {
        assertThatThrownBy(() -> read(line))
                .isInstanceOfSatisfying(
                        BadRecordException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FORMAT))
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void otherBytes_areRefused() {
        assertThatThrownBy(() -> read(",", new byte[] {'1', ',', (byte) 0xC3, ',', 'x'}))
                .hasMessage("value must be one line of CSV in UTF-8; got other bytes; send a record for each line");
    }
}
