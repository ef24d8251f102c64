package dev.streamgrad.encoding;

import dev.streamgrad.encoding.FieldValues.Kind;
import dev.streamgrad.json.ShortestDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.util.FastMath;
import org.jspecify.annotations.Nullable;

/**
 * Makes the inputs of a network of the fields of a record, as a {@link Mapping} says, into arrays of its own. What it
 * makes depends on the record and on the model's {@link Vocabulary} only, so the log gives the same numbers again.
 *
 * <p>It allocates nothing for numbers, booleans, categories, hashes and cycles; what is written as text and read as a
 * number or a moment goes through a string. Not thread-safe.
 *
 * <p>Hashes are those of scikit-learn's {@code FeatureHasher} for {@code {"field": "value"}}: MurmurHash3 (32 bits, A.
 * Appleby, 2011; seed 0) of {@code field=value} in UTF-8; its absolute value modulo the number of inputs says which,
 * and its sign is the input's.
 */
public final class Encoder {
    private static final double FULL_CIRCLE = 2.0 * Math.PI;

    private static final String NEW_MODEL = " for a new model";

    private final Mapping mapping;
    private final Feature[] features;
    private final int[] slots;
    /** Of a category, the words that are listed, or the index of the dictionary in which they are learned. */
    private final Dictionary[] listed;

    private final int[] dictionaries;
    private final byte[][] hashPrefixes;
    private final int labelSlot;
    private final @Nullable FieldPath weightField;
    private final int weightSlot;
    private final @Nullable Dictionary listedClasses;
    private final int classDictionary;
    private final boolean leavesGaps;
    private final double[] inputs;
    private final double[] label;
    private double weight;

    /** The word of the value at hand. */
    private final Word word = new Word();

    /**
     * An encoder for models of one shape.
     *
     * @param values has the mapping's fields
     * @param outputs how many numbers a label is
     * @param scales whether the model standardises quantities: then NaN stands for one that is missing
     */
    public Encoder(Mapping mapping, FieldValues values, int outputs, boolean scales) {
        this.mapping = mapping;
        this.features = mapping.features().toArray(Feature[]::new);
        this.slots = new int[features.length];
        this.listed = new Dictionary[features.length];
        this.dictionaries = new int[features.length];
        this.hashPrefixes = new byte[features.length][];
        int learned = 0;
        for (int f = 0; f < features.length; f++) {
            FieldPath field = features[f].field();
            slots[f] = values.slotOf(field);
            listed[f] = new Dictionary(0);
            dictionaries[f] = -1;
            hashPrefixes[f] = (field.text() + "=").getBytes(StandardCharsets.UTF_8);
            if (features[f].type() instanceof FeatureType.Listed type) {
                listed[f] = of(type.words());
            } else if (features[f].type() instanceof FeatureType.Learned) {
                dictionaries[f] = learned++;
            }
        }
        Label labels = mapping.label();
        this.labelSlot = values.slotOf(labels.field());
        this.weightField = mapping.weight();
        this.weightSlot = weightField == null ? -1 : values.slotOf(weightField);
        this.listedClasses = labels.classes().isEmpty() ? null : of(labels.classes());
        this.classDictionary = labels.mostClasses() > 0 ? learned : -1;
        this.leavesGaps = scales && mapping.mayHaveGaps();
        this.inputs = new double[mapping.inputs()];
        this.label = new double[outputs];
    }

    private static Dictionary of(List<String> words) {
        Dictionary dictionary = new Dictionary(words.size());
        dictionary.restore(words.stream()
                .map(word -> word.getBytes(StandardCharsets.UTF_8))
                .toList());
        return dictionary;
    }

    /** The inputs of the last record; NaN is a quantity that is missing and has a mean. */
    public double[] inputs() {
        return inputs;
    }

    /** The label of the last record that had one, a number for each output. */
    public double[] label() {
        return label;
    }

    /** The weight of the last record. */
    public double weight() {
        return weight;
    }

    /** Whether these values have a label: without one they are a request. */
    public boolean hasLabel(FieldValues values) {
        return !isAbsent(values, labelSlot);
    }

    /**
     * Encodes the values of a record. New words are noted in the vocabulary if the record has a label; they become part
     * of it by {@link Vocabulary#keep}.
     *
     * @param vocabulary the model's; null if the mapping has no dictionaries
     * @throws UnusableValueException if a field has no value that its feature can take; the vocabulary is as it was
     */
    public void encode(FieldValues values, @Nullable Vocabulary vocabulary) throws UnusableValueException {
        if (vocabulary != null) {
            vocabulary.forget();
        }
        boolean learns = hasLabel(values);
        int input = 0;
        for (int f = 0; f < features.length; f++) {
            encode(f, values, vocabulary, learns, input);
            input += features[f].inputs();
        }
        weight = weightOf(values);
        if (learns) {
            encodeLabel(values, vocabulary);
        }
    }

    private void encode(int f, FieldValues values, @Nullable Vocabulary vocabulary, boolean learns, int at)
            throws UnusableValueException {
        Feature feature = features[f];
        int slot = slots[f];
        int count = feature.type().inputs();
        boolean there = !isAbsent(values, slot);
        boolean usable = there && fill(f, values, slot, vocabulary, learns, at);
        if (!usable) {
            if (!feature.indicated() && mapping.missing() == Missing.DEAD_LETTER) {
                throw unusable(feature, values, slot, there);
            }
            boolean gap = leavesGaps
                    && feature.type().isQuantity()
                    && (feature.indicated() || mapping.missing() == Missing.MEAN)
                    && !(feature.indicated() && mapping.missing() == Missing.ZERO);
            Arrays.fill(inputs, at, at + count, gap ? Double.NaN : 0.0);
        }
        if (feature.indicated()) {
            inputs[at + count] = usable ? 0.0 : 1.0;
        }
    }

    /** Returns whether the value could be used. */
    private boolean fill(int f, FieldValues values, int slot, @Nullable Vocabulary vocabulary, boolean learns, int at)
            throws UnusableValueException {
        FeatureType type = features[f].type();
        if (type instanceof FeatureType.Quantity) {
            double number = number(values, slot);
            inputs[at] = number;
            return Double.isFinite(number);
        }
        if (type instanceof FeatureType.Quantities list) {
            return fillList(values, slot, list.length(), at);
        }
        if (type instanceof FeatureType.Truth) {
            int truth = Truths.of(values, slot);
            inputs[at] = truth;
            return truth >= 0;
        }
        if (type instanceof FeatureType.Cyclic cyclic) {
            double turns = number(values, slot) / cyclic.period();
            fillCircle(turns, at);
            return Double.isFinite(turns);
        }
        if (type instanceof FeatureType.Time time) {
            return fillTime(values, slot, time, at);
        }
        return word.take(values, slot) && fillWord(f, vocabulary, learns, at);
    }

    private boolean fillList(FieldValues values, int slot, int length, int at) {
        if (values.kind(slot) != Kind.LIST || values.length(slot) != length) {
            return false;
        }
        double[] list = values.list(slot, length);
        for (int i = 0; i < length; i++) {
            if (!Double.isFinite(list[i])) {
                return false;
            }
            inputs[at + i] = list[i];
        }
        return true;
    }

    private void fillCircle(double turns, int at) {
        double angle = FULL_CIRCLE * (turns - FastMath.floor(turns));
        inputs[at] = FastMath.sin(angle);
        inputs[at + 1] = FastMath.cos(angle);
    }

    private boolean fillTime(FieldValues values, int slot, FeatureType.Time type, int at) {
        Kind kind = values.kind(slot);
        LocalDateTime time = kind == Kind.NUMBER
                ? Moments.of(values.number(slot))
                : kind == Kind.TEXT ? Moments.of(string(values, slot)) : null;
        if (time == null) {
            return false;
        }
        int input = at;
        for (TimePart part : type.parts()) {
            fillCircle(part.of(time) / part.period(), input);
            input += 2;
        }
        return true;
    }

    private boolean fillWord(int f, @Nullable Vocabulary vocabulary, boolean learns, int at)
            throws UnusableValueException {
        FeatureType type = features[f].type();
        if (type instanceof FeatureType.Hashed hash) {
            Arrays.fill(inputs, at, at + hash.buckets(), 0.0);
            int value = word.hash(hashPrefixes[f]);
            // In long, because the absolute value of the least int is none.
            int bucket = (int) (Math.abs((long) value) % hash.buckets());
            inputs[at + bucket] = value >= 0 ? 1.0 : -1.0;
            return true;
        }
        int length = word.length();
        if (length > Dictionary.LONGEST_WORD) {
            throw new UnusableValueException(
                    features[f].field(),
                    "a category of at most " + Dictionary.LONGEST_WORD + " bytes",
                    length + " bytes",
                    "shorten it, or map it as hash(64)" + NEW_MODEL);
        }
        int count = type.inputs();
        Arrays.fill(inputs, at, at + count, 0.0);
        if (type instanceof FeatureType.Listed) {
            int index = word.indexIn(listed[f]);
            if (index != Dictionary.FULL) {
                inputs[at + index] = 1.0;
            }
            return true;
        }
        Dictionary dictionary = vocabulary == null ? null : vocabulary.dictionary(dictionaries[f]);
        int index = dictionary == null ? Dictionary.FULL : indexIn(dictionary, learns);
        inputs[at + (index == Dictionary.FULL ? count - 1 : index)] = 1.0;
        return true;
    }

    /** The index of the word at hand, which a sample gives a place if there is one left, and a request does not. */
    private int indexIn(Dictionary dictionary, boolean learns) {
        int index = word.indexIn(dictionary);
        if (index == dictionary.size()) {
            if (!learns) {
                return Dictionary.FULL;
            }
            word.noteIn(dictionary);
        }
        return index;
    }

    private double weightOf(FieldValues values) throws UnusableValueException {
        FieldPath field = weightField;
        if (field == null || isAbsent(values, weightSlot)) {
            return 1.0;
        }
        double number = number(values, weightSlot);
        if (!Double.isFinite(number) || number < 0.0) {
            throw new UnusableValueException(
                    field,
                    "a number of at least 0",
                    shown(values, weightSlot),
                    "leave it out for a weight of 1, or set weight to another field" + NEW_MODEL);
        }
        return number;
    }

    private void encodeLabel(FieldValues values, @Nullable Vocabulary vocabulary) throws UnusableValueException {
        Label labels = mapping.label();
        if (labels.isClass()) {
            encodeClass(values, vocabulary);
            return;
        }
        if (label.length == 1) {
            label[0] = values.kind(labelSlot) == Kind.LIST && values.length(labelSlot) == 1
                    ? values.list(labelSlot, 1)[0]
                    : number(values, labelSlot);
        } else if (values.kind(labelSlot) == Kind.LIST && values.length(labelSlot) == label.length) {
            System.arraycopy(values.list(labelSlot, label.length), 0, label, 0, label.length);
        } else {
            label[0] = Double.NaN;
        }
        for (double number : label) {
            if (!Double.isFinite(number)) {
                throw new UnusableValueException(
                        labels.field(),
                        label.length == 1 ? "a number" : "a list of " + label.length + " numbers",
                        shown(values, labelSlot),
                        "send one, or name its classes with label.classes" + NEW_MODEL);
            }
        }
    }

    private void encodeClass(FieldValues values, @Nullable Vocabulary vocabulary) throws UnusableValueException {
        Label labels = mapping.label();
        int index = Dictionary.FULL;
        if (word.take(values, labelSlot) && word.length() <= Dictionary.LONGEST_WORD) {
            Dictionary learned = vocabulary == null ? null : vocabulary.dictionary(classDictionary);
            index = listedClasses != null
                    ? word.indexIn(listedClasses)
                    : learned == null ? Dictionary.FULL : indexIn(learned, true);
        }
        if (index == Dictionary.FULL) {
            throw new UnusableValueException(
                    labels.field(),
                    listedClasses != null
                            ? "one of the classes " + labels.classesText()
                            : "one of the first " + labels.mostClasses() + " classes that the model met",
                    shown(values, labelSlot),
                    listedClasses != null
                            ? "add it to label.classes" + NEW_MODEL
                            : "raise label.classes.max" + NEW_MODEL);
        }
        if (label.length == 1) {
            label[0] = index;
        } else {
            Arrays.fill(label, 0.0);
            label[index] = 1.0;
        }
    }

    /** Absent is what is not there or null, and what is nothing but blanks, as it is in a table. */
    private static boolean isAbsent(FieldValues values, int slot) {
        if (values.kind(slot) == Kind.ABSENT) {
            return true;
        }
        if (values.kind(slot) != Kind.TEXT) {
            return false;
        }
        byte[] text = values.text(slot);
        for (int i = values.from(slot); i < values.to(slot); i++) {
            if (text[i] < 0 || text[i] > ' ') {
                return false;
            }
        }
        return true;
    }

    /** The number in a slot; NaN if it is none. */
    private double number(FieldValues values, int slot) {
        Kind kind = values.kind(slot);
        if (kind == Kind.NUMBER) {
            return values.number(slot);
        }
        return kind == Kind.TEXT && mapping.numbersInQuotes() ? parsed(string(values, slot)) : Double.NaN;
    }

    private static double parsed(String text) {
        String number = text.strip();
        for (int i = 0; i < number.length(); i++) {
            // Java would take more: hexadecimal, a type's letter, the name of an infinity.
            if ("0123456789+-.eE".indexOf(number.charAt(i)) < 0) {
                return Double.NaN;
            }
        }
        try {
            return Double.parseDouble(number);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static String string(FieldValues values, int slot) {
        return new String(
                values.text(slot), values.from(slot), values.to(slot) - values.from(slot), StandardCharsets.UTF_8);
    }

    private UnusableValueException unusable(Feature feature, FieldValues values, int slot, boolean there) {
        boolean quoted = there
                && values.kind(slot) == Kind.TEXT
                && Double.isFinite(parsed(string(values, slot)))
                && (feature.type() instanceof FeatureType.Quantity || feature.type() instanceof FeatureType.Cyclic);
        String remedy = quoted
                ? "send it without quotes, or set numbers.in.quotes=true" + NEW_MODEL
                : "send one, or set missing=zero" + NEW_MODEL;
        return new UnusableValueException(
                feature.field(), feature.type().rule(), there ? shown(values, slot) : "nothing", remedy);
    }

    private static String shown(FieldValues values, int slot) {
        Kind kind = values.kind(slot);
        return switch (kind) {
            case NUMBER -> ShortestDecimal.text(values.number(slot));
            case TEXT -> "\"" + string(values, slot) + "\"";
            case LIST -> "a list of " + values.length(slot) + " numbers";
            default -> kind.shown();
        };
    }
}
