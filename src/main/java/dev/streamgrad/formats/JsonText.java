package dev.streamgrad.formats;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.streamgrad.json.Json;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import org.jspecify.annotations.Nullable;

/** JSON text that a deserializer gives. */
final class JsonText {
    private static final ObjectReader READER = new ObjectMapper(Json.FACTORY)
            .readerFor(Object.class)
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
}
