package dev.streamgrad.control;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.streamgrad.json.Json;
import dev.streamgrad.learning.Drift;
import dev.streamgrad.learning.DriftDetector.Direction;
import dev.streamgrad.learning.DriftDetectorKind;
import dev.streamgrad.learning.DriftReaction;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Sha256;
import dev.streamgrad.records.Source;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was decided about a model, and where in its history: an entry of the ledger, which is the events topic. Its key
 * is the model's name. It is written in the transaction that makes it so, hence its place is the only one. As JSON:
 *
 * <pre>
 *   format        2 of drift, else 1; a reader refuses a newer one
 *   event         created, control, refused, restored, drift or deleted
 *   model         its name; empty where a command names none
 *   version       the model's after it; 0 for created and where there is no such model
 *   after         partition and offset of the last record of the samples topic that had been dealt with when it took
 *                 effect; for created, restored and drift, of the sample that caused it; and topic, the id of the samples topic,
 *                 if it is known
 *   time          the timestamp of the record that caused it, in milliseconds
 *   record        of what a command caused: topic, partition, offset and sha256 of the command's value
 *   command, id, settings, by, why    as in the command, as far as it could be read; never its state
 *   spec          of created: all settings of the model
 *   reason        of refused: field, rule, value and remedy
 *   limit         of what is refused because the model would be too large: how many bytes a snapshot may have
 *   detector, direction, errorBefore, errorAfter, reaction    of drift: what found it; worse or better; the mean error
 *                 before it and since; and what it did to the model: alert, boost or reset
 *   fingerprint   of control, restored and drift: that of the model from then on
 * </pre>
 *
 * @param kind what was decided
 * @param model the model's name
 * @param version the model's version after it
 * @param samplesTopicId the id of the samples topic: one of the same name that was made anew is another log; empty if
 *     it is not known
 * @param after where in the samples topic
 * @param time of the record that caused it, in milliseconds since 1970
 * @param cause the command's record; null if it was no command
 * @param said what the command said; null if it was none, or could not be read
 * @param spec of created: the model's settings; else empty
 * @param reason of refused; else null
 * @param limit of what is refused because the model would be too large: how many bytes a snapshot may have; else 0
 * @param drift of drift; else null
 * @param fingerprint of the model from then on; null where it was not changed, or is no more
 */
public record Event(
        Kind kind,
        String model,
        long version,
        String samplesTopicId,
        Source after,
        long time,
        @Nullable Cause cause,
        @Nullable Said said,
        Map<String, String> spec,
        @Nullable String reason,
        long limit,
        @Nullable Drift drift,
        @Nullable String fingerprint) {
    /** The newest version of the format, and the newest that this release reads. */
    public static final int FORMAT = 2;

    /** In which every event is written that releases before {@link Kind#DRIFT} knew: they can read it. */
    private static final int FORMAT_WITHOUT_DRIFT = 1;

    /** What can be decided. */
    public enum Kind {
        /** A sample made the model. */
        CREATED,
        /** The model obeyed a command. */
        CONTROL,
        /** A command could not be obeyed, or had been before. */
        REFUSED,
        /** Too many steps in a row were not finite: the model went back to its checkpoint. */
        RESTORED,
        /** A sample has shown that the model's errors are no longer what they were. */
        DRIFT,
        /** The model obeyed the command to be no more. */
        DELETED;

        /** As it is written. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Kind of(String id) {
            for (Kind kind : values()) {
                if (kind.id().equals(id)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("unknown event " + BadRecordException.shown(id)
                    + "; use the release that wrote it, or a newer one");
        }
    }

    /**
     * Where a command stands, and what it is.
     *
     * @param topic the control topic
     * @param partition in it
     * @param offset in that
     * @param sha256 of the record's value, in hex; of nothing where it is null
     */
    public record Cause(String topic, int partition, long offset, String sha256) {
        /** Of a record with this value. */
        public static Cause of(String topic, int partition, long offset, byte @Nullable [] value) {
            return new Cause(topic, partition, offset, Event.sha256(value));
        }
    }

    /**
     * What a command said, but for its state.
     *
     * @param command its {@link Command.Kind}, as it is written
     * @param id its id; null if it has none
     * @param settings of set and reset
     * @param by who sent it; null if nobody said so
     * @param why the reason; null if there is none
     */
    public record Said(
            String command,
            @Nullable String id,
            Map<String, String> settings,
            @Nullable String by,
            @Nullable String why) {
        /** Copies the settings, in their order. */
        public Said {
            settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        }

        /** Whether the command had a state, which this does not say. */
        public boolean isOfAState() {
            return command.equals(Command.Kind.RESTORE.id());
        }

        /** The command as far as this says it; null if it had a state, which this does not say. */
        public @Nullable Command withoutState() throws BadRecordException {
            Command.Kind kind = Command.Kind.of(command);
            return kind == Command.Kind.RESTORE ? null : Command.of(id, kind, settings, by, why);
        }

        /** What this command said. */
        public static Said of(Command command) {
            return new Said(command.kind().id(), command.id(), command.settings(), command.by(), command.why());
        }
    }

    /** Copies the settings, in their order. */
    public Event {
        spec = Collections.unmodifiableMap(new LinkedHashMap<>(spec));
    }

    /** The SHA-256 of a record's value, in hex; of nothing where it is null. */
    public static String sha256(byte @Nullable [] value) {
        return Sha256.of(value == null ? new byte[0] : value);
    }

    /** The record's value. */
    public byte[] toJson() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeNumberField("format", kind == Kind.DRIFT ? FORMAT : FORMAT_WITHOUT_DRIFT);
            json.writeStringField("event", kind.id());
            json.writeStringField("model", model);
            json.writeNumberField("version", version);
            json.writeObjectFieldStart("after");
            if (!samplesTopicId.isEmpty()) {
                json.writeStringField("topic", samplesTopicId);
            }
            json.writeNumberField("partition", after.partition());
            json.writeNumberField("offset", after.offset());
            json.writeEndObject();
            json.writeNumberField("time", time);
            write(json, cause);
            write(json, said);
            if (!spec.isEmpty()) {
                Trees.write(json, "spec", spec);
            }
            Trees.writeIfThere(json, "reason", reason);
            if (limit > 0) {
                json.writeNumberField("limit", limit);
            }
            write(json, drift);
            Trees.writeIfThere(json, "fingerprint", fingerprint);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, @Nullable Cause cause) throws IOException {
        if (cause != null) {
            json.writeObjectFieldStart("record");
            json.writeStringField("topic", cause.topic());
            json.writeNumberField("partition", cause.partition());
            json.writeNumberField("offset", cause.offset());
            json.writeStringField("sha256", cause.sha256());
            json.writeEndObject();
        }
    }

    private static void write(JsonGenerator json, @Nullable Drift drift) throws IOException {
        if (drift != null) {
            json.writeStringField("detector", drift.detector().id());
            json.writeStringField("direction", drift.direction().id());
            json.writeFieldName("errorBefore");
            Json.writeNumber(json, drift.before());
            json.writeFieldName("errorAfter");
            Json.writeNumber(json, drift.after());
            json.writeStringField("reaction", drift.reaction().id());
        }
    }

    private static void write(JsonGenerator json, @Nullable Said said) throws IOException {
        if (said != null) {
            json.writeStringField("command", said.command());
            Trees.writeIfThere(json, "id", said.id());
            if (!said.settings().isEmpty()) {
                Trees.write(json, "settings", said.settings());
            }
            Trees.writeIfThere(json, "by", said.by());
            Trees.writeIfThere(json, "why", said.why());
        }
    }

    /**
     * Reads a record's value.
     *
     * @throws IllegalArgumentException if it is not an event of a format this release reads
     */
    public static Event read(byte[] value) {
        try {
            JsonNode json = Trees.MAPPER.readTree(value);
            int format = json.required("format").intValue();
            if (format < 1 || format > FORMAT) {
                throw new IllegalArgumentException("unknown format " + format
                        + " of an event, this release reads up to " + FORMAT
                        + "; use the release that wrote it, or a newer one");
            }
            JsonNode after = json.required("after");
            return new Event(
                    Kind.of(json.required("event").asText()),
                    json.required("model").asText(),
                    json.required("version").longValue(),
                    after.path("topic").asText(),
                    new Source(
                            after.required("partition").intValue(),
                            after.required("offset").longValue()),
                    json.required("time").longValue(),
                    json.has("record") ? cause(json.get("record")) : null,
                    json.has("command") ? said(json) : null,
                    texts(json.path("spec")),
                    json.path("reason").textValue(),
                    json.path("limit").longValue(),
                    json.has("detector") ? drift(json) : null,
                    json.path("fingerprint").textValue());
        } catch (IOException e) {
            throw new IllegalArgumentException("not an event: " + BadRecordException.shown(e.getMessage()), e);
        }
    }

    private static Cause cause(JsonNode json) {
        return new Cause(
                json.required("topic").asText(),
                json.required("partition").intValue(),
                json.required("offset").longValue(),
                json.required("sha256").asText());
    }

    private static Drift drift(JsonNode json) {
        return new Drift(
                DriftDetectorKind.of(json.required("detector").asText()),
                Direction.of(json.required("direction").asText()),
                json.required("errorBefore").doubleValue(),
                json.required("errorAfter").doubleValue(),
                DriftReaction.of(json.required("reaction").asText()));
    }

    private static Said said(JsonNode json) {
        return new Said(
                json.required("command").asText(),
                json.path("id").textValue(),
                texts(json.path("settings")),
                json.path("by").textValue(),
                json.path("why").textValue());
    }

    private static Map<String, String> texts(JsonNode json) {
        Map<String, String> texts = new LinkedHashMap<>();
        json.properties()
                .forEach(text -> texts.put(text.getKey(), text.getValue().asText()));
        return texts;
    }
}
