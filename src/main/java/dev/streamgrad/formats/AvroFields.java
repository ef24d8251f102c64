package dev.streamgrad.formats;

import java.util.AbstractMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/** The fields of an Avro record by their names: a view, which makes a value when it is asked for. */
final class AvroFields extends AbstractMap<String, @Nullable Object> {
    private final IndexedRecord record;

    AvroFields(IndexedRecord record) {
        this.record = record;
    }

    @Override
    public @Nullable Object get(@Nullable Object name) {
        Schema.Field field = name instanceof String text ? record.getSchema().getField(text) : null;
        return field == null ? null : value(field);
    }

    private @Nullable Object value(Schema.Field field) {
        return Trees.of(record.get(field.pos()), field.schema());
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return name instanceof String text && record.getSchema().getField(text) != null;
    }

    @Override
    public Set<Map.Entry<String, @Nullable Object>> entrySet() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        record.getSchema().getFields().forEach(field -> all.put(field.name(), value(field)));
        return all.entrySet();
    }
}
