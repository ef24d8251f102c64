package dev.streamgrad.cli;

import dev.streamgrad.control.Command;
import dev.streamgrad.control.Event;
import dev.streamgrad.learning.Drift;
import dev.streamgrad.learning.Task;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.stream.LearningListener;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Says that samples become dead letters, so that nobody takes silence for success: the first of each model and kind of
 * reason, up to a number of lines; of the others a count, now and then. And that the errors of models drift, as often.
 */
final class DeadLetterNotes implements LearningListener {
    static final int MOST_NOTES = 20;
    static final long COUNT_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LearningListener next;
    private final Consumer<String> print;
    private final LongSupplier nanoTime;
    private final Set<Kind> noted = new HashSet<>();
    private int drifts;
    private long count;
    private long countSaid;
    private long lastSaid;

    private record Kind(String model, Reason reason) {}

    /**
     * Notes on what another listener hears too.
     *
     * @param next hears everything
     * @param print takes a line, from any thread, one at a time
     */
    DeadLetterNotes(LearningListener next, Consumer<String> print, LongSupplier nanoTime) {
        this.next = next;
        this.print = print;
        this.nanoTime = nanoTime;
    }

    private synchronized void note(String model, Reason reason, String text) {
        count++;
        long now = nanoTime.getAsLong();
        if (noted.size() < MOST_NOTES && noted.add(new Kind(model, reason))) {
            say(
                    now,
                    "model " + BadRecordException.shown(model) + ": "
                            + (reason == Reason.COMMAND ? "a command" : "a sample") + " became a dead letter: " + text);
            if (noted.size() == MOST_NOTES) {
                say(now, "from here on, dead letters are only counted");
            }
        } else if (now - lastSaid >= COUNT_EVERY_NANOS) {
            say(
                    now,
                    String.format(
                            Locale.ROOT,
                            "%,d dead letters so far, %,d of them since the last line",
                            count,
                            count - countSaid));
        }
    }

    private synchronized void note(String model, Drift drift, long offset) {
        if (drifts < MOST_NOTES) {
            drifts++;
            print.accept("model " + BadRecordException.shown(model) + EventLine.drift(drift) + ", at sample " + offset
                    + (drifts == MOST_NOTES ? "; from here on, drifts are only counted" : ""));
        }
    }

    private void say(long now, String line) {
        print.accept(line);
        lastSaid = now;
        countSaid = count;
    }

    /** How many samples and commands became dead letters. */
    synchronized long count() {
        return count;
    }

    @Override
    public void skipped(int partition, long from, long to) {
        next.skipped(partition, from, to);
    }

    @Override
    public TaskListener begin(int partition) {
        TaskListener task = next.begin(partition);
        return new TaskListener() {
            @Override
            public ModelListener model(String name, Task kind, int layers) {
                return task.model(name, kind, layers);
            }

            @Override
            public void processed(long nanos, long ageMillis) {
                task.processed(nanos, ageMillis);
            }

            @Override
            public void deadLetter(String model, Reason reason, String text) {
                task.deadLetter(model, reason, text);
                note(model, reason, text);
            }

            @Override
            public void event(String model, Event.Kind kind) {
                task.event(model, kind);
            }

            @Override
            public void drifted(String model, Drift drift, long offset) {
                task.drifted(model, drift, offset);
                note(model, drift, offset);
            }

            @Override
            public void commanded(String model, Command.@Nullable Kind command, CommandOutcome outcome) {
                task.commanded(model, command, outcome);
            }

            @Override
            public void gone(String model) {
                task.gone(model);
            }

            @Override
            public void readAgain() {
                task.readAgain();
            }

            @Override
            public void misplaced() {
                task.misplaced();
            }

            @Override
            public void committing(long records, long models, int live, long stateBytes) {
                task.committing(records, models, live, stateBytes);
            }

            @Override
            public void end() {
                task.end();
            }
        };
    }
}
