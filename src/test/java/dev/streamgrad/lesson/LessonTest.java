package dev.streamgrad.lesson;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LessonTest {

    @ParameterizedTest
    @EnumSource
    void run_agreesWithItsClaim_andSaysSo(Lesson lesson) {
        List<String> lines = new ArrayList<>();
        assertThat(lesson.run(lines::add)).isTrue();
        assertThat(lines)
                .startsWith(lesson.claim())
                .endsWith("✓ the run agrees")
                .hasSizeGreaterThan(5);
    }

    @Test
    void singleNeuron_isRightThreeTimesAtMost_andTheNotebooksLossIsPrinted() {
        List<String> lines = new ArrayList<>();
        Lesson.SINGLE_NEURON.run(lines::add);
        assertThat(lines).anySatisfy(line -> assertThat(line).contains("3 of 4 right, 75 %"));
        lines.clear();
        Lesson.NUMPY.run(lines::add);
        assertThat(lines).contains("Epoch     0 | Loss: 0.255675", "Epoch  9999 | Loss: 0.000265");
    }

    @Test
    void trial_thatDoesNotLearn_isSeen() {
        assertThat(new Trial("learning.rate", "0.0001").train(10).right()).isLessThan(4);
    }

    @Test
    void plot_hasTheHighestValueOnTop_andTheAxisBelow() {
        List<String> lines = Plot.of("falling", List.of(1.0, 0.5, 0.0), "steps");
        assertThat(lines.get(1)).isEqualTo("     1.0000 │•");
        assertThat(lines.get(5)).isEqualTo("     0.5000 │ •");
        assertThat(lines.get(9)).isEqualTo("     0.0000 │  •");
        assertThat(lines.get(11)).contains("3 steps");
    }
}
