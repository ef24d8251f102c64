package dev.streamgrad.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.POJONode;
import dev.streamgrad.json.Json;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Conversions;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Makes a tree, as {@link dev.streamgrad.records.RecordDecoder} says, of what Avro and other deserializers give.
 *
 * <p>A date or a timestamp becomes the milliseconds since 1970 in UTC, one without a zone as if it were in UTC; a
 * decimal a number; an enum and a UUID text. Of an Avro record a view is made, so that only the fields that are asked
 * for cost anything; everything else is copied.
 */
final class Trees {
    /** The longest decimal, in bytes: as many digits as a number in JSON may have. */
    private static final int LONGEST_DECIMAL = 415;

    private Trees() {}

    /** A value that is neither number nor text, and what an error calls it. */
    record Unusable(String shown) {
        @Override
        public String toString() {
            return shown;
        }
    }

    /** The tree of a value that has no schema, or whose schema does not matter. */
    static @Nullable Object of(@Nullable Object value) {
        return of(value, null, 0);
    }

    /** The tree of a value of this schema. */
    static @Nullable Object of(@Nullable Object value, @Nullable Schema schema) {
        return of(value, schema, 0);
    }

    private static @Nullable Object of(@Nullable Object given, @Nullable Schema schema, int depth) {
        Object value = given instanceof JsonNode json ? scalar(json) : given;
        Schema own = schema == null || schema.getType() != Schema.Type.UNION ? schema : branch(value, schema);
        LogicalType logical = own == null ? null : own.getLogicalType();
        if (value == null || value instanceof Boolean) {
            return value;
        }
        if (value instanceof Number number) {
            return number(number, logical == null ? "" : logical.getName());
        }
        if (value instanceof CharSequence text) {
            // Any other may fail, or change, when it is read.
            return text instanceof Utf8 ? text : text.toString();
        }
        if (value instanceof IndexedRecord fields) {
            return new AvroFields(fields);
        }
        if (depth >= Json.DEEPEST) {
            return new Unusable("something nested deeper than " + Json.DEEPEST);
        }
        if (value instanceof Map<?, ?> map) {
            return map(map, own, depth);
        }
        if (value instanceof Collection<?> elements) {
            Schema of = own == null || own.getType() != Schema.Type.ARRAY ? null : own.getElementType();
            List<@Nullable Object> list = new ArrayList<>(elements.size());
            elements.forEach(element -> list.add(of(element, of, depth + 1)));
            return list;
        }
        if (value instanceof JsonNode json) {
            return json(json, depth);
        }
        if (value instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return bytes(bytes, own, logical);
        }
        if (value instanceof GenericFixed fixed) {
            return bytes(fixed.bytes(), own, logical);
        }
        if (value.getClass().isArray() && !(value instanceof byte[])) {
            List<@Nullable Object> list = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) {
                list.add(of(Array.get(value, i), null, depth + 1));
            }
            return list;
        }
        return other(value);
    }

    /** What a node without children holds; a node with children as it is. */
    private static @Nullable Object scalar(JsonNode json) {
        Object value = json;
        while (value instanceof POJONode node) {
            value = node.getPojo();
        }
        if (!(value instanceof JsonNode node) || node.isContainerNode()) {
            return value;
        }
        return switch (node.getNodeType()) {
            case NUMBER -> node.numberValue();
            case STRING -> node.textValue();
            case BOOLEAN -> node.booleanValue();
            case BINARY -> ((BinaryNode) node).binaryValue();
            default -> null;
        };
    }

    private static Object json(JsonNode json, int depth) {
        if (json.isArray()) {
            List<@Nullable Object> list = new ArrayList<>(json.size());
            json.forEach(element -> list.add(of(element, null, depth + 1)));
            return list;
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        json.properties().forEach(field -> fields.put(field.getKey(), of(field.getValue(), null, depth + 1)));
        return fields;
    }

    private static Map<String, @Nullable Object> map(Map<?, ?> map, @Nullable Schema schema, int depth) {
        Schema of = schema == null || schema.getType() != Schema.Type.MAP ? null : schema.getValueType();
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        map.forEach((name, value) -> fields.put(String.valueOf(name), of(value, of, depth + 1)));
        return fields;
    }

    /** Which of a union's schemas a value is of; null if that cannot be told. */
    private static @Nullable Schema branch(@Nullable Object value, Schema union) {
        if (value == null) {
            return null;
        }
        List<Schema> others = union.getTypes().stream()
                .filter(type -> type.getType() != Schema.Type.NULL)
                .toList();
        if (others.size() == 1) {
            return others.get(0);
        }
        try {
            return union.getTypes().get(GenericData.get().resolveUnion(union, value));
        } catch (AvroRuntimeException e) {
            // A logical type that the deserializer has converted: its class says enough.
            return null;
        }
    }

    private static Number number(Number raw, String logicalType) {
        return switch (logicalType) {
            case "date" -> millis(raw, ChronoUnit.DAYS);
            case "timestamp-micros", "local-timestamp-micros" -> millis(raw, ChronoUnit.MICROS);
            case "timestamp-nanos", "local-timestamp-nanos" -> millis(raw, ChronoUnit.NANOS);
            // The double that reads as the float does, not the one with its bits.
            default -> raw instanceof Float ? (Number) Double.valueOf(raw.toString()) : raw;
        };
    }

    /** Rounded down, also before 1970. */
    private static long millis(Number raw, ChronoUnit unit) {
        return Instant.EPOCH.plus(raw.longValue(), unit).toEpochMilli();
    }

    private static Object bytes(byte[] bytes, @Nullable Schema schema, @Nullable LogicalType logical) {
        if (logical instanceof LogicalTypes.Decimal decimal && bytes.length > 0 && bytes.length <= LONGEST_DECIMAL) {
            return new BigDecimal(new BigInteger(bytes), decimal.getScale());
        }
        if (logical instanceof LogicalTypes.Uuid && schema != null && bytes.length == 2 * Long.BYTES) {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            return new UUID(in.getLong(), in.getLong()).toString();
        }
        if (logical instanceof LogicalTypes.BigDecimal && schema != null && bytes.length <= LONGEST_DECIMAL) {
            try {
                return new Conversions.BigDecimalConversion().fromBytes(ByteBuffer.wrap(bytes), schema, logical);
            } catch (RuntimeException e) {
                return new Unusable("a damaged decimal");
            }
        }
        return new Unusable(bytes.length == 1 ? "1 byte" : bytes.length + " bytes");
    }

    private static Object other(Object value) {
        if (value instanceof GenericEnumSymbol<?> || value instanceof Enum<?> || value instanceof UUID) {
            return value.toString();
        }
        if (value instanceof byte[] bytes) {
            return bytes(bytes, null, null);
        }
        try {
            Long millis = millis(value);
            return millis == null ? new Unusable("a " + value.getClass().getName()) : millis;
        } catch (ArithmeticException e) {
            return new Unusable("a time out of range");
        }
    }

    /** Null if it is no time. */
    private static @Nullable Long millis(Object value) {
        if (value instanceof Instant instant) {
            return instant.toEpochMilli();
        }
        if (value instanceof LocalDate date) {
            return date.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
        }
        if (value instanceof LocalDateTime time) {
            return time.toInstant(ZoneOffset.UTC).toEpochMilli();
        }
        if (value instanceof OffsetDateTime time) {
            return time.toInstant().toEpochMilli();
        }
        if (value instanceof ZonedDateTime time) {
            return time.toInstant().toEpochMilli();
        }
        return null;
    }
}
