package dev.streamgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.streamgrad.records.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvFileTest {
    private static final String IRIS = "length,width,species\n5.1,3.5,setosa\n7.0,3.2,versicolor\n4.9,3.0,setosa\n";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Path path(String text) throws IOException {
        return Files.writeString(folder.resolve("data.csv"), text);
    }

    private CsvFile file(String text) throws IOException {
        return new CsvFile(path(text), null, List.of());
    }

    private static List<Sample> all(CsvFile file) {
        return all(file, 1);
    }

    private static List<Sample> all(CsvFile file, int passes) {
        List<Sample> samples = new ArrayList<>();
        file.samples(passes).forEachRemaining(samples::add);
        return samples;
    }

    private static Sample sample(double label, Double... features) {
        return Sample.withBareLabel(List.of(features), label);
    }

    private void refused(String text, String message) throws IOException {
        Path path = path(text);
        assertThatThrownBy(() -> new CsvFile(path, null, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(message)
                .message()
                .hasLineCount(1);
    }

    @Test
    void lastColumn_isTheLabel_andTheOthersAreTheFeatures() throws IOException {
        CsvFile file = file("a,b,y\n0,1,1\n 1.5 , -2e3 ,0\n\n");
        assertThat(file.features()).containsExactly("a", "b");
        assertThat(file.samples()).isEqualTo(2);
        assertThat(file.remarks()).isEmpty();
        assertThat(all(file)).containsExactly(sample(1, 0.0, 1.0), sample(0, 1.5, -2000.0));
    }

    @Test
    void columns_canBeChosen_inAnyOrder() throws IOException {
        CsvFile file = new CsvFile(path("\"the label\",b,c,d\n7,1,some text,3\n"), "the label", List.of("d", "b"));
        assertThat(all(file)).containsExactly(sample(7, 3.0, 1.0));
    }

    @Test
    void missingColumn_isNamed_besideThoseThatAreThere() throws IOException {
        Path path = path("a,b,y\n0,1,1\n");
        assertThatThrownBy(() -> new CsvFile(path, "z", List.of("a", "c")))
                .hasMessageEndingWith("must have the columns c, z; it has a, b, y");
    }

    @Test
    void wrongNumber_isShownByRowAndColumn_beforeAnySample() throws IOException {
        refused("a,y\n0,1\nzero,1\n", "row 3, column a, must be a finite number; got zero");
        refused("a,y\nNaN,1\n", "row 2, column a, must be a finite number; got NaN");
        refused("a,y\n1e999,1\n", "row 2, column a, must be a finite number; got 1e999");
        refused("a,y\n,1\n", "row 2, column a, must be a finite number; got nothing");
        refused("a,y\n0,\n", "row 2, column y, must be a finite number; got nothing");
    }

    @Test
    void raggedRow_isShown_beforeAnySample() throws IOException {
        refused("a,b,y\n1,2,0\n1,2\n", "row 3 must have 3 values, as row 1 has; got 2");
        refused("a,b,y\n1,2,0\n1,2,0,\n", "row 3 must have 3 values, as row 1 has; got 4");
    }

    @Test
    void fileThatIsNotThere_orEmpty_orAFolder_isRefused() throws IOException {
        assertThatThrownBy(() -> new CsvFile(folder.resolve("none.csv"), null, List.of()))
                .hasMessageContaining("must be a readable CSV file");
        assertThatThrownBy(() -> new CsvFile(folder, null, List.of())).hasMessageContaining("must be a regular file");
        refused("a,y\n", "got no rows");
        refused("", "got no rows");
        refused("\n\n", "got no rows");
        refused("y\n1\n", "must have a column besides the label y; got no other");
    }

    @Test
    void names_areClasses_numberedAsTheyAppear() throws IOException {
        CsvFile file = file(IRIS);
        assertThat(file.classes()).containsExactly("setosa", "versicolor");
        assertThat(file.remarks()).containsExactly("classes: setosa=0, versicolor=1");
        assertThat(all(file)).containsExactly(sample(0, 5.1, 3.5), sample(1, 7.0, 3.2), sample(0, 4.9, 3.0));
    }

    @Test
    void label_isSentBare_soThatASoftmaxTakesItAsTheIndexOfAClass() throws IOException {
        assertThat(new String(all(file(IRIS)).get(1).toJson(), StandardCharsets.UTF_8))
                .isEqualTo("{\"features\":[7,3.2],\"label\":1}");
    }

    @ParameterizedTest
    @CsvSource({"TRUE, false", "yes, NO", "True, FALSE", "Yes, no"})
    void yesAndNo_areOneAndZero_asFeatureAndAsLabel(String yes, String no) throws IOException {
        CsvFile file = file("a,y\n" + yes + "," + yes + "\n" + no + "," + no + "\n");
        assertThat(all(file)).containsExactly(sample(1, 1.0), sample(0, 0.0));
        assertThat(file.classes()).containsExactly(no, yes);
        assertThat(file.remarks()).containsExactly("classes: " + yes + "=1, " + no + "=0");
    }

    @Test
    void textBesideNumbers_isNoClass_butAMistake() throws IOException {
        refused("a,y\n1,0\n2,?\n3,1\n", "row 3, column y, must be a finite number as in other rows; got ?");
    }

    @Test
    void moreTextsThanClassesMayBe_areNoClasses() throws IOException {
        String rows =
                IntStream.range(0, 1001).mapToObj(i -> i + ",name" + i + "\n").collect(Collectors.joining());
        refused("a,y\n" + rows, "column y, must be a finite number or one of at most 1000 classes; got name0");
    }

    @Test
    void namesThatJavaReadsAsNumbers_areClasses() throws IOException {
        assertThat(file("a,y\n0,1d\n1,2f\n0,1d\n").classes()).containsExactly("1d", "2f");
    }

    @Test
    void fileWithoutNames_losesNoRow_andSaysSo() throws IOException {
        CsvFile file = file("0,1,1\n1,1,0\n");
        assertThat(all(file)).containsExactly(sample(1, 0.0, 1.0), sample(0, 1.0, 1.0));
        assertThat(file.features()).containsExactly("1", "2");
        assertThat(file.remarks())
                .singleElement()
                .asString()
                .endsWith("has no row of names: its first row is read as a sample, and its columns are called 1 to 3");
        assertThat(all(new CsvFile(path("0.5,1,7\n"), "1", List.of("3")))).containsExactly(sample(0.5, 7.0));
    }

    @Test
    void fileWithoutNames_butWithClasses_losesNoRow() throws IOException {
        CsvFile file = file("5.1,3.5,Iris-setosa\n4.9,3.0,Iris-setosa\n7.0,3.2,Iris-versicolor\n");
        assertThat(all(file)).hasSize(3);
        assertThat(file.classes()).containsExactly("Iris-setosa", "Iris-versicolor");
    }

    @Test
    void namesThatAreNumbers_areNamesStill_ifOneIsAskedFor_orTheLastIsNoClass() throws IOException {
        assertThat(file("0,1,target\n5,6,a\n7,8,b\n").features()).containsExactly("0", "1");
        CsvFile asked = new CsvFile(path("0,7\n5,6\n"), "7", List.of());
        assertThat(all(asked)).containsExactly(sample(6, 5.0));
        assertThat(asked.remarks()).singleElement().asString().contains("could be without a row of names");
    }

    @ParameterizedTest
    @CsvSource({"';', semicolons", "'\t', tabs"})
    void semicolonsAndTabs_separateToo_andAreSaid(String separator, String name) throws IOException {
        CsvFile file = file("a,b,y\n\"1\",2,0\n3,4,1\n".replace(",", separator));
        assertThat(all(file)).containsExactly(sample(0, 1.0, 2.0), sample(1, 3.0, 4.0));
        assertThat(file.remarks()).singleElement().asString().endsWith("is separated by " + name);
        refused("a,b,y\n1,,0\n".replace(",", separator), "row 2, column b, must be a finite number; got nothing");
    }

    @Test
    void commaWithinANumber_isHintedAt() throws IOException {
        refused("a;y\n1,5;0\n", "row 2, column a, must be a finite number; got 1,5; write it with a point");
    }

    @Test
    void byteOrderMarkAndWindowsLineEnds_changeNothing() throws IOException {
        CsvFile file = file("\uFEFF" + IRIS.replace("\n", "\r\n"));
        assertThat(file.features()).containsExactly("length", "width");
        assertThat(file.classes()).containsExactly("setosa", "versicolor");
        CsvFile withoutNames = file("\uFEFF1,2\r\n3,4\r\n");
        assertThat(all(withoutNames)).containsExactly(sample(2, 1.0), sample(4, 3.0));
    }

    @Test
    void quotes_holdSeparatorsAndLineEnds() throws IOException {
        CsvFile file = file("\"a;b;c\",\"y\"\n1,\"one, or\nthe other\"\n2,\"it's \"\"it\"\"\"\n");
        assertThat(file.features()).containsExactly("a;b;c");
        assertThat(file.classes()).containsExactly("one, or\nthe other", "it's \"it\"");
    }

    @Test
    void namesTwice_areRefused() throws IOException {
        refused("a,a,y\n1,2,0\n", "row 1 must name each column once; got a twice; rename one of them");
        refused(
                "a,y\n1,0\na,y\n2,1\n",
                "row 3, column a, must be a finite number; got a, which is the row of names again; remove it");
    }

    @Test
    void columnWithoutAName_isCalledByItsPlace() throws IOException {
        assertThat(file(",a,y\n0,1,1\n").features()).containsExactly("1", "a");
    }

    @Test
    void bytesThatAreNotUtf8_areRefused() throws IOException {
        Path path = folder.resolve("latin.csv");
        Files.write(path, "a,y\n1,caf\u00e9\n2,th\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> new CsvFile(path, null, List.of())).hasMessageContaining("must be CSV in UTF-8; got");
    }

    @Test
    void passes_repeatTheRows() throws IOException {
        CsvFile file = file(IRIS);
        List<Sample> once = all(file);
        List<Sample> thrice = new ArrayList<>(once);
        thrice.addAll(once);
        thrice.addAll(once);
        assertThat(all(file, 3)).isEqualTo(thrice);
        assertThat(all(file("1,2\n3,4\n"), 2))
                .containsExactly(sample(2, 1.0), sample(4, 3.0), sample(2, 1.0), sample(4, 3.0));
    }

    @Test
    void sortedFile_isToBeShuffled() throws IOException {
        assertThat(file("a,y\n" + "1,no way\n".repeat(50) + "2,maybe\n".repeat(50))
                        .remarks())
                .hasSize(2)
                .last()
                .asString()
                .endsWith("is sorted by y: rows are learned in their order, so shuffle them first");
        assertThat(file("a,y\n" + "1,no way\n2,maybe\n".repeat(50)).remarks()).hasSize(1);
        assertThat(file("a,y\n" + "1,0.5\n".repeat(50) + "2,1.5\n".repeat(50)).remarks())
                .isEmpty();
    }

    @Test
    void labels_thatAreNoClassesOfTheModel_areSaid() throws IOException {
        assertThat(file("a,y\n1,0\n1,2\n").faultAsClasses(3)).isEmpty();
        assertThat(file("a,y\n1,1\n1,3\n").faultAsClasses(3))
                .isEqualTo(
                        "column y must be a class index from 0 to 2; got numbers from 1.0 to 3.0; number the classes from"
                                + " 0, or end layers with as many as there are");
        assertThat(file(IRIS).faultAsClasses(2)).isEmpty();
        assertThat(file("a,y\n1,x\n1,y\n1,z\n").faultAsClasses(2))
                .isEqualTo("column y must be a class index from 0 to 1; got 3 classes; end layers with 3");
    }
}
