package dev.streamgrad.cluster;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long a topic keeps its records.
 *
 * @param millis that long, or -1 for ever, as Kafka's {@code retention.ms}
 */
public record Retention(long millis) {
    /** Records are never deleted. */
    public static final Retention FOREVER = new Retention(-1);

    private static final Pattern TEXT = Pattern.compile("(\\d{1,6})([smhd])");
    /** Requires a positive time, or -1. */
    public Retention {
        if (millis < -1 || millis == 0) {
            throw new IllegalArgumentException("retention must be greater than 0 ms, or -1 for ever; got " + millis);
        }
    }

    /**
     * Reads {@code forever}, or a number with a unit such as {@code 30d}, {@code 12h}, {@code 90m} or {@code 45s}.
     *
     * @throws IllegalArgumentException with one line that says what is taken
     */
    public static Retention parse(String text) {
        if (text.toLowerCase(Locale.ROOT).equals("forever")) {
            return FOREVER;
        }
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
            throw new IllegalArgumentException(
                    "retention must be forever, or a number of days, hours, minutes or seconds such as 30d, 12h, 90m or"
                            + " 45s; got " + text);
        }
        return new Retention(unit(matcher.group(2)).toMillis(Long.parseLong(matcher.group(1))));
    }

    private static TimeUnit unit(String letter) {
        return switch (letter) {
            case "d" -> TimeUnit.DAYS;
            case "h" -> TimeUnit.HOURS;
            case "m" -> TimeUnit.MINUTES;
            default -> TimeUnit.SECONDS;
        };
    }

    /** Whether nothing is ever deleted. */
    public boolean isForever() {
        return millis == -1;
    }

    /** The longer of the two, in milliseconds; {@link Long#MAX_VALUE} for ever. */
    long atLeast(long otherMillis) {
        return isForever() ? Long.MAX_VALUE : Math.max(millis, otherMillis);
    }

    @Override
    public String toString() {
        if (isForever()) {
            return "forever";
        }
        for (TimeUnit unit : new TimeUnit[] {TimeUnit.DAYS, TimeUnit.HOURS, TimeUnit.MINUTES, TimeUnit.SECONDS}) {
            long number = unit.convert(millis, TimeUnit.MILLISECONDS);
            if (number > 0 && unit.toMillis(number) == millis) {
                String name = unit.name().toLowerCase(Locale.ROOT);
                return number + " " + (number == 1 ? name.substring(0, name.length() - 1) : name);
            }
        }
        return millis + " ms";
    }
}
