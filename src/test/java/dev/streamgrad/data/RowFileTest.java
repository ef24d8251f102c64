package dev.streamgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private RowFile csv(String text) throws IOException {
        return RowFile.csv(Files.writeString(folder.resolve("rows.csv"), text), List.of());
    }

    private RowFile lines(String text) throws IOException {
        return RowFile.jsonLines(Files.writeString(folder.resolve("rows.jsonl"), text));
    }

    private static List<String> json(RowFile file) {
        List<String> rows = new ArrayList<>();
        file.rows(1).forEachRemaining(row -> rows.add(new String(row.toJson(), StandardCharsets.UTF_8)));
        assertThat(rows).hasSize((int) file.size());
        return rows;
    }

    @Test
    void cells_areNumbersBooleansAndTexts_andEmptyOnesAreNoFields() throws IOException {
        RowFile file = csv("amount,country,vip,note\n12.50,DE,TRUE,\n-3,,false,\"a \"\"b\"\",\nc\"\n");
        assertThat(file.columns()).containsExactly("amount", "country", "vip", "note");
        assertThat(json(file))
                .containsExactly(
                        "{\"amount\":12.5,\"country\":\"DE\",\"vip\":true}",
                        "{\"amount\":-3,\"vip\":false,\"note\":\"a \\\"b\\\",\\nc\"}");
        assertThat(file.remarks()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "+7, 7",
        "1e3, 1000.0",
        ".5, 0.5",
        "2., 2.0",
        "0, 0",
        "-0.0, -0.0",
        "900719925474099312345, 900719925474099312345"
    })
    void number_isANumberOfJson(String cell, String number) throws IOException {
        assertThat(json(csv("a,b\n" + cell + ",x\n"))).containsExactly("{\"a\":" + number + ",\"b\":\"x\"}");
    }

    @ParameterizedTest
    @CsvSource({"007", "1d", "0x10", "NaN", "Infinity", "1e999", "1_000", "yes", "2024-05-01", "1 000"})
    void whatOnlyLooksLikeANumber_isText(String cell) throws IOException {
        assertThat(json(csv("a,b\n" + cell + ",x\n"))).containsExactly("{\"a\":\"" + cell + "\",\"b\":\"x\"}");
    }

    @Test
    void wholeNumber_losesNoDigit() throws IOException {
        RowFile file = csv("a,b\n9007199254740993,x\n12345678901234567890,y\n");
        List<Object> values = new ArrayList<>();
        file.rows(1).forEachRemaining(row -> values.add(row.fields().get("a")));
        assertThat(values).containsExactly(9007199254740993L, new BigInteger("12345678901234567890"));
    }

    @Test
    void decimalComma_isReadAsAPoint_whereNoNumberHasAPoint_andSaid() throws IOException {
        RowFile file = csv("a;b;c\n1,5;-0,25;x,y\n2;,5;1,2,3\n");
        assertThat(json(file))
                .containsExactly("{\"a\":1.5,\"b\":-0.25,\"c\":\"x,y\"}", "{\"a\":2,\"b\":0.5,\"c\":\"1,2,3\"}");
        assertThat(file.remarks())
                .hasSize(2)
                .anySatisfy(line -> assertThat(line).endsWith("is separated by semicolons"))
                .anySatisfy(
                        line -> assertThat(line).endsWith("writes numbers with a decimal comma: 1,5 is read as 1.5"));
        assertThat(json(csv("a;b\n1,500;x\n2.5;y\n")).get(0)).isEqualTo("{\"a\":\"1,500\",\"b\":\"x\"}");
        assertThat(json(csv("a,b\n\"1,5\",x\n")).get(0)).isEqualTo("{\"a\":\"1,5\",\"b\":\"x\"}");
    }

    @Test
    void byteOrderMark_windowsLineEnds_tabs_changeNothing() throws IOException {
        assertThat(json(csv("\uFEFFa\tb\r\n1\tx y\r\n\r\n2\t\r\n")))
                .containsExactly("{\"a\":1,\"b\":\"x y\"}", "{\"a\":2}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "5.1,3.5,setosa/4.9,3.0,virginica | fraction",
                "1,1,red/2,3,blue | same number twice",
                "39,State-gov,77516,<=50K/50,Self-emp,83311,>50K/38,State-gov,215646,<=50K | texts found again",
                "p,x,s/e,x,s/p,b,y/e,b,s | only texts, found again",
                "0,1/1,0 | only numbers",
            })
    void firstRowThatLooksLikeValues_isARow(String text, String why) throws IOException {
        RowFile file = csv(text.replace('/', '\n') + "\n");
        assertThat(file.columns()).as(why).startsWith("1", "2");
        assertThat(file.size()).isEqualTo(text.split("/").length);
        assertThat(file.remarks()).singleElement().asString().contains("has no row of names");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "country,1990,1991/DE,1.5,2.5/FR,3,4 | years",
                "0,1,target/5,6,a/7,8,a | numbers of pixels",
                "a,y/1,x/1,y | a name that one column has as a value",
                "a,b/x,y/a,b/y,x | the names again",
            })
    void firstRowOfNames_isNoRow(String text, String why) throws IOException {
        RowFile file = csv(text.replace('/', '\n') + "\n");
        assertThat(file.columns())
                .as(why)
                .containsExactly(text.substring(0, text.indexOf('/')).split(","));
        assertThat(file.size()).isEqualTo(2);
    }

    @Test
    void namesThatAreAskedFor_areNames() throws IOException {
        Path file = Files.writeString(folder.resolve("years.csv"), "1.0,2.0\n1.0,5\n");
        assertThat(RowFile.csv(file, List.of("2.0")).columns()).containsExactly("1.0", "2.0");
    }

    @Test
    void namesAgainBetweenRows_areLeftOut_andSaid() throws IOException {
        RowFile file = csv("a,y\n1,no\na,y\n2,yes\na,y\n");
        assertThat(json(file)).containsExactly("{\"a\":1,\"y\":\"no\"}", "{\"a\":2,\"y\":\"yes\"}");
        assertThat(file.remarks())
                .singleElement()
                .asString()
                .endsWith("has the row of names 2 more times between its rows: they are left out");
    }

    @Test
    void wrongCsv_isRefused_beforeAnyRow() throws IOException {
        refusedCsv("a,b\n1,2\n1\n", "row 3 must have 2 values, as row 1 has; got 1");
        refusedCsv("a,b\n1,2\n1,2,3\n", "row 3 must have 2 values, as row 1 has; got 3");
        refusedCsv("a,a\nx,y\n", "row 1 must name each column once; got a twice; rename one of them");
        refusedCsv("a,b\n", "must have a row of names and rows of samples; got no rows");
        refusedCsv("a,b\na,b\n", "must have a row of names and rows of samples; got no rows");
        refusedCsv("", "got no rows");
        assertThatThrownBy(() -> RowFile.csv(folder, List.of())).hasMessageContaining("must be a regular file");
        assertThatThrownBy(() -> RowFile.csv(folder.resolve("none"), List.of()))
                .hasMessageContaining("must be a readable CSV file; got NoSuchFileException");
    }

    private void refusedCsv(String text, String message) {
        assertThatThrownBy(() -> csv(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(message)
                .message()
                .hasLineCount(1);
    }

    @Test
    void lines_areObjectsAsTheyAre() throws IOException {
        RowFile file = lines("\uFEFF{\"a\":1.0, \"card\":{\"days\":[1,2]}}\r\n\n  \t\n{\"b\":null}");
        assertThat(json(file)).containsExactly("{\"a\":1.0, \"card\":{\"days\":[1,2]}}", "{\"b\":null}");
        List<Map<String, ?>> fields = new ArrayList<>();
        file.rows(1).forEachRemaining(row -> fields.add(row.fields()));
        assertThat(fields.get(0)).isEqualTo(Map.of("a", 1.0, "card", Map.of("days", List.of(1, 2))));
        assertThat(fields.get(1)).containsEntry("b", null);
    }

    @Test
    void wrongLine_isRefused_beforeAnyRow() {
        refusedLines(
                "{\"a\":1}\n\n{\"a\":\n", "line 3 must be one JSON object in UTF-8; got Unexpected end-of-input", "");
        refusedLines(
                "[{\"a\":1},\n{\"a\":2}]\n",
                "line 1 must be",
                "got an array; write the objects in it one a line, as jq -c '.[]' does");
        refusedLines("{\"a\":1} {\"a\":2}\n", "line 1 must be one JSON object", "");
        refusedLines("a,b\n1,2\n", "line 1 must be one JSON object in UTF-8; got a,b", "");
        refusedLines("null\n", "line 1 must be one JSON object in UTF-8; got null", "");
        refusedLines("\n \n", "must have a JSON object on each line; got no lines", "");
        refusedLines("{\"a\":".repeat(70) + "1" + "}".repeat(70) + "\n", "nesting depth", "");
        assertThatThrownBy(() -> RowFile.jsonLines(folder)).hasMessageContaining("must be a regular file");
        assertThatThrownBy(() -> RowFile.jsonLines(folder.resolve("none")))
                .hasMessageContaining("must be a readable file of JSON Lines; got NoSuchFileException");
    }

    private void refusedLines(String text, String message, String end) {
        assertThatThrownBy(() -> lines(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .hasMessageEndingWith(end)
                .message()
                .hasLineCount(1);
    }

    @Test
    void passes_repeatTheRows() throws IOException {
        RowFile file = csv("a,y\n1,no\n2,yes\n");
        List<Object> values = new ArrayList<>();
        file.rows(3).forEachRemaining(row -> values.add(row.fields().get("a")));
        assertThat(values).containsExactly(1L, 2L, 1L, 2L, 1L, 2L);
    }

    @Test
    void labels_canBeFlipped_fromARowOn_andOddOnesStay() throws IOException {
        RowFile file = csv("a,y\n" + "1,no\n2,yes\n".repeat(150) + "3,?\n4,no\n");
        List<Object> labels = new ArrayList<>();
        file.rowsFlippedFrom(299, "y", 1)
                .forEachRemaining(row -> labels.add(row.fields().get("y")));
        assertThat(labels.subList(297, 302)).containsExactly("yes", "no", "no", "?", "yes");
        assertThatThrownBy(() -> file.rowsFlippedFrom(0, "a", 1))
                .hasMessageContaining("--flip-at needs a label of two");
        assertThatThrownBy(() -> file.rowsFlippedFrom(0, "b", 1)).hasMessageEndingWith("has 0");
    }
}
