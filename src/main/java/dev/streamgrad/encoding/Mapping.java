package dev.streamgrad.encoding;

import dev.streamgrad.nn.Named;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How records of people's own become samples: which fields are features, label, weight and id, and how their values
 * become numbers. Part of what a model is born with.
 *
 * @param features at least one, in the order of inputs
 * @param missing what a feature does that is missing and has no indicator
 * @param numbersInQuotes whether text that is a number is taken for it
 * @param label the label
 * @param weight where the weight of a sample stands; null if none has one
 * @param id where the id of a sample stands, which is copied to its prediction; null if none has one
 */
public record Mapping(
        List<Feature> features,
        Missing missing,
        boolean numbersInQuotes,
        Label label,
        @Nullable FieldPath weight,
        @Nullable FieldPath id) {
    /** The settings, with what each is unless it is set. Without {@code features} there is no mapping. */
    public static final Map<String, String> DEFAULTS;

    private static final double HALF = 0.5;

    /** What stands behind a field in an input's name, and around it. */
    private static final int LONGEST_SUFFIX = 32;

    static {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("features", "");
        defaults.put("missing", "dead-letter");
        defaults.put("numbers.in.quotes", "false");
        defaults.put("label", "label");
        defaults.put("label.classes", "");
        defaults.put("label.classes.max", "0");
        // Not the name: in many a topic a field is called so that is no weight of a sample.
        defaults.put("weight", "");
        defaults.put("id", "id");
        DEFAULTS = Collections.unmodifiableMap(defaults);
    }

    /**
     * Copies the features.
     *
     * @throws IllegalArgumentException if a field is used in two ways that exclude each other
     */
    public Mapping {
        features = List.copyOf(features);
        if (features.isEmpty()) {
            throw new IllegalArgumentException("features must name a field; got none");
        }
        for (Feature feature : features) {
            if (feature.field().equals(label.field())) {
                throw new IllegalArgumentException(
                        "features must not have the label, or there is nothing to learn; got " + feature.field()
                                + "; leave it out, or set label to another field");
            }
        }
        if (weight != null
                && (weight.equals(label.field())
                        || features.stream().anyMatch(feature -> feature.field().equals(weight)))) {
            throw new IllegalArgumentException("weight must be another field than the label and the features; got "
                    + weight + "; name the field of the samples' weight, or leave the setting out");
        }
        if (Set.copyOf(features).size() < features.size()) {
            throw new IllegalArgumentException("features must have each feature once; got one twice");
        }
        for (Feature list : features) {
            boolean isList = list.type() instanceof FeatureType.Quantities;
            if (isList
                    && features.stream()
                                    .filter(each -> each.field().equals(list.field()))
                                    .count()
                            > 1) {
                throw new IllegalArgumentException(
                        "features must have the field of a list once; got more of " + list.field());
            }
        }
        if (inputs(features) > FeatureType.MOST_INPUTS) {
            throw new IllegalArgumentException(
                    "features must have at most " + FeatureType.MOST_INPUTS + " inputs; got " + inputs(features));
        }
    }

    private static long inputs(List<Feature> features) {
        return features.stream().mapToLong(Feature::inputs).sum();
    }

    /**
     * The mapping that these settings describe; null if they have no {@code features}.
     *
     * @param settings all of {@link #DEFAULTS}
     * @throws IllegalArgumentException naming the setting that is wrong
     */
    public static @Nullable Mapping parse(Map<String, String> settings) {
        String features = text(settings, "features");
        if (features.isBlank()) {
            DEFAULTS.forEach((name, value) -> {
                if (!text(settings, name).equals(value)) {
                    throw new IllegalArgumentException(name + " must be left out without features; got "
                            + text(settings, name) + "; name the fields of a record in features, as in"
                            + " features=amount,country:category(16)");
                }
            });
            return null;
        }
        List<Feature> list = new ArrayList<>();
        for (String part : Words.parts(features)) {
            try {
                list.add(Feature.parse(part));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("features: " + e.getMessage(), e);
            }
        }
        return new Mapping(
                list,
                Named.parse(Missing.values(), "missing", text(settings, "missing")),
                truth(settings, "numbers.in.quotes"),
                new Label(path(settings, "label"), classes(settings), whole(settings, "label.classes.max")),
                pathOrNone(settings, "weight"),
                pathOrNone(settings, "id"));
    }

    private static String text(Map<String, String> settings, String name) {
        return String.valueOf(settings.get(name));
    }

    private static List<String> classes(Map<String, String> settings) {
        try {
            return Words.split(text(settings, "label.classes"));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("label.classes: " + e.getMessage(), e);
        }
    }

    private static FieldPath path(Map<String, String> settings, String name) {
        try {
            return FieldPath.parse(text(settings, name));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable FieldPath pathOrNone(Map<String, String> settings, String name) {
        return text(settings, name).isBlank() ? null : path(settings, name);
    }

    private static String text(@Nullable FieldPath path) {
        return path == null ? "" : path.text();
    }

    private static boolean truth(Map<String, String> settings, String name) {
        String value = text(settings, name);
        if (!value.equals("true") && !value.equals("false")) {
            throw new IllegalArgumentException(name + " must be true or false; got " + value);
        }
        return value.equals("true");
    }

    private static int whole(Map<String, String> settings, String name) {
        try {
            return Integer.parseInt(text(settings, name));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be a whole number; got " + text(settings, name), e);
        }
    }

    /** The settings that describe it, in the order of {@link #DEFAULTS}: equal mappings give equal text. */
    public Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("features", features.stream().map(Feature::text).collect(Collectors.joining(",")));
        settings.put("missing", missing.id());
        settings.put("numbers.in.quotes", Boolean.toString(numbersInQuotes));
        settings.put("label", label.field().text());
        settings.put("label.classes", label.classesText());
        settings.put("label.classes.max", Integer.toString(label.mostClasses()));
        settings.put("weight", text(weight));
        settings.put("id", text(id));
        return settings;
    }

    /** How many inputs the features have together. */
    public int inputs() {
        return (int) inputs(features);
    }

    /** Whether each input is a quantity, which {@code features.scaling} standardises. */
    public boolean[] quantities() {
        boolean[] quantities = new boolean[inputs()];
        int input = 0;
        for (Feature feature : features) {
            for (int i = 0; i < feature.type().inputs(); i++) {
                quantities[input + i] = feature.type().isQuantity();
            }
            input += feature.inputs();
        }
        return quantities;
    }

    /** Whether a quantity may be missing and still be used: its mean then stands in for it where there is one. */
    public boolean mayHaveGaps() {
        return features.stream()
                .anyMatch(feature -> feature.type().isQuantity() && (missing == Missing.MEAN || feature.indicated()));
    }

    /** How many words each dictionary has room for: one for each category that is learned, then one for the classes. */
    public List<Integer> dictionaries() {
        List<Integer> capacities = new ArrayList<>();
        for (Feature feature : features) {
            if (feature.type() instanceof FeatureType.Learned learned) {
                capacities.add(learned.places() - 1);
            }
        }
        if (label.mostClasses() > 0) {
            capacities.add(label.mostClasses());
        }
        return capacities;
    }

    /** The inputs' names, for people: {@code amount}, {@code country=DE}, {@code hour~sin}. */
    public List<String> inputNames(@Nullable Vocabulary vocabulary) {
        List<String> names = new ArrayList<>();
        int dictionary = 0;
        for (Feature feature : features) {
            boolean learned = feature.type() instanceof FeatureType.Learned;
            feature.names(learned && vocabulary != null ? vocabulary.dictionary(dictionary++) : null, names::add);
        }
        return names;
    }

    /** How many characters and separators the names of inputs and classes take at most. */
    public long largestNames() {
        long longest = 0;
        for (Feature feature : features) {
            long each = (long) Dictionary.LONGEST_WORD
                    + LONGEST_SUFFIX
                    + Words.bytes(feature.field().text());
            longest += each * feature.inputs();
        }
        return longest + (long) label.count() * (Dictionary.LONGEST_WORD + LONGEST_SUFFIX);
    }

    /**
     * The class that a prediction says; null if the label is a number, or none of the classes is known yet that it
     * could be.
     *
     * @param outputs the probability of the second class, or one for each class
     * @param known how many classes were known when the prediction was made
     */
    public @Nullable String predictedClass(double[] outputs, int known, @Nullable Vocabulary vocabulary) {
        Dictionary learned = learnedClasses(vocabulary);
        int best = 0;
        if (outputs.length == 1) {
            best = outputs[0] < HALF ? 0 : 1;
        } else {
            for (int i = 1; i < known; i++) {
                best = outputs[i] > outputs[best] ? i : best;
            }
        }
        if (best >= known) {
            return null;
        }
        return learned == null ? label.classes().get(best) : learned.word(best);
    }

    private @Nullable Dictionary learnedClasses(@Nullable Vocabulary vocabulary) {
        return label.mostClasses() == 0 || vocabulary == null
                ? null
                : vocabulary.dictionaries().get(vocabulary.dictionaries().size() - 1);
    }

    /** How many classes are known so far; 0 if the label is a number. */
    public int knownClasses(@Nullable Vocabulary vocabulary) {
        Dictionary learned = learnedClasses(vocabulary);
        return learned == null ? label.classes().size() : learned.size();
    }

    /** The classes that are known so far, in the order of outputs; empty if the label is a number. */
    public List<String> classes(@Nullable Vocabulary vocabulary) {
        Dictionary learned = learnedClasses(vocabulary);
        return learned == null ? label.classes() : learned.words();
    }
}
