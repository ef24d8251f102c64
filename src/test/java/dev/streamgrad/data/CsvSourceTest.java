package dev.streamgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.streamgrad.records.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvSourceTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("data.csv"), text);
    }

    private static List<Sample> all(CsvSource source) {
        List<Sample> samples = new ArrayList<>();
        source.forEachRemaining(samples::add);
        return samples;
    }

    @Test
    void lastColumn_isTheLabel_andTheOthersAreTheFeatures() throws IOException {
        try (CsvSource source = new CsvSource(file("a,b,y\n0,1,1\n 1.5 , -2e3 ,0\n\n"), null, List.of())) {
            assertThat(source.features()).containsExactly("a", "b");
            assertThat(all(source))
                    .containsExactly(
                            new Sample(List.of(0.0, 1.0), List.of(1.0), null),
                            new Sample(List.of(1.5, -2000.0), List.of(0.0), null));
        }
    }

    @Test
    void columns_canBeChosen_inAnyOrder() throws IOException {
        try (CsvSource source = new CsvSource(file("\"the label\",b,c,d\n7,1,2,3\n"), "the label", List.of("d", "b"))) {
            assertThat(all(source)).containsExactly(new Sample(List.of(3.0, 1.0), List.of(7.0), null));
        }
    }

    @Test
    void missingColumn_isNamed_besideThoseThatAreThere() throws IOException {
        Path file = file("a,b,y\n0,1,1\n");
        assertThatThrownBy(() -> new CsvSource(file, "z", List.of("a", "c")))
                .hasMessageEndingWith("must have the columns c, z; it has a, b, y");
    }

    @Test
    void wrongNumber_isShownByRowAndColumn() throws IOException {
        try (CsvSource source = new CsvSource(file("a,y\n0,1\nzero,1\n"), null, List.of())) {
            source.next();
            assertThatThrownBy(source::next).hasMessageEndingWith("row 3, column a, must be a finite number; got zero");
        }
        try (CsvSource source = new CsvSource(file("a,y\nNaN,1\n"), null, List.of())) {
            assertThatThrownBy(source::next).hasMessageEndingWith("row 2, column a, must be a finite number; got NaN");
        }
        try (CsvSource source = new CsvSource(file("a,y\n0\n"), null, List.of())) {
            assertThatThrownBy(source::next)
                    .hasMessageEndingWith("row 2, column y, must be a finite number; got nothing");
        }
    }

    @Test
    void fileThatIsNotThere_orEmpty_isRefused() throws IOException {
        assertThatThrownBy(() -> new CsvSource(folder.resolve("none.csv"), null, List.of()))
                .hasMessageContaining("must be a readable CSV file");
        Path empty = file("a,y\n");
        assertThatThrownBy(() -> new CsvSource(empty, null, List.of())).hasMessageContaining("got no rows");
    }
}
