package dev.streamgrad.formats;

import java.util.AbstractMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/** The fields of an Avro record by their names: a view, which makes a value when it is asked for. */
final class AvroFields extends AbstractMap<String, @Nullable Object> {
    private final IndexedRecord record;
    private final Schema schema;

    AvroFields(IndexedRecord record) {
        this.record = record;
        this.schema = Objects.requireNonNull(record.getSchema());
    }

    @Override
    public @Nullable Object get(@Nullable Object name) {
        Schema.Field field = name instanceof String text ? schema.getField(text) : null;
        return field == null ? null : value(field);
    }

    private @Nullable Object value(Schema.Field field) {
        try {
            return Trees.of(record.get(field.pos()), field.schema());
        } catch (RuntimeException e) {
            // Whoever asks is past the decoding: a record of the user's may fail in any way.
            return new Trees.Unusable("something unreadable (" + e.getClass().getSimpleName() + ")");
        }
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return name instanceof String text && schema.getField(text) != null;
    }

    @Override
    public Set<Map.Entry<String, @Nullable Object>> entrySet() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        schema.getFields().forEach(field -> all.put(field.name(), value(field)));
        return all.entrySet();
    }
}
