package dev.streamgrad.settings;

import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.Reading;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.StateFormat;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * How large the records of the configured models can become: topics must take them, and the producer must send them.
 */
public final class RecordLimits {
    /** The largest request a producer sends unless the models need more: a dead letter may be as large as this. */
    public static final int LARGEST_REQUEST = 8 * 1024 * 1024;

    /** What a record batch adds to a record, and more: headers, our own among them. */
    public static final int RECORD_OVERHEAD = 4096;

    /** What an event says of a command, and of the samples it stands behind, in bytes of JSON at most. */
    private static final long LARGEST_SAID = 512 * 1024;

    /** The most bytes of JSON that a byte of text becomes. */
    private static final long LONGEST_ESCAPE = 6;

    private final Map<String, ModelSpec> specs;
    private final long ofReading;

    /**
     * The limits of these specs.
     *
     * @param specs by the words that an error names each with
     * @param reading how records are read, which every snapshot says
     */
    RecordLimits(Map<String, ModelSpec> specs, Reading reading) {
        this.specs = Map.copyOf(specs);
        this.ofReading = LONGEST_ESCAPE * reading.text().getBytes(StandardCharsets.UTF_8).length;
    }

    private long largestRecord(ModelSpec spec) {
        return Math.max(Snapshot.largest(spec), StateFormat.largest(spec)) + ofReading + RECORD_OVERHEAD;
    }

    /** The size of the largest record that any configured model makes, in bytes. */
    public long largestRecord() {
        return largest(this::largestRecord);
    }

    /** The size of the largest prediction that any configured model makes, in bytes. */
    public long largestPrediction() {
        return largest(spec -> Prediction.largest(spec.architecture().outputs())) + RECORD_OVERHEAD;
    }

    /** The size of the largest event about any configured model, in bytes. */
    public long largestEvent() {
        return largest(spec -> LONGEST_ESCAPE * SpecSettings.formatText(spec).getBytes(StandardCharsets.UTF_8).length)
                + LARGEST_SAID
                + RECORD_OVERHEAD;
    }

    /** The largest state of any configured model, in bytes. */
    public long largestState() {
        return largest(StateFormat::largest) + RECORD_OVERHEAD;
    }

    private long largest(ToLongFunction<ModelSpec> size) {
        return specs.values().stream().mapToLong(size).max().orElseThrow();
    }

    /**
     * Requires that the records of every configured model fit what the producer sends.
     *
     * @param request the largest request of the producer, in bytes
     * @throws SettingsException naming the setting to raise
     */
    void requireRoom(long request) {
        specs.forEach((model, spec) -> requireRoomFor(model, spec, request));
    }

    void requireRoomFor(String model, ModelSpec spec, long request) {
        long largest = largestRecord(spec);
        if (largest > request) {
            throw new SettingsException(
                    "kafka.producer.max.request.size and kafka.producer.buffer.memory must be at least "
                            + largest + ", because a snapshot or state of " + model + " (" + spec.architecture()
                            + ") can be that large; got " + request);
        }
    }
}
