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
                "Run one of the experiments of the class, without Kafka. Exit code 1 if the run contradicts the claim.",
        mixinStandardHelpOptions = true)
final class LessonCommand extends VerboseCommand {
    @Parameters(
            paramLabel = "NAME",
            arity = "0..1",
            completionCandidates = LessonNames.class,
            description = "One of ${COMPLETION-CANDIDATES}. Without a name, list them with their claims.")
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
