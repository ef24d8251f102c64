package dev.streamgrad.formats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.jspecify.annotations.Nullable;

/**
 * The Avro schemas of a registry, kept as they are asked for: under an id nothing ever changes. Thread-safe; two tasks
 * that miss the same one both ask for it.
 *
 * <p>What is not there is asked for again by each record: a serializer may register a schema and send the first record
 * before every node of the registry has it, and when a record was decided on must not depend on a clock of ours.
 */
final class AvroSchemas {
    /** How many are kept, here and by each task. */
    static final int MOST_KEPT = 1000;

    private final RegistryClient registry;
    private final Map<SchemaId, Schema> kept = new Recent<>(MOST_KEPT);

    AvroSchemas(RegistryClient registry) {
        this.registry = registry;
    }

    /**
     * The schema of this id.
     *
     * @param end completed when nobody waits any more
     * @throws BadRecordException if the registry has none, or it is not Avro's
     */
    Schema get(SchemaId id, CompletableFuture<?> end) throws BadRecordException, UnavailableException {
        synchronized (kept) {
            Schema schema = kept.get(id);
            if (schema != null) {
                return schema;
            }
        }
        Schema schema = parse(id, require(registry.get(id.path(), end), id, "", id.path()), end);
        synchronized (kept) {
            kept.put(id, schema);
        }
        return schema;
    }

    private Schema parse(SchemaId id, JsonNode answer, CompletableFuture<?> end)
            throws BadRecordException, UnavailableException {
        // Names and defaults are the registry's affair: old ones break rules that came later.
        Schema.Parser parser = new Schema.Parser(NameValidator.NO_VALIDATION).setValidateDefaults(false);
        parseReferences(id, answer, parser, new HashSet<>(), end);
        return parse(id, answer, parser);
    }

    /** What a schema refers to must be known before it, and in turn what that refers to. */
    private void parseReferences(
            SchemaId id, JsonNode answer, Schema.Parser parser, Set<String> seen, CompletableFuture<?> end)
            throws BadRecordException, UnavailableException {
        for (JsonNode reference : answer.path("references")) {
            // Also where it was deleted since: who has the id may still read.
            String path = "/subjects/"
                    + URLEncoder.encode(reference.path("subject").asText(), StandardCharsets.UTF_8)
                            .replace("+", "%20")
                    + "/versions/" + reference.path("version").asInt() + "?deleted=true";
            if (seen.add(path)) {
                String why = ", to which it refers as " + reference.path("name").asText();
                JsonNode referred = require(registry.get(path, end), id, why, path);
                parseReferences(id, referred, parser, seen, end);
                parse(id, referred, parser);
            }
        }
    }

    private static JsonNode require(@Nullable JsonNode answer, SchemaId id, String why, String path)
            throws BadRecordException, UnavailableException {
        if (answer == null) {
            throw new BadRecordException(
                    Reason.FORMAT,
                    "value must be of a schema that the registry has; got " + id + ", and the registry does not have "
                            + BadRecordException.shown(path) + BadRecordException.shown(why)
                            + "; register it before sending, in the registry of schema.registry.url");
        }
        if (!answer.path("schema").isTextual()) {
            throw new UnavailableException("the schema registry must answer " + path + " with a schema; got "
                    + BadRecordException.shown(answer.toString()));
        }
        return answer;
    }

    private static Schema parse(SchemaId id, JsonNode answer, Schema.Parser parser) throws BadRecordException {
        String type = answer.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO")) {
            throw new BadRecordException(
                    Reason.FORMAT,
                    "value must be Avro; got " + id + ", which is " + BadRecordException.shown(type)
                            + "; set samples.format=json-schema for JSON, or samples.deserializer");
        }
        try {
            return parser.parse(answer.path("schema").asText());
        } catch (SchemaParseException e) {
            throw new BadRecordException(
                    Reason.FORMAT,
                    "value must be of a schema that Avro takes; got " + id + ": "
                            + BadRecordException.shown(String.valueOf(e.getMessage())) + "; register a valid one");
        }
    }
}
