package dev.streamgrad.suggest;

import dev.streamgrad.encoding.Moments;
import dev.streamgrad.encoding.TimePart;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which values of a field are moments, and which parts of them vary. */
final class Dates {
    private static final int SHORTEST = 8;
    private static final int LONGEST = 40;

    /** A part that comes round slowly has to be seen in more places than two: two are hardly a season. */
    private static final int FEW = 2;

    private final Set<Integer> minutes = new HashSet<>();
    private final Set<Integer> hours = new HashSet<>();
    private final Set<Integer> weekdays = new HashSet<>();
    private final Set<Integer> months = new HashSet<>();
    private long count;

    /** Takes a text, which counts if it is a moment. */
    void add(String text) {
        boolean possible = text.length() >= SHORTEST && text.length() <= LONGEST && Character.isDigit(text.charAt(0));
        take(possible ? Moments.of(text) : null);
    }

    /** Takes a number of seconds or milliseconds since 1970. */
    void add(double number) {
        take(Moments.of(number));
    }

    private void take(@Nullable LocalDateTime time) {
        if (time != null) {
            count++;
            minutes.add(time.getMinute());
            hours.add(time.getHour());
            weekdays.add(time.getDayOfWeek().getValue());
            months.add(time.getMonthValue());
        }
    }

    long count() {
        return count;
    }

    /** The parts that vary; empty if all moments are alike. */
    List<TimePart> parts() {
        List<TimePart> parts = new ArrayList<>();
        if (hours.size() > 1) {
            parts.add(TimePart.HOUR);
        } else if (minutes.size() > 1) {
            parts.add(TimePart.MINUTE);
        }
        if (weekdays.size() > FEW) {
            parts.add(TimePart.WEEKDAY);
        }
        if (months.size() > FEW) {
            parts.add(TimePart.MONTH);
        }
        return parts;
    }
}
