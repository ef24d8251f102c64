package dev.streamgrad.records;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Why and whence a record became a dead letter, as headers beside the original key, value and headers.
 *
 * @param error one line: field, rule, value, remedy
 * @param topic the topic it came from
 * @param partition its partition there
 * @param offset its offset there
 */
public record DeadLetter(String error, String topic, int partition, long offset) {
    /** The header of {@link #error}. */
    public static final String ERROR = "streamgrad.error";

    /** The header of {@link #topic}. */
    public static final String TOPIC = "streamgrad.topic";

    /** The header of {@link #partition}. */
    public static final String PARTITION = "streamgrad.partition";

    /** The header of {@link #offset}. */
    public static final String OFFSET = "streamgrad.offset";

    /**
     * The header that says how many bytes the value had, there only if the record was too large for the dead letter to
     * hold it: its original headers are then left out, and its key and value may be cut.
     */
    public static final String VALUE_BYTES = "streamgrad.value.bytes";

    /** The original headers and these; those of an earlier dead letter are replaced. */
    public Headers addTo(Headers original) {
        Headers headers = new RecordHeaders(original);
        headers.remove(VALUE_BYTES);
        set(headers, ERROR, error);
        set(headers, TOPIC, topic);
        set(headers, PARTITION, Integer.toString(partition));
        set(headers, OFFSET, Long.toString(offset));
        return headers;
    }

    private static void set(Headers headers, String name, String value) {
        headers.remove(name);
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads the headers of a dead letter.
     *
     * @throws IllegalArgumentException if one is missing
     */
    public static DeadLetter read(Headers headers) {
        return new DeadLetter(
                text(headers, ERROR),
                text(headers, TOPIC),
                Integer.parseInt(text(headers, PARTITION)),
                Long.parseLong(text(headers, OFFSET)));
    }

    private static String text(Headers headers, String name) {
        @Nullable Header header = headers.lastHeader(name);
        if (header == null || header.value() == null) {
            throw new IllegalArgumentException("a dead letter must have the header " + name + "; got none");
        }
        return new String(header.value(), StandardCharsets.UTF_8);
    }
}
