package dev.streamgrad.records;

import dev.streamgrad.encoding.Encoder;
import dev.streamgrad.encoding.FieldPath;
import dev.streamgrad.encoding.FieldValues;
import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.encoding.UnusableValueException;
import dev.streamgrad.json.Json;
import dev.streamgrad.json.JsonScanner;
import dev.streamgrad.json.JsonScanner.Kind;
import dev.streamgrad.json.JsonScanner.MalformedException;
import dev.streamgrad.json.JsonScanner.TooLargeException;
import dev.streamgrad.learning.Birth;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.records.BadRecordException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of people's own, as a {@link Mapping} says. JSON is scanned once, and only the fields that are mapped
 * are looked at; nothing is allocated for it but an id. Of other formats a {@link RecordDecoder} makes a tree.
 */
final class MappedReader implements SampleReader {
    private final Mapping mapping;
    private final Birth birth;
    private final ValueFormat format;
    private final FieldValues values;
    private final FieldTree fields;
    private final Encoder encoder;
    private final int idSlot;
    private final JsonScanner scanner = new JsonScanner();
    private final FieldTree.Name scanned = scanner::isString;
    /** Strings with escapes, decoded: kept until the record is done with. */
    private byte[] unescaped = {};

    private int unescapedEnd;
    private long record;
    private boolean hasLabel;
    private @Nullable String id;

    MappedReader(Mapping mapping, ModelSpec spec, ValueFormat format) {
        this.mapping = mapping;
        this.birth = spec.birth();
        this.format = format;
        int outputs = spec.architecture().outputs();
        this.values = new FieldValues(mapping, outputs);
        this.fields = FieldTree.of(values.paths());
        this.encoder = new Encoder(mapping, values, outputs, birth.scales());
        this.idSlot = values.paths().indexOf(mapping.id());
    }

    @Override
    public void read(byte @Nullable [] value, Headers headers, @Nullable String model, boolean exists)
            throws BadRecordException {
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
        hasLabel = encoder.hasLabel(values);
        id = idOf();
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

    private void readValue(FieldTree field, int depth)
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
            if (child != null) {
                readValue(child, depth);
                continue;
            }
            Kind kind = scanner.value();
            if (numbers && kind == Kind.NUMBER) {
                values.element(slot, scanner.number());
                continue;
            }
            if (numbers) {
                values.other(slot);
                numbers = false;
            }
            scanner.skip(kind, depth);
        }
    }

    private void readTree(@Nullable Object tree) throws BadRecordException {
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
            } else if (node instanceof List<?> list && isIndex(name, list.size())) {
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

    private static boolean isIndex(String name, int size) {
        return name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9') && Integer.parseInt(name) < size;
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

    private @Nullable String idOf() throws BadRecordException {
        String text = idSlot < 0 ? null : values.word(idSlot);
        if (text != null && text.length() > LONGEST_ID) {
            throw new BadRecordException(
                    Reason.FIELD,
                    mapping.id().text() + " must have at most " + LONGEST_ID + " characters, because it is the id; got "
                            + text.length() + " characters; shorten it");
        }
        return text;
    }

    @Override
    public void encode(Model model) throws BadRecordException {
        try {
            encoder.encode(values, model.vocabulary());
        } catch (UnusableValueException e) {
            throw new BadRecordException(
                    Reason.FIELD,
                    BadRecordException.shown(e.field()) + " must be " + BadRecordException.shown(e.rule()) + "; got "
                            + BadRecordException.shown(e.got()) + "; " + e.remedy());
        }
        if (hasLabel) {
            String fault = birth.faultOf(encoder.label());
            if (fault != null) {
                throw new BadRecordException(Reason.FIELD, fault);
            }
        }
    }

    @Override
    public boolean hasLabel() {
        return hasLabel;
    }

    @Override
    public double[] features() {
        return encoder.inputs();
    }

    @Override
    public double[] label() {
        return encoder.label();
    }

    @Override
    public double weight() {
        return encoder.weight();
    }

    @Override
    public @Nullable String id() {
        return id;
    }
}
