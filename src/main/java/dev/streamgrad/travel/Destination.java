package dev.streamgrad.travel;

import dev.streamgrad.control.Event;
import dev.streamgrad.learning.Model;
import java.util.Locale;

/**
 * A moment in the history of a model.
 *
 * @param kind how it is named
 * @param value the version, the offset, or the time in milliseconds since 1970
 */
public record Destination(Kind kind, long value) {
    /** How a moment is named. */
    public enum Kind {
        /**
         * The state right after the model's version was made. Of a model that was deleted and made again it is the last
         * one's version.
         */
        VERSION,
        /** The state right after the record at this offset of the model's partition, before any command behind it. */
        OFFSET,
        /** The state before the first record or command that is later. */
        TIME
    }

    /** Refuses what cannot be a moment. */
    public Destination {
        if (value < 0) {
            throw new IllegalArgumentException(
                    kind.name().toLowerCase(Locale.ROOT) + " must be at least 0; got " + value);
        }
    }

    /** The state right after this version was made. */
    public static Destination version(long version) {
        return new Destination(Kind.VERSION, version);
    }

    /** The state right after the record at this offset. */
    public static Destination offset(long offset) {
        return new Destination(Kind.OFFSET, offset);
    }

    /** The state at this time, in milliseconds since 1970. */
    public static Destination time(long time) {
        return new Destination(Kind.TIME, time);
    }

    /** Whether an event is not later, as far as it says itself. */
    boolean isNotBefore(Event event) {
        return switch (kind) {
            case VERSION -> event.version() <= value;
            // What a sample decides belongs to the sample; a command stands behind it.
            case OFFSET ->
                event.after().offset() < value
                        || (event.cause() == null && event.after().offset() == value);
            case TIME -> event.time() <= value;
        };
    }

    /** Whether this is the state that is meant, so that nothing later need be looked at. */
    boolean isReachedBy(Model model) {
        return kind == Kind.VERSION && model.version() == value;
    }
}
