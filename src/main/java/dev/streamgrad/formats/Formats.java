package dev.streamgrad.formats;

import dev.streamgrad.records.RecordFrame;
import dev.streamgrad.settings.RegistryAccess;
import dev.streamgrad.settings.SampleFormat;
import dev.streamgrad.settings.SampleFormat.Kind;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.settings.SettingsException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How the values of the samples topic are read: by a decoder, where they are not JSON text, or from behind a frame.
 * Made once for an application, and shared by its tasks. Thread-safe.
 */
public final class Formats implements AutoCloseable {
    /** How long an answer of the registry is waited for before the next try. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final String SEND_JSON_SCHEMA =
            "send it by a JSON Schema serializer, or set samples.format=json if it is plain JSON";

    private final @Nullable Supplier<Format> formats;
    private final RecordFrame frame;
    private final BooleanSupplier isStopped;
    private final Outage outage = new Outage(System::nanoTime);
    private final Set<TopicDecoder> open = ConcurrentHashMap.newKeySet();
    private volatile boolean isClosed;

    private Formats(@Nullable Supplier<Format> formats, RecordFrame frame, BooleanSupplier isStopped) {
        this.formats = formats;
        this.frame = frame;
        this.isStopped = isStopped;
    }

    /**
     * As the settings say. Nothing is connected to, but files and classes that they name are looked for.
     *
     * @throws SettingsException in one line, if one is not as it should be
     */
    public static Formats of(Settings settings) {
        return of(settings, PATIENCE);
    }

    /**
     * As {@link #of(Settings)}, for a program that reads on one thread.
     *
     * @param isStopped is asked while a record waits; when it is so, all waits end
     */
    public static Formats of(Settings settings, BooleanSupplier isStopped) {
        return of(settings, PATIENCE, isStopped);
    }

    static Formats of(Settings settings, Duration patience) {
        return of(settings, patience, () -> false);
    }

    private static Formats of(Settings settings, Duration patience, BooleanSupplier isStopped) {
        SampleFormat format = settings.sampleFormat();
        if (format.deserializer().isPresent()) {
            String name = format.deserializer().get();
            Supplier<Format> made = () -> new DeserializerFormat(
                    name,
                    format.deserializerSettings(),
                    settings.samplesTopic(),
                    format.kind() == Kind.CSV ? csv(format) : null);
            // What is wrong with it is to show now.
            made.get().close();
            return new Formats(made, RecordFrame.NONE, isStopped);
        }
        return switch (format.kind()) {
            case JSON -> new Formats(null, RecordFrame.NONE, isStopped);
            case JSON_SCHEMA ->
                new Formats(
                        null,
                        (value, headers) ->
                                WireFormat.of(value, headers, SEND_JSON_SCHEMA).offset(),
                        isStopped);
            case CSV -> new Formats(() -> csv(format), RecordFrame.NONE, isStopped);
            case AVRO -> {
                RegistryAccess access = format.registry().orElseThrow();
                AvroSchemas schemas = new AvroSchemas(new RegistryClient(access, patience));
                yield new Formats(() -> new AvroFormat(schemas, format.readerSchema()), RecordFrame.NONE, isStopped);
            }
        };
    }

    private static CsvFormat csv(SampleFormat format) {
        return new CsvFormat(format.csvColumns(), format.csvSeparator());
    }

    /** The format for one task, which closes it. */
    public TaskFormat newTask() {
        return new TaskFormat(frame, newDecoder());
    }

    RecordFrame frame() {
        return frame;
    }

    @Nullable
    TopicDecoder newDecoder() {
        if (formats == null) {
            return null;
        }
        TopicDecoder decoder = new TopicDecoder(formats.get(), outage, isStopped, open::remove);
        open.add(decoder);
        if (isClosed) {
            decoder.endWaits();
        }
        return decoder;
    }

    /**
     * Ends the waits of all decoders, those to come included. Before tasks are closed: a thread that waits for a record
     * cannot be asked to stop. Tasks' formats are closed by who made them.
     */
    @Override
    public void close() {
        isClosed = true;
        open.forEach(TopicDecoder::endWaits);
    }
}
