package dev.streamgrad.records;

import dev.streamgrad.json.Json;
import dev.streamgrad.json.JsonScanner;
import dev.streamgrad.json.JsonScanner.Kind;
import dev.streamgrad.json.JsonScanner.MalformedException;
import dev.streamgrad.json.JsonScanner.TooLargeException;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.records.BadRecordException.Reason;
import java.util.Arrays;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Reads samples in the form of arrays, into arrays of its own, which the next {@link #read} overwrites: no tree, no
 * boxing, no list. Not thread-safe.
 *
 * <pre>
 *   {"features":[0,1],"label":[1]}                       a sample
 *   {"features":[0,1]}                                   a request: predicted, not trained
 *   {"features":[0,1],"label":1,"weight":2,"id":"a-7"}   a bare label; a weight; an id, copied to the prediction
 * </pre>
 *
 * <p>With a softmax of several outputs a bare label is the class index. Unknown fields are ignored; null is never a
 * value.
 */
final class ArrayReader implements SampleReader {
    private final JsonScanner scanner = new JsonScanner();
    private final ModelSpec spec;
    private final RecordFrame frame;
    private final double[] features;
    private final double[] label;
    private boolean hasFeatures;
    private boolean hasLabel;
    private boolean hasWeight;
    private double weight;
    private @Nullable String id;
    private @Nullable String model;
    private boolean exists;

    ArrayReader(ModelSpec spec, RecordFrame frame) {
        this.frame = frame;
        this.spec = spec;
        this.features = new double[spec.architecture().inputs()];
        this.label = new double[spec.architecture().outputs()];
    }

    @Override
    public double[] features() {
        return features;
    }

    @Override
    public boolean hasLabel() {
        return hasLabel;
    }

    @Override
    public double[] label() {
        return label;
    }

    @Override
    public double weight() {
        return weight;
    }

    @Override
    public @Nullable String id() {
        return id;
    }

    @Override
    public void read(byte @Nullable [] value, Headers headers, @Nullable String model, boolean exists)
            throws BadRecordException {
        this.model = model;
        this.exists = exists;
        hasFeatures = false;
        hasLabel = false;
        hasWeight = false;
        weight = 1.0;
        id = null;
        if (value == null) {
            throw json("got null (a tombstone)");
        }
        int start = frame.length(value, headers);
        if (value.length == start) {
            throw json("got no bytes");
        }
        try {
            scanner.start(value, start);
            read();
        } catch (TooLargeException e) {
            throw new BadRecordException(
                    Reason.JSON,
                    "value must be JSON nested at most " + Json.DEEPEST + " deep, with numbers of at most "
                            + JsonScanner.MOST_DIGITS + " digits; got more; send {\"features\":[…],\"label\":[…]}");
        } catch (MalformedException e) {
            throw json("got other bytes (" + e.getMessage() + ")");
        }
    }

    @Override
    public void encode(Model ofRecord) {
        // The arrays are the features and the label.
    }

    static BadRecordException json(String got) {
        return new BadRecordException(
                Reason.JSON,
                "value must be a JSON object in UTF-8; " + got + "; send {\"features\":[…],\"label\":[…]}");
    }

    private void read() throws MalformedException, TooLargeException, BadRecordException {
        if (scanner.isAtEnd()) {
            throw json("got blanks");
        }
        Kind kind = scanner.value();
        if (kind != Kind.OBJECT) {
            throw json("got " + kind.shown());
        }
        for (boolean first = true; scanner.field(first); first = false) {
            if (scanner.isString("features")) {
                readFeatures();
            } else if (scanner.isString("label")) {
                readLabel();
            } else if (scanner.isString("weight")) {
                readWeight();
            } else if (scanner.isString("id")) {
                readId();
            } else {
                scanner.skip(scanner.value(), 1);
            }
        }
        if (!scanner.isAtEnd()) {
            throw json("got something after the object");
        }
        if (!hasFeatures) {
            throw field("features must be there, an array of numbers", "nothing", "send \"features\":[…]");
        }
        if (hasLabel) {
            String fault = spec.birth().faultOf(label);
            if (fault != null) {
                throw new BadRecordException(Reason.FIELD, fault);
            }
        }
    }

    private void readFeatures() throws MalformedException, TooLargeException, BadRecordException {
        once("features", hasFeatures);
        hasFeatures = true;
        Kind kind = scanner.value();
        if (kind != Kind.ARRAY) {
            throw field("features must be an array of numbers", got(kind), "send \"features\":[…]");
        }
        readNumbers("features", features, "starts");
    }

    private void readLabel() throws MalformedException, TooLargeException, BadRecordException {
        once("label", hasLabel);
        hasLabel = true;
        Kind kind = scanner.value();
        if (kind == Kind.ARRAY) {
            readNumbers("label", label, "ends");
        } else if (spec.architecture().output() == Activation.SOFTMAX && label.length > 1) {
            double index = number(kind, "label", -1);
            if (index != Math.rint(index) || index < 0.0 || index >= label.length) {
                throw field(
                        "label must be a class index from 0 to " + (label.length - 1),
                        BadRecordException.shown(scanner.numberText()),
                        "send one of the model's " + label.length + " classes");
            }
            Arrays.fill(label, 0.0);
            label[(int) index] = 1.0;
        } else {
            double bare = number(kind, "label", -1);
            if (label.length != 1) {
                throw field(
                        "label must have " + label.length + " numbers",
                        "a bare number",
                        "send an array; the model's layers ends with " + label.length);
            }
            label[0] = bare;
        }
    }

    private void readWeight() throws MalformedException, TooLargeException, BadRecordException {
        once("weight", hasWeight);
        hasWeight = true;
        weight = number(scanner.value(), "weight", -1);
        if (weight < 0.0) {
            throw field(
                    "weight must be at least 0",
                    BadRecordException.shown(scanner.numberText()),
                    "leave it out for a weight of 1");
        }
    }

    private void readId() throws MalformedException, TooLargeException, BadRecordException {
        once("id", id != null);
        Kind kind = scanner.value();
        if (kind != Kind.STRING) {
            throw field("id must be a string", got(kind), "put it in quotes or leave it out");
        }
        if (scanner.stringLength() > LONGEST_ID) {
            throw field(
                    "id must have at most " + LONGEST_ID + " characters",
                    scanner.stringLength() + " characters",
                    "shorten it");
        }
        id = wellFormed(scanner.string());
    }

    /** The text with U+FFFD for each half of a surrogate pair. */
    static String wellFormed(String text) {
        if (!hasSurrogates(text)) {
            return text;
        }
        StringBuilder whole = new StringBuilder(text.length());
        text.codePoints().forEach(c -> whole.appendCodePoint(isHalfOfAPair(c) ? '\uFFFD' : c));
        return whole.toString();
    }

    /** The usual text has none, and costs nothing. */
    private static boolean hasSurrogates(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /** Of a whole pair, {@code codePoints()} makes one code point. */
    private static boolean isHalfOfAPair(int c) {
        return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    }

    private static void once(String field, boolean seen) throws BadRecordException {
        if (seen) {
            throw field(field + " must stand once", "it twice", "send it once");
        }
    }

    private void readNumbers(String field, double[] into, String layersDo)
            throws MalformedException, TooLargeException, BadRecordException {
        int count = 0;
        while (scanner.element(count == 0)) {
            double value = number(scanner.value(), field, count);
            if (count < into.length) {
                into[count] = value;
            }
            count++;
        }
        if (count != into.length) {
            throw field(
                    field + " must have " + into.length + (into.length == 1 ? " number" : " numbers"),
                    Integer.toString(count),
                    remedy(into, count, layersDo));
        }
    }

    private String remedy(double[] into, int count, String layersDo) {
        if (into == label && count == 1 && spec.architecture().output() == Activation.SOFTMAX) {
            return "send a class index as a number, without brackets, or one probability for each class";
        }
        if (model == null || count == 0) {
            return "the model's layers " + layersDo + " with " + into.length + ", so send " + into.length;
        }
        String layers = into == features ? count + ",8," + label.length : features.length + ",8," + count;
        String name = BadRecordException.shown(model);
        return exists
                ? "model " + name + " keeps its layers " + spec.architecture() + ", so send " + into.length
                        + ", or name a new model and set models.NAME.layers=" + layers
                : "there is no model " + name + " yet, so start the learner with --set models." + name + ".layers="
                        + layers + ", or send " + into.length;
    }

    /** The finite number that stands in {@code field}, at {@code index} if that is not negative. */
    private double number(Kind kind, String field, int index) throws BadRecordException {
        if (kind != Kind.NUMBER) {
            throw field(place(field, index) + " must be a number", got(kind), "send a number, without quotes");
        }
        double value = scanner.number();
        if (!Double.isFinite(value)) {
            throw field(
                    place(field, index) + " must be a finite double",
                    BadRecordException.shown(scanner.numberText()),
                    "send a number between -1.7e308 and 1.7e308");
        }
        return value;
    }

    private static String place(String field, int index) {
        return index < 0 ? field : field + "[" + index + "]";
    }

    private static BadRecordException field(String rule, String got, String remedy) {
        return new BadRecordException(Reason.FIELD, rule + "; got " + got + "; " + remedy);
    }

    private String got(Kind kind) {
        return kind == Kind.STRING ? "the string \"" + BadRecordException.shown(scanner.string()) + "\"" : kind.shown();
    }
}
