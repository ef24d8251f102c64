package dev.streamgrad.encoding;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.math3.util.FastMath;
import org.jspecify.annotations.Nullable;

/** Reads moments, in the forms that {@link FeatureType.Time} takes. */
public final class Moments {
    /** From here on a number is milliseconds: as seconds it would be the year 5138. */
    private static final double LEAST_MILLIS = 1e11;

    private static final double MILLIS_PER_SECOND = 1000.0;

    /** Within the years that {@link LocalDateTime} has. */
    private static final double MOST_SECONDS = 3.0e16;

    /** A date, and perhaps a time of day, and perhaps what that is ahead of UTC: at most one of each. */
    private static final Pattern ISO_8601 = Pattern.compile("(\\d{4}-\\d\\d-\\d\\d)"
            + "(?:[T ](\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d{1,9})?)?)(?:Z|[+-](?:0\\d|1[0-8])(?::?[0-5]\\d)?)?)?");

    private Moments() {}

    /** The local time in ISO 8601 text; null if it is none. */
    public static @Nullable LocalDateTime of(String text) {
        Matcher matcher = ISO_8601.matcher(text.strip());
        if (!matcher.matches()) {
            return null;
        }
        try {
            String time = matcher.group(2);
            return LocalDate.parse(matcher.group(1)).atTime(time == null ? LocalTime.MIDNIGHT : LocalTime.parse(time));
        } catch (DateTimeException e) {
            // Such as the 31st of February.
            return null;
        }
    }

    /** The time in UTC of so many seconds or milliseconds since 1970; null if that is beyond all years. */
    public static @Nullable LocalDateTime of(double sinceEpoch) {
        double seconds =
                FastMath.floor(Math.abs(sinceEpoch) >= LEAST_MILLIS ? sinceEpoch / MILLIS_PER_SECOND : sinceEpoch);
        return Math.abs(seconds) <= MOST_SECONDS
                ? LocalDateTime.ofEpochSecond((long) seconds, 0, ZoneOffset.UTC)
                : null;
    }
}
