package dev.streamgrad.encoding;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.chrono.IsoChronology;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import org.apache.commons.math3.util.FastMath;
import org.jspecify.annotations.Nullable;

/** Reads moments, in the forms that {@link FeatureType.Time} takes. */
public final class Moments {
    /** From here on a number is milliseconds: as seconds it would be the year 5138. */
    private static final double LEAST_MILLIS = 1e11;

    private static final double MILLIS_PER_SECOND = 1000.0;

    /** What {@link Instant} takes, as long as it is a double. */
    private static final double MOST_SECONDS = 3.0e16;

    private static final DateTimeFormatter TEXT = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart()
            .appendLiteral('T')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .appendPattern("[XXX][XX][X]")
            .optionalEnd()
            .optionalStart()
            .appendLiteral(' ')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .appendPattern("[XXX][XX][X]")
            .optionalEnd()
            .toFormatter(Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT)
            .withChronology(IsoChronology.INSTANCE);

    private Moments() {}

    /** The local time in ISO 8601 text; null if it is none. */
    public static @Nullable LocalDateTime of(String text) {
        try {
            TemporalAccessor parsed = TEXT.parseBest(text.strip(), LocalDateTime::from, LocalDate::from);
            return parsed instanceof LocalDateTime time
                    ? time
                    : LocalDate.from(parsed).atStartOfDay();
        } catch (DateTimeException e) {
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
