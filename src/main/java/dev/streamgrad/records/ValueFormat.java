package dev.streamgrad.records;

import org.jspecify.annotations.Nullable;

/**
 * What the values of the samples topic are.
 *
 * @param frame what stands before JSON text
 * @param decoder makes fields of values that are not JSON text; null if they are
 */
public record ValueFormat(RecordFrame frame, @Nullable RecordDecoder decoder) {
    /** JSON text and nothing else. */
    public static final ValueFormat JSON = new ValueFormat(RecordFrame.NONE, null);
}
