package dev.streamgrad.control;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.streamgrad.json.Json;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.RecentCommands;
import dev.streamgrad.learning.Steering;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants of a model: a record of the control topic, whose key is the model's name. As JSON:
 *
 * <pre>
 *   command    set, freeze, unfreeze, reset, restore or delete
 *   settings   of set and reset: model settings by their names
 *   state      of restore: a snapshot, whose state the model is to have
 *   lastOffset of restore: the model refuses if another sample has reached it last
 *   catchUp    of restore with lastOffset: if it is true, lastOffset says which sample reached the state last, and the
 *              state learns the model's samples behind it, up to the model's last, before the model goes on with it
 *   id         at most 64 characters; a model obeys one id once. Without one a command is obeyed as often as it is read
 *   by, why    what people want to know later; whoever sends it can claim anything
 * </pre>
 *
 * <p>Unknown fields are ignored.
 *
 * @param id what makes it this command and no other; null if it has none
 * @param kind what is to be done
 * @param settings of set and reset, by their names, sorted
 * @param state of restore; else null
 * @param lastOffset of restore: what the model's must be, or the state's is if it is to catch up; null if it does not
 *     matter
 * @param catchUp of restore: whether the state learns what the model has learned since
 * @param by who sends it; null if nobody says so
 * @param why the reason; null if there is none
 */
public record Command(
        @Nullable String id,
        Kind kind,
        Map<String, String> settings,
        @Nullable Snapshot state,
        @Nullable Long lastOffset,
        boolean catchUp,
        @Nullable String by,
        @Nullable String why) {
    /**
     * How many offsets a state may be behind the model that is to go on with it: nothing else is learned while it
     * catches up, for up to about a second.
     */
    public static final long MOST_BEHIND = 100_000;

    /** The same times the parameters of the state: with many of them a step takes long. */
    private static final long MOST_PARAMETERS_BEHIND = 500_000_000;

    /** The longest {@code by} and {@code why}: an event repeats them. */
    public static final int LONGEST_TEXT = 1000;

    /**
     * How many characters the names and values of all settings may have: an event repeats them, and must fit its topic.
     */
    public static final int MOST_SETTINGS = 16_384;

    /** What can be done to a model. */
    public enum Kind {
        SET,
        FREEZE,
        UNFREEZE,
        RESET,
        RESTORE,
        DELETE;

        private static final String ALL = Arrays.stream(values()).map(Kind::id).collect(Collectors.joining(", "));

        /** As it is written. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Kind of(@Nullable String id) throws BadRecordException {
            for (Kind kind : values()) {
                if (kind.id().equals(id)) {
                    return kind;
                }
            }
            throw refused("command must be one of " + ALL + "; got " + BadRecordException.shown(id));
        }

        private boolean hasSettings() {
            return this == SET || this == RESET;
        }
    }

    /** Sorts and copies the settings. */
    public Command {
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    }

    /** A command without a state. */
    public static Command of(
            @Nullable String id, Kind kind, Map<String, String> settings, @Nullable String by, @Nullable String why) {
        return new Command(id, kind, settings, null, null, false, by, why);
    }

    /** A command to go on with a state as it is. */
    public static Command restore(@Nullable String id, Snapshot state, @Nullable String by, @Nullable String why) {
        return new Command(id, Kind.RESTORE, Map.of(), state, null, false, by, why);
    }

    /**
     * A command to go on with a state that has learned what the model has learned since the state's last sample.
     *
     * @param state of the model's own samples
     */
    public static Command catchUp(@Nullable String id, Snapshot state, @Nullable String by, @Nullable String why) {
        return new Command(id, Kind.RESTORE, Map.of(), state, state.model().lastOffset(), true, by, why);
    }

    /**
     * Reads a record's value.
     *
     * @param value null is refused as well
     * @throws BadRecordException if it is no command; whether the model can obey it is {@link #applyTo}'s to say
     */
    public static Command read(byte @Nullable [] value) throws BadRecordException {
        JsonNode json = tree(value);
        String id = text(json, "id", RecentCommands.LONGEST_ID);
        if (id != null && id.isEmpty()) {
            throw refused("id must not be empty; leave it out for a command without one");
        }
        Kind kind = Kind.of(text(json, "command", LONGEST_TEXT));
        JsonNode state = json.path("state");
        if (kind == Kind.RESTORE ? !state.isObject() : json.has("state")) {
            throw refused(
                    kind == Kind.RESTORE
                            ? "state must be a snapshot, which is what restore is to restore; got "
                                    + BadRecordException.shown(
                                            state.getNodeType().toString())
                            : "state is for restore only; got it with " + kind.id());
        }
        if (!kind.hasSettings() && json.has("settings")) {
            throw refused("settings are for set and reset only; got them with " + kind.id());
        }
        Long lastOffset = lastOffset(json.path("lastOffset"), kind);
        return new Command(
                id,
                kind,
                settings(json.path("settings")),
                kind == Kind.RESTORE ? snapshot(state) : null,
                lastOffset,
                catchUp(json.path("catchUp"), lastOffset),
                text(json, "by", LONGEST_TEXT),
                text(json, "why", LONGEST_TEXT));
    }

    private static @Nullable Long lastOffset(JsonNode node, Kind kind) throws BadRecordException {
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (kind != Kind.RESTORE) {
            throw refused("lastOffset is for restore only; got it with " + kind.id());
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
            throw refused("lastOffset must be a whole number of at least 0; got "
                    + BadRecordException.shown(node.toString()));
        }
        return node.longValue();
    }

    private static boolean catchUp(JsonNode node, @Nullable Long lastOffset) throws BadRecordException {
        if (node.isMissingNode() || node.isNull()) {
            return false;
        }
        if (!node.isBoolean()) {
            throw refused("catchUp must be true or false; got " + BadRecordException.shown(node.toString()));
        }
        if (node.booleanValue() && lastOffset == null) {
            throw refused("catchUp needs lastOffset, that of the last sample in the state; got none");
        }
        return node.booleanValue();
    }

    private static JsonNode tree(byte @Nullable [] value) throws BadRecordException {
        if (value == null) {
            throw refused("value must be a command such as {\"command\":\"freeze\"}; got none");
        }
        try {
            JsonNode json = Trees.MAPPER.readTree(value);
            if (json == null || !json.isObject()) {
                throw refused("value must be one JSON object, such as {\"command\":\"freeze\"}; got "
                        + BadRecordException.shown(new String(value, StandardCharsets.UTF_8)));
            }
            return json;
        } catch (IOException e) {
            throw refused("value must be one JSON object; " + BadRecordException.shown(e.getMessage()));
        }
    }

    private static @Nullable String text(JsonNode json, String field, int longest) throws BadRecordException {
        JsonNode node = json.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        String text = node.textValue();
        if (text == null) {
            throw refused(field + " must be a string; got " + BadRecordException.shown(node.toString()));
        }
        if (text.length() > longest) {
            throw refused(field + " must have at most " + longest + " characters; got " + text.length());
        }
        requireText(field, text);
        return text;
    }

    /** Half a surrogate pair, which JSON can escape, is no text: nothing could write it again. */
    private static void requireText(String field, String text) throws BadRecordException {
        if (text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw refused(BadRecordException.shown(field) + " must be whole characters; got half a surrogate pair in "
                    + BadRecordException.shown(text));
        }
    }

    private static Map<String, String> settings(JsonNode json) throws BadRecordException {
        if (!json.isMissingNode() && !json.isObject()) {
            throw refused("settings must be an object, such as {\"learning.rate\":\"0.05\"}; got "
                    + BadRecordException.shown(json.toString()));
        }
        Map<String, String> settings = new LinkedHashMap<>();
        long characters = 0;
        for (Map.Entry<String, JsonNode> setting : json.properties()) {
            if (!setting.getValue().isValueNode() || setting.getValue().isNull()) {
                throw refused(BadRecordException.shown(setting.getKey()) + " must be a string or a number; got "
                        + BadRecordException.shown(setting.getValue().toString()));
            }
            String value = setting.getValue().asText();
            requireText("settings", setting.getKey());
            requireText(setting.getKey(), value);
            characters += setting.getKey().length() + value.length();
            settings.put(setting.getKey(), value);
        }
        if (characters > MOST_SETTINGS) {
            throw refused("settings must have at most " + MOST_SETTINGS + " characters, names and values together; got "
                    + characters);
        }
        return settings;
    }

    private static Snapshot snapshot(JsonNode state) throws BadRecordException {
        Snapshot snapshot;
        try {
            snapshot = Snapshot.read(Trees.MAPPER.writeValueAsBytes(state));
        } catch (IllegalArgumentException | IOException e) {
            throw refused("state must be a snapshot; " + e.getMessage());
        }
        if (!snapshot.isIntact()) {
            throw refused(
                    "state must have the fingerprint that it says, " + BadRecordException.shown(snapshot.fingerprint())
                            + "; its numbers have another; send a snapshot as it was published");
        }
        return snapshot;
    }

    /** The record's value. */
    public byte[] toJson() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            Trees.writeIfThere(json, "id", id);
            json.writeStringField("command", kind.id());
            if (!settings.isEmpty()) {
                Trees.write(json, "settings", settings);
            }
            if (state != null) {
                json.writeFieldName("state");
                json.writeRawValue(new String(inNewestFormat(state).toJson(), StandardCharsets.UTF_8));
            }
            if (lastOffset != null) {
                json.writeNumberField("lastOffset", lastOffset);
            }
            if (catchUp) {
                json.writeBooleanField("catchUp", true);
            }
            Trees.writeIfThere(json, "by", by);
            Trees.writeIfThere(json, "why", why);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** What a snapshot of format 1 does not say of its log has no say in a state. */
    private static Snapshot inNewestFormat(Snapshot state) {
        return state.isOfPresentFormat()
                ? state
                : Snapshot.of(state.name(), state.model(), state.source(), new SamplesLog("", null), state.time());
    }

    /** Whether it is a repetition of one that the model has obeyed: no fault of whoever sent it. */
    public boolean wasObeyedBy(Model model) {
        return id != null && model.recentCommands().contains(id);
    }

    /** Whether the model is not where whoever sent it saw it: no fault of theirs either. */
    public boolean comesAtTheWrongTimeFor(Model model) {
        return lastOffset != null
                && (lastOffset > model.lastOffset() || model.lastOffset() - lastOffset > mostBehind());
    }

    private long mostBehind() {
        return catchUp
                ? Math.min(
                        MOST_BEHIND,
                        MOST_PARAMETERS_BEHIND / required(state).model().spec().parameters())
                : 0;
    }

    /**
     * Refuses to have the state catch up with a model, because of where the two are.
     *
     * @throws BadRecordException if the state is ahead, too far behind, or of another model of this name
     */
    public void requireWithinReachOf(Model model) throws BadRecordException {
        requireTheRightTimeFor(model);
        if (lastOffset != null && lastOffset < model.firstOffset()) {
            throw refused("lastOffset must be that of one of the model's samples, the first of which is "
                    + model.firstOffset() + "; got " + lastOffset
                    + "; send a state of the model as it was made last");
        }
    }

    /**
     * The state that is to catch up with a model: to be trained on all of the model's samples behind
     * {@link #lastOffset}.
     *
     * @throws BadRecordException if the model could not go on with it
     */
    public Model stateFor(Model model) throws BadRecordException {
        Model behind = required(state).model();
        try {
            Steering.requireRestorable(model, behind);
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
        behind.reached(Objects.requireNonNull(lastOffset));
        return behind;
    }

    /**
     * The same command with a state that has caught up.
     *
     * @param trained the {@link #stateFor} a model, trained
     * @param model that model
     */
    public Command caughtUp(Model trained, Model model) {
        Snapshot behind = required(state);
        Snapshot there = Snapshot.of(behind.name(), trained, behind.source(), new SamplesLog("", null), behind.time());
        return new Command(id, kind, settings, there, model.lastOffset(), false, by, why);
    }

    /**
     * How many bytes a snapshot of the model takes at most when it has obeyed: to be looked at before, because the
     * model may become much larger.
     *
     * @throws BadRecordException if it cannot be obeyed
     */
    public long largestSnapshot(Model model) throws BadRecordException {
        try {
            return Snapshot.largest(
                    switch (kind) {
                        case SET, RESET -> Steering.specWith(model, settings);
                        case RESTORE -> required(state).model().spec();
                        case FREEZE, UNFREEZE, DELETE -> model.spec();
                    });
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Does to a model what is wanted: the model from then on, under the next version, or null if it is no more. The one
     * given must not be used any more.
     *
     * @throws BadRecordException if it cannot be done, or was done before; the model is as it was
     */
    public @Nullable Model applyTo(Model model) throws BadRecordException {
        if (wasObeyedBy(model)) {
            throw refused("id must be new; the model has obeyed " + BadRecordException.shown(id) + " already");
        }
        requireTheRightTimeFor(model);
        if (catchUp) {
            throw new IllegalStateException("a state that has not caught up");
        }
        try {
            return switch (kind) {
                case SET -> Steering.set(model, settings, id);
                case FREEZE -> Steering.freeze(model, id);
                case UNFREEZE -> Steering.unfreeze(model, id);
                case RESET -> Steering.reset(model, settings, id);
                case RESTORE -> Steering.restore(model, required(state).model(), id);
                case DELETE -> null;
            };
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
    }

    private void requireTheRightTimeFor(Model model) throws BadRecordException {
        if (comesAtTheWrongTimeFor(model)) {
            throw refused("lastOffset must be "
                    + (catchUp ? "at most " + mostBehind() + " before " : "")
                    + "that of the last sample that has reached the model, "
                    + model.lastOffset()
                    + "; got "
                    + lastOffset
                    + (lastOffset != null && lastOffset > model.lastOffset()
                            ? "; send it again when the learner has come so far"
                            : "; send a state that has learned up to there"));
        }
    }

    private static Snapshot required(@Nullable Snapshot state) {
        if (state == null) {
            throw new IllegalStateException("restore without a state");
        }
        return state;
    }

    /** The reason may show what was sent, of which there may be much. */
    private static BadRecordException refused(String why) {
        boolean tooLong = why.codePointCount(0, why.length()) > LONGEST_TEXT;
        return new BadRecordException(
                Reason.COMMAND, tooLong ? why.substring(0, why.offsetByCodePoints(0, LONGEST_TEXT)) + "…" : why);
    }
}
