package dev.streamgrad.stream;

import dev.streamgrad.control.Command;
import dev.streamgrad.control.Event;
import dev.streamgrad.learning.Drift;
import dev.streamgrad.learning.Observation;
import dev.streamgrad.learning.Task;
import dev.streamgrad.records.BadRecordException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Hears what the learner does, on the thread that does it: methods return at once, and the frequent ones allocate
 * nothing. What is told of samples may still be rolled back; it then happens again.
 */
public interface LearningListener {
    /** One that does not listen. */
    LearningListener NONE = partition -> TaskListener.NONE;

    /** A partition's task begins here. Called by any stream thread. */
    TaskListener begin(int partition);

    /**
     * Samples were deleted before they were read: those from this offset to before the other. Called by any thread.
     * Some of the offsets may never have had a sample, such as those of transactions' ends.
     */
    default void skipped(int partition, long from, long to) {}

    /** Hears of one partition, by one thread at a time. */
    interface TaskListener {
        /** One that does not listen. */
        TaskListener NONE = new TaskListener() {};

        /** A model comes to the heap; what happens to it is told to what this returns. */
        default ModelListener model(String name, Task task, int layers) {
            return ModelListener.NONE;
        }

        /**
         * A record has been dealt with, whatever became of it.
         *
         * @param nanos how long that took
         * @param ageMillis how old its timestamp was when it came
         */
        default void processed(long nanos, long ageMillis) {}

        /**
         * A record became a dead letter.
         *
         * @param model the name in its key, as it is; the default model's without a key
         * @param text why, in the one line that goes with the dead letter
         */
        default void deadLetter(String model, Reason reason, String text) {}

        /** A record was skipped, because it had been dealt with before the group's offsets were lost or set back. */
        default void readAgain() {}

        /** A model is in another partition than that in which Kafka's Java clients would put it. */
        default void misplaced() {}

        /**
         * Something was decided about a model.
         *
         * @param model its name; empty where a command names none
         * @param kind what
         */
        default void event(String model, Event.Kind kind) {}

        /**
         * A sample has shown a drift of a model's errors.
         *
         * @param model its name
         * @param drift what there is to say of it
         * @param offset of the sample
         */
        default void drifted(String model, Drift drift, long offset) {}

        /**
         * A command has been dealt with.
         *
         * @param model the name in its key; empty where it names none
         * @param command what it was; null if it could not be read
         * @param outcome what became of it
         */
        default void commanded(String model, Command.@Nullable Kind command, CommandOutcome outcome) {}

        /** There is no such model any more, or one of another shape comes in its place. */
        default void gone(String model) {}

        /**
         * What changed goes to the changelog and is about to be committed.
         *
         * @param records the records since the last time
         * @param models the models of this partition
         * @param live those of them on the heap
         * @param stateBytes the size of all states in the store
         */
        default void committing(long records, long models, int live, long stateBytes) {}

        /** The task ends here; another instance may go on with it. */
        default void end() {}
    }

    /** What becomes of a command. */
    enum CommandOutcome {
        /** The model does as it says. */
        OBEYED,
        /** It was wrong, or cannot be obeyed. */
        REFUSED,
        /** The model had obeyed it before. */
        REPEATED
    }

    /** Hears of one model. */
    interface ModelListener {
        /** One that does not listen. */
        ModelListener NONE = new ModelListener() {};

        /** Whether {@link #observed} wants to be called now and then, which costs a look at every parameter. */
        default boolean observes() {
            return false;
        }

        /** A sample was trained on; the loss is prequential. */
        default void trained(double loss) {}

        /** The model comes to the heap, or a command has been obeyed: whether it is frozen now. */
        default void frozen(boolean frozen) {}

        /** A sample was predicted and scored, and not trained on; the loss is prequential. */
        default void scored(double loss) {}

        /** A request was answered. */
        default void requested() {}

        /** A sample's step was refused because it would not have been finite. */
        default void refused(boolean restored) {}

        /** A sample was the first to say that there may be a drift. */
        default void driftWarning() {}

        /** A snapshot was written. */
        default void snapshot() {}

        /** What there is to see, once after each commit. */
        default void observed(Observation observation) {}
    }
}
