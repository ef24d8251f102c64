package dev.streamgrad.cli;

import dev.streamgrad.lesson.Lesson;
import java.util.Arrays;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Runs an experiment of the class, or lists them. */
@Command(
        name = "lesson",
        description =
                "Run one of the class's experiments on the spot, without Kafka. Exit code 1 if it contradicts its claim.",
        mixinStandardHelpOptions = true)
final class LessonCommand extends VerboseCommand {
    @Parameters(
            paramLabel = "NAME",
            arity = "0..1",
            completionCandidates = LessonNames.class,
            description = "One of ${COMPLETION-CANDIDATES}; none lists them with their claims.")
    private @Nullable String name;

    @Override
    int run() {
        if (name == null) {
            for (Lesson lesson : Lesson.values()) {
                out().printf("%-20s %s%n", lesson.id(), lesson.claim());
            }
            return 0;
        }
        Lesson lesson;
        try {
            lesson = Lesson.of(name);
        } catch (IllegalArgumentException e) {
            err().println(e.getMessage());
            return 2;
        }
        return lesson.run(out()::println) ? 0 : 1;
    }

    /** The names of the lessons, for the help text. */
    static final class LessonNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Lesson.values()).map(Lesson::id).iterator();
        }
    }
}
