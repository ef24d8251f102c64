package dev.streamgrad.app;

import dev.streamgrad.cluster.Remedies;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.settings.SettingsException;
import dev.streamgrad.stream.LostRecordsException;
import dev.streamgrad.stream.StateRefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.jspecify.annotations.Nullable;

/** Puts what went wrong into one line that says what to do. */
public final class FailureExplanation {
    private static final String MORE_FILES = "raise its limit, as with ulimit -n 1024";

    /** By these words the Java virtual machine tells that there was no thread to be had. */
    public static final String NATIVE_THREAD = "native thread";

    private static final Optional<String> NO_MEMORY = Optional.of(
            "out of memory; give it more with java -Xmx, or keep fewer models ready with live.models, or the bytes of"
                    + " all on disk with store=rocksdb");

    private static final Optional<String> NO_THREADS = Optional.of(
            "the process may not start enough threads; raise its limit, as with ulimit -u, or that of its container");

    /** Causes may be a ring. */
    private static final int DEEPEST = 100;

    private final Settings settings;
    private final Optional<String> instance;

    FailureExplanation(Settings settings, Optional<String> instance) {
        this.settings = settings;
        this.instance = instance;
    }

    /**
     * What the system does not give the process, and what to do; empty if that is not what went wrong. Where it is
     * memory, this needs none.
     */
    public static Optional<String> ofLimits(Throwable exception) {
        OutOfMemoryError outOfMemory = outOfMemory(exception);
        if (outOfMemory != null) {
            return isOfThreads(outOfMemory) ? NO_THREADS : NO_MEMORY;
        }
        for (Throwable cause : causes(exception)) {
            // The latter is said where the JVM could not open the library that verifies classes.
            if (mentions(cause, "Too many open files") || mentions(cause, "Could not link verifier")) {
                return Optional.of("the process may not open enough files; " + MORE_FILES);
            }
            if (cause instanceof NoClassDefFoundError || cause instanceof ClassNotFoundException) {
                return Optional.of("class " + firstLine(cause).replace('/', '.')
                        + " could not be loaded; the jars in lib must be beside the program, and the process must be"
                        + " able to open them all: " + MORE_FILES);
            }
        }
        return Optional.empty();
    }

    /** Whether it was no memory for a thread that the process did not get, but the thread. */
    public static boolean isOfThreads(OutOfMemoryError error) {
        return error.getMessage() != null && error.getMessage().contains(NATIVE_THREAD);
    }

    /**
     * What says, among the causes, that the process has run out of memory or threads, so that nothing in it can be
     * relied on any more; null if nothing does. Allocates nothing.
     */
    public static @Nullable OutOfMemoryError outOfMemory(Throwable exception) {
        int depth = 0;
        for (Throwable cause = exception; cause != null && depth < DEEPEST; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError error) {
                return error;
            }
            depth++;
        }
        return null;
    }

    /** An exception and its causes. */
    private static List<Throwable> causes(Throwable exception) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = exception; cause != null && causes.size() < DEEPEST; cause = cause.getCause()) {
            causes.add(cause);
        }
        return causes;
    }

    /** The one line. */
    String explain(Throwable exception) {
        List<Throwable> causes = causes(exception);
        Throwable root = causes.get(causes.size() - 1);
        for (Throwable cause : causes) {
            if (cause instanceof StateRefusedException
                    || cause instanceof LostRecordsException
                    || cause instanceof SettingsException
                    || cause instanceof StartException) {
                return String.valueOf(cause.getMessage());
            }
        }
        Optional<String> limit = ofLimits(exception);
        if (limit.isPresent()) {
            return limit.get();
        }
        for (Throwable cause : causes) {
            if (cause instanceof FencedInstanceIdException) {
                return "another process has taken over instance.id " + instance.orElse("") + " in the group "
                        + settings.applicationId() + "; give each process its own: --set instance.id=NAME";
            }
            if (cause instanceof MissingSourceTopicException) {
                return "topic " + settings.samplesTopic() + " must exist; it was deleted; "
                        + Remedies.goneTopic(settings, settings.samplesTopic());
            }
            if (mentions(cause, "running in the same state directory")) {
                return "kafka.state.dir must be one process's own for application.id " + settings.applicationId()
                        + "; another process uses it; name another folder";
            }
            if (cause instanceof ProcessorStateException) {
                return "the store must be able to write to kafka.state.dir; " + firstLine(root)
                        + "; free some space there, allow this user to write, or name another folder";
            }
            if (cause instanceof RecordTooLargeException) {
                return "a record is too large for its topic or for kafka.producer.max.request.size; raise"
                        + " max.message.bytes there: " + firstLine(cause);
            }
            if (cause instanceof AuthorizationException) {
                return "the broker denies what the learner needs; grant it: " + firstLine(cause);
            }
            if (cause instanceof InvalidTxnStateException || cause instanceof ProducerFencedException) {
                return "the broker has ended a transaction of this learner, because it took longer than"
                        + " kafka.producer.transaction.timeout.ms or another process has its instance.id; nothing is lost:"
                        + " start it again (" + firstLine(root) + ")";
            }
        }
        return "the learner failed: " + root.getClass().getSimpleName() + ": " + firstLine(root);
    }

    private static boolean mentions(Throwable cause, String words) {
        return cause.getMessage() != null && cause.getMessage().contains(words);
    }

    private static String firstLine(Throwable cause) {
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    }
}
