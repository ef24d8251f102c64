package dev.streamgrad.suggest;

import dev.streamgrad.encoding.FieldPath;
import dev.streamgrad.records.BadRecordException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is to be learned: the label's field, and its classes or that it is a number.
 *
 * <p>Texts and booleans are classes. Numbers are classes if they are whole, at most {@value #MOST_NUMBERED} different
 * ones, and each of them was seen at least {@value #OFTEN} times, or if there are only two; other numbers are a
 * regression. If there are two but for a few that are together at most one in {@value #MISTAKES}, those are taken for
 * mistakes.
 *
 * @param field where it stands
 * @param classes the classes in the order of outputs, with how often each was seen; empty for a regression
 * @param labelled how many records have a label
 * @param absent how many have none
 * @param others what stands in the field of the rest, which are dead letters, in words; empty if there are none
 * @param quoted whether its numbers stand in quotes
 * @param least the least number of a regression, else NaN
 * @param greatest the greatest number of a regression, else NaN
 */
record Target(
        FieldPath field,
        Map<String, Long> classes,
        long labelled,
        long absent,
        String others,
        boolean quoted,
        double least,
        double greatest) {
    /** So many different whole numbers may be classes. */
    static final int MOST_NUMBERED = 20;

    /** So often is each of the numbers that are classes. */
    static final int OFTEN = 5;

    /** With more texts than these, what is called a label is a name or a text. */
    private static final int MOST_CLASSES = 1000;

    /** One in so many labels may be a mistake. */
    static final int MISTAKES = 200;

    private static final int MOST_SHOWN = 3;

    private static final double NEARLY_ALL = 0.99;

    /** Names that a label has where nobody says which it is. */
    private static final Set<String> USUAL = Set.of("label", "target", "class", "y", "outcome");

    /** What says no, of two classes that are yes and no. */
    private static final Set<String> NO = Set.of("no", "false", "f", "n", "0", "negative", "neg", "bad");

    /** Copies the classes. */
    Target {
        classes = new LinkedHashMap<>(classes);
    }

    boolean isRegression() {
        return classes.isEmpty();
    }

    List<String> names() {
        return List.copyOf(classes.keySet());
    }

    /** The share of the class that is seen most. */
    double majority() {
        long most = classes.values().stream().mapToLong(Long::longValue).max().orElse(0);
        return (double) most / Math.max(1, labelled);
    }

    /**
     * Finds the label.
     *
     * @param name as it was asked for; empty is one that is usually called so
     * @throws IllegalArgumentException if there is none, or what it has is nothing to learn
     */
    static Target of(Profile profile, String name) {
        FieldStatistics field = name.isEmpty() ? usual(profile) : profile.field(name);
        if (field == null) {
            throw new IllegalArgumentException("--label must be a field of the records; got "
                    + (name.isEmpty() ? "nothing, and no field is called " + String.join(", ", sorted(USUAL)) : name)
                    + "; there are " + candidates(profile));
        }
        FieldStatistics features = profile.field("features");
        if (field.lists() > 0 && features != null && features.lists() > 0) {
            throw new IllegalArgumentException("records must have named fields to suggest what they become; got samples"
                    + " in the form of arrays, which need nothing but layers that begin with "
                    + features.listLength());
        }
        long numeric = field.numeric();
        long worded = field.texts() + field.booleans();
        long present = numeric + worded;
        if (present == 0 || field.lists() > 0) {
            throw new IllegalArgumentException("--label must be a field of texts, booleans or numbers; "
                    + field.path() + " has "
                    + (field.lists() > 0 ? "lists" : "no value in any of " + profile.records() + " records")
                    + "; there are " + candidates(profile));
        }
        Map<String, Long> words = classesOf(field);
        boolean numbers = numeric >= NEARLY_ALL * present;
        if (numbers && field.isWhole()) {
            dropMistakes(words);
        }
        boolean numbered = field.isWhole()
                && (words.size() == 2
                        || (words.size() <= MOST_NUMBERED
                                && words.values().stream().allMatch(often -> often >= OFTEN)));
        if (numbers && !numbered) {
            return new Target(
                    field.path(),
                    Map.of(),
                    numeric,
                    absent(field, profile),
                    others(field, word -> FieldStatistics.parsed(word) == null),
                    field.quotedNumbers() > 0,
                    field.least(),
                    field.greatest());
        }
        if (words.size() < 2) {
            throw new IllegalArgumentException("--label must be a field with at least two values; " + field.path()
                    + " is always "
                    + BadRecordException.shown(words.keySet().iterator().next())
                    + "; there are " + candidates(profile));
        }
        if (field.distinct() > MOST_CLASSES || field.values().size() >= FieldStatistics.MOST_VALUES) {
            throw new IllegalArgumentException("--label must be a number or one of at most " + MOST_CLASSES
                    + " classes; " + field.path() + " has " + field.distinct() + " different values; there are "
                    + candidates(profile));
        }
        if (words.keySet().stream().anyMatch(word -> word.length() >= FieldStatistics.LONGEST_TEXT)) {
            throw new IllegalArgumentException("--label must be a class of less than " + FieldStatistics.LONGEST_TEXT
                    + " characters; " + field.path() + " has longer texts; there are " + candidates(profile));
        }
        return new Target(
                field.path(),
                inOrder(words, numbers),
                sum(words),
                absent(field, profile),
                others(field, word -> !words.containsKey(word)),
                false,
                Double.NaN,
                Double.NaN);
    }

    private static long absent(FieldStatistics field, Profile profile) {
        return profile.records() - field.seen() + field.nulls() + field.blanks();
    }

    private static String others(FieldStatistics field, Predicate<String> isOther) {
        return field.values().keySet().stream()
                .filter(isOther)
                .limit(MOST_SHOWN)
                .map(BadRecordException::shown)
                .collect(Collectors.joining(", "));
    }

    /** All values but those that stand for a gap; "none" and the like may be a class. */
    private static Map<String, Long> classesOf(FieldStatistics field) {
        Map<String, Long> classes = new LinkedHashMap<>(field.values());
        classes.keySet()
                .removeIf(word -> Set.of("na", "n/a", "#n/a", "nan", "null", "?")
                        .contains(word.strip().toLowerCase(Locale.ROOT)));
        return classes;
    }

    /** Of numbers, what is hardly ever seen beside two that are. */
    private static void dropMistakes(Map<String, Long> words) {
        Map<String, Long> often = new LinkedHashMap<>(words);
        often.values().removeIf(count -> count < OFTEN);
        long rare = sum(words) - sum(often);
        if (often.size() == 2 && rare * MISTAKES <= sum(words)) {
            words.keySet().retainAll(often.keySet());
        }
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Numbers by their size, no before yes, and else as they appeared. */
    private static Map<String, Long> inOrder(Map<String, Long> words, boolean numbers) {
        List<String> order = new ArrayList<>(words.keySet());
        if (numbers) {
            order.sort(Comparator.comparingDouble(Double::parseDouble));
        } else if (order.size() == 2 && NO.contains(order.get(1).toLowerCase(Locale.ROOT))) {
            order.add(order.remove(0));
        }
        Map<String, Long> ordered = new LinkedHashMap<>();
        order.forEach(word -> ordered.put(word, words.getOrDefault(word, 0L)));
        return ordered;
    }

    private static @Nullable FieldStatistics usual(Profile profile) {
        List<FieldStatistics> usual = profile.fields().stream()
                .filter(field -> USUAL.contains(field.path().text().toLowerCase(Locale.ROOT)))
                .toList();
        return usual.size() == 1 ? usual.get(0) : null;
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }

    private static String candidates(Profile profile) {
        int most = 30;
        String names = profile.fields().stream()
                .filter(field -> field.numeric() + field.texts() + field.booleans() > 0 && field.lists() == 0)
                .limit(most)
                .map(field -> field.path().text())
                .collect(Collectors.joining(", "));
        return profile.fields().size() > most ? names + ", …" : names;
    }
}
