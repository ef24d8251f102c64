package dev.streamgrad.encoding;

import dev.streamgrad.nn.Named;
import java.time.LocalDateTime;

/** What {@code time(…)} takes of a moment: something that comes again, as a place on a circle. */
public enum TimePart implements Named {
    /** The minute of the hour, with its seconds. */
    MINUTE("minute", 60) {
        @Override
        double of(LocalDateTime time) {
            return time.getMinute() + time.getSecond() / 60.0;
        }
    },
    /** The hour of the day, with its minutes. */
    HOUR("hour", 24) {
        @Override
        double of(LocalDateTime time) {
            return time.getHour() + time.getMinute() / 60.0;
        }
    },
    /** The day of the week: Monday is 0. */
    WEEKDAY("weekday", 7) {
        @Override
        double of(LocalDateTime time) {
            return time.getDayOfWeek().getValue() - 1.0;
        }
    },
    /** The day of the month: the first is 0. */
    DAY("day", 31) {
        @Override
        double of(LocalDateTime time) {
            return time.getDayOfMonth() - 1.0;
        }
    },
    /** The month: January is 0. */
    MONTH("month", 12) {
        @Override
        double of(LocalDateTime time) {
            return time.getMonthValue() - 1.0;
        }
    };

    private final String id;
    private final double period;

    TimePart(String id, double period) {
        this.id = id;
        this.period = period;
    }

    @Override
    public String id() {
        return id;
    }

    /** After how much it comes again. */
    double period() {
        return period;
    }

    /** From 0 to less than the period. */
    abstract double of(LocalDateTime time);
}
