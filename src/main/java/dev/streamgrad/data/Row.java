package dev.streamgrad.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.streamgrad.json.Json;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A row of a file: its fields by name, as a record of a topic would have them. */
public final class Row {
    private static final ObjectMapper MAPPER = new ObjectMapper(Json.FACTORY);

    private final Map<String, ?> fields;
    private final byte @Nullable [] json;

    /** A row with these fields, in their order. */
    Row(Map<String, ?> fields, byte @Nullable [] json) {
        this.fields = Collections.unmodifiableMap(fields);
        this.json = json;
    }

    /** The fields in the order of the file. An empty cell is no field. */
    public Map<String, ?> fields() {
        return fields;
    }

    /** This row with another value of a field. */
    Row with(String field, Object value) {
        Map<String, Object> changed = new LinkedHashMap<>(fields);
        changed.put(field, value);
        return new Row(changed, null);
    }

    /** The row as a JSON object: the line itself if it was one. */
    public byte[] toJson() {
        if (json != null) {
            return json.clone();
        }
        try {
            return MAPPER.writeValueAsBytes(fields);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
