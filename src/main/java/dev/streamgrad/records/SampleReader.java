package dev.streamgrad.records;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.records.BadRecordException.Reason;
import java.io.IOException;
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

    private final ModelSpec spec;
    private final double[] features;
    private final double[] label;
    private boolean hasFeatures;
    private boolean hasLabel;
    private boolean hasWeight;
    private double weight;
    private @Nullable String id;

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

    /** The id of the last sample. */
    public @Nullable String id() {
        return id;
    }

    /**
     * Reads one record's value.
     *
     * @throws BadRecordException if it is not a sample for this reader's spec
     */
    public void read(byte @Nullable [] value) throws BadRecordException {
        hasFeatures = false;
        hasLabel = false;
        hasWeight = false;
        weight = 1.0;
        id = null;
        if (value == null) {
            throw json("got null (a tombstone)");
        }
        if (value.length == 0) {
            throw json("got no bytes");
        }
        try (JsonParser parser = Json.FACTORY.createParser(value)) {
            read(parser);
        } catch (StreamConstraintsException e) {
            throw new BadRecordException(
                    Reason.JSON,
                    "value must be JSON nested at most " + Json.DEEPEST
                            + " deep, with numbers of at most 1000 digits and no huge strings; got more; send "
                            + "{\"features\":[…],\"label\":[…]}");
        } catch (JsonProcessingException e) {
            throw json("got other bytes (" + firstLine(e.getOriginalMessage()) + ")");
        } catch (IOException e) {
            // Malformed UTF-8 comes as a plain CharConversionException; there is no input or output to fail otherwise.
            throw json("got other bytes (" + firstLine(e.getMessage()) + ")");
        }
    }

    /** What the parser says, without its list of what it would rather have seen. */
    private static String firstLine(@Nullable String message) {
        String line =
                message == null ? "unreadable" : message.lines().findFirst().orElse("");
        int reason = line.indexOf(": ");
        return BadRecordException.shown(reason < 0 ? line : line.substring(0, reason));
    }

    private static BadRecordException json(String got) {
        return new BadRecordException(
                Reason.JSON,
                "value must be a JSON object in UTF-8; " + got + "; send {\"features\":[…],\"label\":[…]}");
    }

    private void read(JsonParser parser) throws IOException, BadRecordException {
        JsonToken first = parser.nextToken();
        if (first != JsonToken.START_OBJECT) {
            throw json(first == null ? "got blanks" : "got " + kind(first));
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken token = parser.nextToken();
            switch (field) {
                case "features" -> readFeatures(parser, token);
                case "label" -> readLabel(parser, token);
                case "weight" -> readWeight(parser, token);
                case "id" -> readId(parser, token);
                default -> parser.skipChildren();
            }
        }
        if (parser.nextToken() != null) {
            throw json("got something after the object");
        }
        if (!hasFeatures) {
            throw field("features must be there, an array of numbers", "nothing", "send \"features\":[…]");
        }
        if (hasLabel) {
            String fault = spec.faultOf(label);
            if (fault != null) {
                throw new BadRecordException(Reason.FIELD, fault);
            }
        }
    }

    private void readFeatures(JsonParser parser, JsonToken token) throws IOException, BadRecordException {
        once("features", hasFeatures);
        hasFeatures = true;
        if (token != JsonToken.START_ARRAY) {
            throw field("features must be an array of numbers", got(parser, token), "send \"features\":[…]");
        }
        readNumbers(parser, "features", features, "layers starts with " + features.length);
    }

    private void readLabel(JsonParser parser, JsonToken token) throws IOException, BadRecordException {
        once("label", hasLabel);
        hasLabel = true;
        if (token == JsonToken.START_ARRAY) {
            readNumbers(parser, "label", label, "layers ends with " + label.length);
        } else if (spec.architecture().output() == Activation.SOFTMAX && label.length > 1) {
            double index = number(parser, token, "label", -1);
            if (index != Math.rint(index) || index < 0.0 || index >= label.length) {
                throw field(
                        "label must be a class index from 0 to " + (label.length - 1),
                        BadRecordException.shown(parser.getText()),
                        "send one of the model's " + label.length + " classes");
            }
            Arrays.fill(label, 0.0);
            label[(int) index] = 1.0;
        } else {
            double bare = number(parser, token, "label", -1);
            if (label.length != 1) {
                throw field(
                        "label must have " + label.length + " numbers",
                        "a bare number",
                        "send an array; the model's layers ends with " + label.length);
            }
            label[0] = bare;
        }
    }

    private void readWeight(JsonParser parser, JsonToken token) throws IOException, BadRecordException {
        once("weight", hasWeight);
        hasWeight = true;
        weight = number(parser, token, "weight", -1);
        if (weight < 0.0) {
            throw field(
                    "weight must be at least 0",
                    BadRecordException.shown(parser.getText()),
                    "leave it out for a weight of 1");
        }
    }

    private void readId(JsonParser parser, JsonToken token) throws IOException, BadRecordException {
        once("id", id != null);
        if (token != JsonToken.VALUE_STRING) {
            throw field("id must be a string", got(parser, token), "put it in quotes or leave it out");
        }
        String text = parser.getText();
        if (text.length() > LONGEST_ID) {
            throw field(
                    "id must have at most " + LONGEST_ID + " characters", text.length() + " characters", "shorten it");
        }
        id = text;
    }

    private static void once(String field, boolean seen) throws BadRecordException {
        if (seen) {
            throw field(field + " must stand once", "it twice", "send it once");
        }
    }

    private void readNumbers(JsonParser parser, String field, double[] into, String because)
            throws IOException, BadRecordException {
        int count = 0;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            double value = number(parser, token, field, count);
            if (count < into.length) {
                into[count] = value;
            }
            count++;
        }
        if (count != into.length) {
            throw field(
                    field + " must have " + into.length + (into.length == 1 ? " number" : " numbers"),
                    Integer.toString(count),
                    "the model's " + because + ", so send " + into.length);
        }
    }

    /** The finite number that stands in {@code field}, at {@code index} if that is not negative. */
    private static double number(JsonParser parser, @Nullable JsonToken token, String field, int index)
            throws IOException, BadRecordException {
        if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_NUMBER_FLOAT) {
            throw field(place(field, index) + " must be a number", got(parser, token), "send a number, without quotes");
        }
        double value = parser.getDoubleValue();
        if (!Double.isFinite(value)) {
            throw field(
                    place(field, index) + " must be a finite double",
                    BadRecordException.shown(parser.getText()),
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

    /** The parser reads a string only now, and may find that it is malformed: that is bad JSON as any other. */
    private static String got(JsonParser parser, @Nullable JsonToken token) throws IOException {
        return token == JsonToken.VALUE_STRING
                ? "the string \"" + BadRecordException.shown(parser.getText()) + "\""
                : kind(token);
    }

    private static String kind(@Nullable JsonToken token) {
        if (token == null) {
            return "the end";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NULL -> "null";
            case VALUE_TRUE -> "true";
            case VALUE_FALSE -> "false";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            default -> token.name();
        };
    }
}
