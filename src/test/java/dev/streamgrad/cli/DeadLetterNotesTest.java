package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.stream.LearningListener;
import dev.streamgrad.stream.LearningListener.TaskListener;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadLetterNotesTest {
    private final List<String> lines = new ArrayList<>();
    private final List<String> passedOn = new ArrayList<>();
    private long now;
    private final LearningListener next = partition -> new TaskListener() {
        @Override
        public void deadLetter(String model, Reason reason, String text) {
            passedOn.add(model + " " + reason + " " + text);
        }
    };
    private final DeadLetterNotes notes = new DeadLetterNotes(next, lines::add, () -> now);
    private final TaskListener task = notes.begin(0);

    @Test
    void firstOfEachModelAndReason_isNoted_andEveryOnePassedOn() {
        task.deadLetter("a", Reason.FIELD, "too few");
        task.deadLetter("a", Reason.FIELD, "too many");
        task.deadLetter("a", Reason.JSON, "no JSON");
        notes.begin(1).deadLetter("b", Reason.FIELD, "too few");
        assertThat(lines)
                .containsExactly(
                        "model a: a sample became a dead letter: too few",
                        "model a: a sample became a dead letter: no JSON",
                        "model b: a sample became a dead letter: too few");
        assertThat(passedOn)
                .containsExactly("a FIELD too few", "a FIELD too many", "a JSON no JSON", "b FIELD too few");
        assertThat(notes.count()).isEqualTo(4);
    }

    @Test
    void others_areCountedNowAndThen() {
        for (int i = 0; i < 1_500; i++) {
            task.deadLetter("a", Reason.FIELD, "too few");
        }
        now += DeadLetterNotes.COUNT_EVERY_NANOS;
        task.deadLetter("a", Reason.FIELD, "too few");
        task.deadLetter("a", Reason.FIELD, "too few");
        assertThat(lines).hasSize(2).last().isEqualTo("1,501 dead letters so far, 1,500 of them since the last line");
    }

    @Test
    void manyModels_doNotMakeManyLines() {
        for (int i = 0; i < 1_000; i++) {
            task.deadLetter("model-" + i, Reason.FIELD, "too few");
        }
        assertThat(lines)
                .hasSize(DeadLetterNotes.MOST_NOTES + 1)
                .last()
                .isEqualTo("from here on, dead letters are only counted");
    }

    @Test
    void nameFromTheLog_isShownOnOneLine() {
        task.deadLetter("a\nb\u001B[31m", Reason.FIELD, "too few");
        assertThat(lines).singleElement().asString().startsWith("model a\uFFFDb\uFFFD[31m:");
    }
}
