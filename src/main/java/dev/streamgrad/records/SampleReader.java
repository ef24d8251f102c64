package dev.streamgrad.records;

import dev.streamgrad.json.Json;
import dev.streamgrad.json.JsonScanner;
import dev.streamgrad.json.JsonScanner.Kind;
import dev.streamgrad.json.JsonScanner.MalformedException;
import dev.streamgrad.json.JsonScanner.TooLargeException;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.records.BadRecordException.Reason;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads samples for models of one {@link ModelSpec} into arrays of its own, which the next {@link #read} overwrites: no
 * tree, no boxing, no list. Not thread-safe.
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
public final class SampleReader {
    /** The longest id, in characters: a prediction repeats it, and must not outgrow what a topic takes. */
    public static final int LONGEST_ID = 1024;

    private final JsonScanner scanner = new JsonScanner();
    private final ModelSpec spec;
    private final double[] features;
    private final double[] label;
    private boolean hasFeatures;
    private boolean hasLabel;
    private boolean hasWeight;
    private double weight;
    private @Nullable String id;
    private @Nullable String model;
    private boolean exists;

    /** A reader for models of this spec. */
    public SampleReader(ModelSpec spec) {
        this.spec = spec;
        this.features = new double[spec.architecture().inputs()];
        this.label = new double[spec.architecture().outputs()];
    }

    /** The features of the last sample, finite. */
    public double[] features() {
        return features;
    }

    /** Whether the last sample had a label. */
    public boolean hasLabel() {
        return hasLabel;
    }

    /** The label of the last sample, one number per output; a class index has become a one-hot vector. */
    public double[] label() {
        return label;
    }

    /** The weight of the last sample, 1 if it had none. */
    public double weight() {
        return weight;
    }

    /**
     * The id of the last sample: well-formed Unicode. Half of a surrogate pair, which only an escape can send, has
     * become U+FFFD as strict readers of the sample make it; the sample is learned as ever, because the models of a log
     * must not depend on what an id is taken for.
     */
    public @Nullable String id() {
        return id;
    }

    /**
     * Reads one record's value.
     *
     * @throws BadRecordException if it is not a sample for this reader's spec
     */
    public void read(byte @Nullable [] value) throws BadRecordException {
        read(value, null, true);
    }

    /**
     * As {@link #read(byte[])}, for a certain model: what to do about a wrong number of features or labels depends on
     * whether it exists.
     *
     * @param model its name; null if it is not known
     * @param exists whether there is a model of that name, which keeps its layers
     */
    public void read(byte @Nullable [] value, @Nullable String model, boolean exists) throws BadRecordException {
        read(value, 0, model, exists);
    }

    /**
     * As {@link #read(byte[], String, boolean)}, for a value with something before the sample.
     *
     * @param offset where the sample begins, at most the value's length
     */
    public void read(byte @Nullable [] value, int offset, @Nullable String model, boolean exists)
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
        if (value.length == offset) {
            throw json("got no bytes");
        }
        try {
            scanner.start(value, offset);
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

    private static BadRecordException json(String got) {
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

    private static String wellFormed(String text) {
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
