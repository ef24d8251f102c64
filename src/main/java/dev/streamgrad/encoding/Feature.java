package dev.streamgrad.encoding;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A feature: which field it is, and how its value becomes inputs. As text {@code FIELD:TYPE}, with a question mark
 * behind it if it may be missing.
 *
 * @param field where its value stands
 * @param type how its value becomes inputs
 * @param indicated whether it may be missing and has one more input, its last, which is 1 where it is
 */
public record Feature(FieldPath field, FeatureType type, boolean indicated) {

    /** How many inputs it has. */
    public int inputs() {
        return type.inputs() + (indicated ? 1 : 0);
    }

    /**
     * Reads a feature.
     *
     * @throws IllegalArgumentException if the text is none
     */
    public static Feature parse(String text) {
        boolean indicated = text.endsWith("?");
        String whole = indicated ? text.substring(0, text.length() - 1).strip() : text;
        int end = whole.startsWith("\"") ? Words.endOfQuotes(whole) : endOfName(whole);
        FieldPath field = FieldPath.parse(Words.unquoted(whole.substring(0, end).strip()));
        String rest = whole.substring(end).strip();
        if (rest.startsWith("[") && rest.endsWith("]")) {
            return new Feature(field, list(rest), indicated);
        }
        if (!rest.isEmpty() && !rest.startsWith(":")) {
            throw new IllegalArgumentException("a feature must be FIELD, FIELD:TYPE or FIELD[N]; got " + text
                    + "; put a field with a special character in double quotes");
        }
        String type = rest.isEmpty() ? "number" : rest.substring(1).strip();
        return new Feature(field, FeatureType.parse(type), indicated);
    }

    private static int endOfName(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (":[(?\"".indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return text.length();
    }

    private static FeatureType list(String brackets) {
        try {
            return new FeatureType.Quantities(Integer.parseInt(
                    brackets.substring(1, brackets.length() - 1).strip()));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "the brackets of a list must hold its length, as in pixels[784]; got " + brackets, e);
        }
    }

    /** The feature as {@link #parse} reads it; a plain number goes without its type. */
    public String text() {
        String kind = type instanceof FeatureType.Quantity
                ? ""
                : type instanceof FeatureType.Quantities ? type.text() : ":" + type.text();
        return Words.quoted(field.text()) + kind + (indicated ? "?" : "");
    }

    /**
     * Names the inputs, for people.
     *
     * @param dictionary of a category that is learned
     */
    void names(@Nullable Dictionary dictionary, Consumer<String> to) {
        String name = field.text();
        if (type instanceof FeatureType.Quantities list) {
            for (int i = 0; i < list.length(); i++) {
                to.accept(name + "[" + i + "]");
            }
        } else if (type instanceof FeatureType.Listed listed) {
            listed.words().forEach(word -> to.accept(name + "=" + word));
        } else if (type instanceof FeatureType.Learned learned) {
            for (int i = 0; i < learned.places() - 1; i++) {
                to.accept(
                        dictionary != null && i < dictionary.size() ? name + "=" + dictionary.word(i) : name + "#" + i);
            }
            to.accept(name + "=other");
        } else if (type instanceof FeatureType.Hashed hashed) {
            for (int i = 0; i < hashed.buckets(); i++) {
                to.accept(name + "#" + i);
            }
        } else if (type instanceof FeatureType.Cyclic) {
            to.accept(name + "~sin");
            to.accept(name + "~cos");
        } else if (type instanceof FeatureType.Time time) {
            time.parts().forEach(part -> {
                to.accept(name + "." + part.id() + "~sin");
                to.accept(name + "." + part.id() + "~cos");
            });
        } else {
            to.accept(name);
        }
        if (indicated) {
            to.accept(name + "?");
        }
    }
}
