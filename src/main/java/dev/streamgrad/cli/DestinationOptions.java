package dev.streamgrad.cli;

import dev.streamgrad.travel.Destination;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that name a moment in the history of a model: one of them. */
final class DestinationOptions {
    @Option(names = "--version", paramLabel = "V", description = "The state right after this version was made.")
    private @Nullable Long version;

    @Option(
            names = "--offset",
            paramLabel = "N",
            description =
                    "The state right after the record at this offset of the samples topic, in the model's partition.")
    private @Nullable Long offset;

    @Option(
            names = "--time",
            paramLabel = "T",
            converter = Time.class,
            description =
                    "The state before the first record that is later, such as 2026-03-01T12:00, which is local time, or"
                            + " 2026-03-01T12:00:00Z.")
    private @Nullable Long time;

    /** The moment; refused if it cannot be one. */
    Destination destination() {
        if (version != null) {
            return Destination.version(version);
        }
        if (offset != null) {
            return Destination.offset(offset);
        }
        if (time == null) {
            throw new IllegalStateException("none of the options was given");
        }
        return Destination.time(time);
    }

    /** A time as people type it. */
    static final class Time implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            try {
                return value.matches(".*(Z|[+-]\\d\\d:?\\d\\d)")
                        ? OffsetDateTime.parse(value).toInstant().toEpochMilli()
                        : LocalDateTime.parse(value)
                                .atZone(ZoneId.systemDefault())
                                .toInstant()
                                .toEpochMilli();
            } catch (DateTimeException e) {
                throw new TypeConversionException(
                        "must be a time such as 2026-03-01T12:00 or " + Instant.EPOCH + "; got " + value);
            }
        }
    }
}
