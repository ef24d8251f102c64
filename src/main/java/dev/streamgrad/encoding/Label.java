package dev.streamgrad.encoding;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Which field is the label, and what it is: a class by its name, or numbers.
 *
 * @param field where it stands; a record without it is a request
 * @param classes the names of the classes, in the order of outputs; empty if they are learned or there are none
 * @param mostClasses how many classes are learned as they come, at most; 0 if they are listed or there are none
 */
public record Label(FieldPath field, List<String> classes, int mostClasses) {
    /** The most classes. */
    public static final int MOST_CLASSES = 10_000;

    /**
     * Copies the classes.
     *
     * @throws IllegalArgumentException naming the setting that is wrong
     */
    public Label {
        classes = List.copyOf(classes);
        if (classes.size() == 1 || classes.size() > MOST_CLASSES) {
            throw new IllegalArgumentException(
                    "label.classes must be from 2 to " + MOST_CLASSES + " classes; got " + classes.size());
        }
        FeatureType.requireWords(classes, "label.classes");
        if (mostClasses == 1 || mostClasses < 0 || mostClasses > MOST_CLASSES) {
            throw new IllegalArgumentException(
                    "label.classes.max must be 0, or from 2 to " + MOST_CLASSES + "; got " + mostClasses);
        }
        if (mostClasses > 0 && !classes.isEmpty()) {
            throw new IllegalArgumentException("label.classes.max must be 0 where label.classes lists them; got "
                    + mostClasses + "; leave one of them out");
        }
    }

    /** Whether it is one of some classes. */
    public boolean isClass() {
        return !classes.isEmpty() || mostClasses > 0;
    }

    /** How many classes there are, or may come to be; 0 if it is a number. */
    public int count() {
        return Math.max(classes.size(), mostClasses);
    }

    /** The classes as the setting writes them. */
    String classesText() {
        return classes.stream().map(Words::quoted).collect(Collectors.joining(","));
    }
}
