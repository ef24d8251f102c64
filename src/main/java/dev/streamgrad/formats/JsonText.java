package dev.streamgrad.formats;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.streamgrad.json.Json;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import org.jspecify.annotations.Nullable;

/** JSON that a deserializer gives, as text or as Jackson's tree. */
final class JsonText {
    private static final ObjectMapper MAPPER = new ObjectMapper(Json.FACTORY);
    private static final ObjectReader READER = MAPPER.readerFor(Object.class)
            .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonText() {}

    static @Nullable Object tree(String text) throws BadRecordException {
        try {
            return READER.readValue(text);
        } catch (JsonProcessingException e) {
            throw new BadRecordException(
                    Reason.FORMAT,
                    "the deserializer must give JSON text where samples.format is json; got "
                            + BadRecordException.shown(text) + " (" + BadRecordException.shown(e.getOriginalMessage())
                            + "); set samples.format=csv if that is what it is");
        }
    }

    static @Nullable Object tree(JsonNode json) {
        return MAPPER.convertValue(json, Object.class);
    }
}
