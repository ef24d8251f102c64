package dev.streamgrad.records;

import dev.streamgrad.encoding.FieldPath;
import dev.streamgrad.encoding.FieldValues;
import dev.streamgrad.json.Json;
import dev.streamgrad.json.JsonScanner;
import dev.streamgrad.json.JsonScanner.Kind;
import dev.streamgrad.json.JsonScanner.MalformedException;
import dev.streamgrad.json.JsonScanner.TooLargeException;
import dev.streamgrad.records.BadRecordException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Finds some fields in records, and puts their values into {@link FieldValues}. JSON is scanned once, only the fields
 * that are wanted are looked at, and nothing is allocated. Of other formats a {@link RecordDecoder} makes a tree. Not
 * thread-safe.
 */
final class FieldReader {
    private final FieldValues values;
    private final ValueFormat format;
    private final FieldTree fields;
    private final JsonScanner scanner = new JsonScanner();
    private final FieldTree.Name scanned = new FieldTree.Name() {
        @Override
        public boolean is(String name) {
            return scanner.isString(name);
        }

        @Override
        public int hash() {
            return scanner.stringHash();
        }
    };
    /** Strings with escapes, decoded: kept until the record is done with. */
    private byte[] unescaped = {};

    private int unescapedEnd;
    /** Counts the records, so that a field knows whether it has been met in this one. */
    private long record;

    /**
     * A reader.
     *
     * @param values has the fields that are wanted
     */
    FieldReader(FieldValues values, ValueFormat format) {
        this.values = values;
        this.format = format;
        this.fields = FieldTree.of(values.paths());
    }

    /**
     * Reads a record's value. What text there is in it stays in its array.
     *
     * @throws BadRecordException if it is no record with fields
     */
    void read(byte @Nullable [] value, Headers headers) throws BadRecordException {
        values.clear();
        record++;
        unescapedEnd = 0;
        if (value == null) {
            throw unreadable("got null (a tombstone)");
        }
        RecordDecoder decoder = format.decoder();
        if (decoder != null) {
            readTree(decoder.decode(value, headers));
        } else {
            readJson(value, format.frame().length(value, headers));
        }
    }

    private static BadRecordException unreadable(String got) {
        return new BadRecordException(
                Reason.JSON, "value must be a JSON object in UTF-8; " + got + "; send a JSON object");
    }

    private void readJson(byte[] value, int start) throws BadRecordException {
        if (value.length == start) {
            throw unreadable("got no bytes");
        }
        try {
            scanner.start(value, start);
            if (scanner.isAtEnd()) {
                throw unreadable("got blanks");
            }
            Kind kind = scanner.value();
            if (kind != Kind.OBJECT) {
                throw unreadable("got " + kind.shown());
            }
            readObject(fields, 1);
            if (!scanner.isAtEnd()) {
                throw unreadable("got something after the object");
            }
        } catch (TooLargeException e) {
            throw new BadRecordException(
                    Reason.JSON,
                    "value must be JSON nested at most " + Json.DEEPEST + " deep, with numbers of at most "
                            + JsonScanner.MOST_DIGITS + " digits; got more; send a flatter object");
        } catch (MalformedException e) {
            throw unreadable("got other bytes (" + e.getMessage() + ")");
        }
    }

    /** Reads the rest of an object, which is this field. */
    private void readObject(FieldTree field, int depth)
            throws MalformedException, TooLargeException, BadRecordException {
        for (boolean first = true; scanner.field(first); first = false) {
            FieldTree child = field.child(scanned);
            if (child == null) {
                scanner.skip(scanner.value(), depth);
            } else if (child.seeAgain(record)) {
                throw new BadRecordException(
                        Reason.FIELD,
                        BadRecordException.shown(child.name()) + " must appear only once; got it twice; send it once");
            } else {
                readValue(child, depth);
            }
        }
    }

    /** Reads the value of a field, and returns what it is. */
    private Kind readValue(FieldTree field, int depth)
            throws MalformedException, TooLargeException, BadRecordException {
        Kind kind = scanner.value();
        int slot = field.slot();
        if (kind == Kind.OBJECT && field.hasChildren()) {
            if (depth >= Json.DEEPEST) {
                throw new TooLargeException();
            }
            if (slot != FieldTree.NO_SLOT) {
                values.other(slot);
            }
            readObject(field, depth + 1);
        } else if (kind == Kind.ARRAY && (field.hasChildren() || slot != FieldTree.NO_SLOT)) {
            if (depth >= Json.DEEPEST) {
                throw new TooLargeException();
            }
            readArray(field, depth + 1);
        } else if (slot == FieldTree.NO_SLOT) {
            scanner.skip(kind, depth);
        } else {
            takeScalar(slot, kind, depth);
        }
        return kind;
    }

    private void takeScalar(int slot, Kind kind, int depth) throws MalformedException, TooLargeException {
        switch (kind) {
            case NUMBER -> {
                if (scanner.numberIsWhole()) {
                    values.number(
                            slot, scanner.number(), scanner.document(), scanner.numberStart(), scanner.numberEnd());
                } else {
                    values.number(slot, scanner.number());
                }
            }
            case STRING -> takeText(slot);
            case TRUE -> values.truth(slot, true);
            case FALSE -> values.truth(slot, false);
            case NULL -> values.absent(slot);
            default -> {
                values.other(slot);
                scanner.skip(kind, depth);
            }
        }
    }

    private void takeText(int slot) {
        if (!scanner.isEscaped()) {
            values.text(slot, scanner.document(), scanner.stringStart(), scanner.stringEnd());
            return;
        }
        int most = scanner.stringEnd() - scanner.stringStart();
        // Strings of this record that are in a smaller array stay there.
        if (unescaped.length - unescapedEnd < most) {
            unescaped = new byte[Math.max(most, 2 * unescaped.length)];
            unescapedEnd = 0;
        }
        int length = scanner.copyString(unescaped, unescapedEnd);
        values.text(slot, unescaped, unescapedEnd, unescapedEnd + length);
        unescapedEnd += length;
    }

    /** Reads the rest of an array, whose elements are fields by their index, or numbers. */
    private void readArray(FieldTree field, int depth)
            throws MalformedException, TooLargeException, BadRecordException {
        int slot = field.slot();
        boolean numbers = slot != FieldTree.NO_SLOT;
        if (numbers) {
            values.list(slot);
        }
        for (int index = 0; scanner.element(index == 0); index++) {
            FieldTree child = field.hasChildren() ? field.child(index) : null;
            Kind kind;
            if (child != null) {
                kind = readValue(child, depth);
            } else {
                kind = scanner.value();
                scanner.skip(kind, depth);
            }
            if (numbers && kind == Kind.NUMBER) {
                values.element(slot, scanner.number());
            } else if (numbers) {
                values.other(slot);
                numbers = false;
            }
        }
    }

    private void readTree(@Nullable Object tree) throws BadRecordException {
        try {
            takeFields(tree);
        } catch (RuntimeException e) {
            // A tree may be a view of what somebody else's code gave, and the learner must outlive it.
            throw new BadRecordException(
                    Reason.FORMAT,
                    "value must give its fields; it fails with " + BadRecordException.shown(e.toString())
                            + "; send another, or mend the deserializer");
        }
    }

    private void takeFields(@Nullable Object tree) throws BadRecordException {
        if (!(tree instanceof Map<?, ?>)) {
            throw new BadRecordException(
                    Reason.FIELD,
                    "value must be a record with fields; got " + (tree == null ? "nothing" : "something else")
                            + "; send one with the mapped fields");
        }
        List<FieldPath> paths = values.paths();
        for (int slot = 0; slot < paths.size(); slot++) {
            take(slot, at(tree, paths.get(slot)));
        }
    }

    private static @Nullable Object at(Object tree, FieldPath path) {
        Object node = tree;
        for (String name : path.names()) {
            if (node instanceof Map<?, ?> map) {
                node = map.get(name);
            } else if (node instanceof List<?> list
                    && FieldTree.isIndex(name)
                    && Integer.parseInt(name) < list.size()) {
                node = list.get(Integer.parseInt(name));
            } else {
                return null;
            }
            if (node == null) {
                return null;
            }
        }
        return node;
    }

    private void take(int slot, @Nullable Object value) {
        if (value == null) {
            values.absent(slot);
        } else if (value instanceof Boolean truth) {
            values.truth(slot, truth);
        } else if (value instanceof Number number) {
            takeNumber(slot, number);
        } else if (value instanceof CharSequence text) {
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            values.text(slot, bytes, 0, bytes.length);
        } else if (value instanceof List<?> list && list.stream().allMatch(Number.class::isInstance)) {
            values.list(slot);
            list.forEach(element -> values.element(slot, ((Number) element).doubleValue()));
        } else {
            values.other(slot);
        }
    }

    private void takeNumber(int slot, Number number) {
        if (number instanceof Double || number instanceof Float) {
            values.number(slot, number.doubleValue());
            return;
        }
        byte[] digits = number.toString().getBytes(StandardCharsets.US_ASCII);
        boolean whole = true;
        for (byte c : digits) {
            whole &= c == '-' || (c >= '0' && c <= '9');
        }
        values.number(slot, number.doubleValue(), digits, 0, whole ? digits.length : 0);
    }
}
