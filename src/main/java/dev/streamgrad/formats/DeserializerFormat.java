package dev.streamgrad.formats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.settings.SettingsException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Deserializer} of the user's reads.
 *
 * <p>What it throws is the record's fault, unless it, or what caused it, is Kafka's {@link RetriableException} or says
 * that somebody could not be reached: Confluent's own deserializers wrap both in the same exception.
 */
final class DeserializerFormat implements Format {
    /** How far down a cause is looked for: causes may go round. */
    private static final int DEEPEST_CAUSE = 10;

    private final Deserializer<?> deserializer;
    private final String topic;
    private final @Nullable CsvFormat csv;

    /**
     * Makes one.
     *
     * @param csv what reads its text; null if that is JSON
     * @throws SettingsException if there is no such class, it is no deserializer, or refuses its settings
     */
    DeserializerFormat(String className, Map<String, String> settings, String topic, @Nullable CsvFormat csv) {
        this.topic = topic;
        this.csv = csv;
        this.deserializer = deserializer(className);
        try {
            deserializer.configure(settings, false);
        } catch (RuntimeException e) {
            throw new SettingsException("samples.deserializer must take its settings samples.deserializer.*; "
                    + className + " says " + said(e) + "; change them");
        }
    }

    private static Deserializer<?> deserializer(String name) {
        try {
            Class<?> found = Class.forName(name, true, Utils.getContextOrKafkaClassLoader());
            if (found.getDeclaredConstructor().newInstance() instanceof Deserializer<?> deserializer) {
                return deserializer;
            }
            throw new SettingsException("samples.deserializer must be a class that implements "
                    + Deserializer.class.getName() + "; got " + name + ", which does not; name one that does");
        } catch (ClassNotFoundException | LinkageError e) {
            throw new SettingsException("samples.deserializer must be a class on the class path; got " + name + " ("
                    + said(e) + "); start with java -cp streamgrad.jar:YOUR.jar dev.streamgrad.cli.Main");
        } catch (ReflectiveOperationException e) {
            throw new SettingsException(
                    "samples.deserializer must be a public class that can be made without arguments; got "
                            + name + " (" + said(e.getCause() == null ? e : e.getCause())
                            + "); give it a public constructor without parameters");
        }
    }

    private static String said(Throwable e) {
        return BadRecordException.oneLine(
                e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage()));
    }

    private String name() {
        return deserializer.getClass().getName();
    }

    @Override
    public @Nullable Object read(byte[] value, @Nullable Headers headers, CompletableFuture<?> end)
            throws BadRecordException, UnavailableException {
        try {
            // Of its own, because some add headers.
            return tree(deserializer.deserialize(topic, new RecordHeaders(headers), value));
        } catch (InterruptException e) {
            throw e;
        } catch (RuntimeException e) {
            if (mayPass(e)) {
                throw new UnavailableException(name() + " must be able to reach what it needs; it says " + said(e)
                        + (e.getCause() == null ? "" : " (" + said(e.getCause()) + ")"));
            }
            throw unreadable(said(e));
        } catch (StackOverflowError e) {
            throw unreadable(said(e));
        }
    }

    private @Nullable Object tree(@Nullable Object result) throws BadRecordException {
        if (result instanceof String text) {
            return csv == null ? JsonText.tree(text) : csv.read(text);
        }
        if (result instanceof Map<?, ?> || result instanceof JsonNode || result instanceof IndexedRecord) {
            return Trees.of(result);
        }
        throw new BadRecordException(
                Reason.FORMAT,
                "samples.deserializer must give a Map, a JsonNode, an Avro record or a String; " + name() + " gives "
                        + (result == null ? "null" : "a " + result.getClass().getName())
                        + "; let it give one of these");
    }

    private BadRecordException unreadable(String said) {
        return new BadRecordException(
                Reason.FORMAT,
                "value must be what " + name() + " reads; it says " + BadRecordException.shown(said)
                        + "; send that, or set another samples.deserializer");
    }

    private static boolean mayPass(RuntimeException thrown) {
        Throwable cause = thrown;
        for (int i = 0; i < DEEPEST_CAUSE && cause != null; i++) {
            if (cause instanceof RetriableException
                    || cause instanceof SocketException
                    || cause instanceof SocketTimeoutException
                    || cause instanceof UnknownHostException
                    || cause instanceof HttpTimeoutException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    @Override
    public void close() {
        deserializer.close();
    }
}
