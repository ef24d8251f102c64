package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.control.Command;
import dev.streamgrad.control.Event;
import dev.streamgrad.learning.Drift;
import dev.streamgrad.learning.DriftDetector.Direction;
import dev.streamgrad.learning.DriftDetectorKind;
import dev.streamgrad.learning.DriftReaction;
import dev.streamgrad.learning.Task;
import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.stream.LearningListener;
import dev.streamgrad.stream.LearningListener.CommandOutcome;
import dev.streamgrad.stream.LearningListener.TaskListener;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    /** Whoever adds something to hear must not find the metrics deaf to it. */
    @Test
    void everythingThatIsTold_isPassedOn() throws Exception {
        List<String> called = new ArrayList<>();
        TaskListener task = recorder(TaskListener.class, called);
        assertThat(tell(TaskListener.class, new DeadLetterNotes(partition -> task, lines::add, () -> now).begin(0)))
                .hasSizeGreaterThan(5)
                .containsExactlyElementsOf(called);
        called.clear();
        assertThat(tell(
                        LearningListener.class,
                        new DeadLetterNotes(recorder(LearningListener.class, called), lines::add, () -> now)))
                .isNotEmpty()
                .containsExactlyElementsOf(called);
    }

    private static <T> T recorder(Class<T> type, List<String> called) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    called.add(method.getName());
                    return null;
                }));
    }

    /** Calls every method, and returns their names in order. */
    private static <T> List<String> tell(Class<T> type, T listener) throws Exception {
        List<String> told = new ArrayList<>();
        for (Method method : type.getMethods()) {
            method.invoke(
                    listener,
                    Arrays.stream(method.getParameterTypes())
                            .map(DeadLetterNotesTest::something)
                            .toArray());
            told.add(method.getName());
        }
        return told;
    }

    private static final Drift DRIFT =
            new Drift(DriftDetectorKind.HDDM_A, Direction.WORSE, 0.0125, 0.75, DriftReaction.ALERT);

    @Test
    void drifts_areSaid_upToANumberOfLines() {
        for (int i = 0; i < 2 * DeadLetterNotes.MOST_NOTES; i++) {
            task.drifted("xor", DRIFT, 2_040 + i);
        }
        assertThat(lines)
                .hasSize(DeadLetterNotes.MOST_NOTES)
                .startsWith(
                        "model xor drifts: worse by hddm-a, mean error 0.01250 before and 0.7500 since, reaction alert, at"
                                + " sample 2040");
        assertThat(lines.get(lines.size() - 1)).endsWith("from here on, drifts are only counted");
    }

    private static Object something(Class<?> type) {
        if (type == Drift.class) {
            return DRIFT;
        }
        Map<Class<?>, Object> values = Map.of(
                String.class,
                "text",
                Reason.class,
                Reason.FIELD,
                Task.class,
                Task.BINARY,
                Event.Kind.class,
                Event.Kind.CONTROL,
                Command.Kind.class,
                Command.Kind.FREEZE,
                CommandOutcome.class,
                CommandOutcome.OBEYED,
                int.class,
                1,
                long.class,
                1L);
        return Objects.requireNonNull(values.get(type), type::getName);
    }

    @Test
    void nameFromTheLog_isShownOnOneLine() {
        task.deadLetter("a\nb\u001B[31m", Reason.FIELD, "too few");
        assertThat(lines).singleElement().asString().startsWith("model a\uFFFDb\uFFFD[31m:");
    }
}
