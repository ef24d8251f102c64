package dev.streamgrad.formats;

import dev.streamgrad.records.RecordFrame;
import dev.streamgrad.records.ValueFormat;
import org.jspecify.annotations.Nullable;

/** The format of the samples topic, as one task reads it: one thread at a time, but for the end of its waits. */
public final class TaskFormat implements AutoCloseable {
    private final ValueFormat values;
    private final @Nullable TopicDecoder decoder;

    TaskFormat(RecordFrame frame, @Nullable TopicDecoder decoder) {
        this.values = new ValueFormat(frame, decoder);
        this.decoder = decoder;
    }

    /**
     * What readers need to know. Where a decoder is among it, it may wait, and throws {@link WaitEndedException} when
     * that is ended.
     */
    public ValueFormat values() {
        return values;
    }

    /** Ends the wait that is going on, and every later one before it begins. Any thread may ask for it. */
    public void endWaits() {
        if (decoder != null) {
            decoder.endWaits();
        }
    }

    /** Lets go of everything; when no thread reads any more. Idempotent. */
    @Override
    public void close() {
        if (decoder != null) {
            decoder.close();
        }
    }
}
