package dev.streamgrad.encoding;

import dev.streamgrad.json.ShortestDecimal;
import dev.streamgrad.nn.Named;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;

/** How a field's value becomes inputs of the network. */
public sealed interface FeatureType {
    /** The most inputs of one feature: enough for an image, and no slip of the finger takes the heap. */
    int MOST_INPUTS = 100_000;

    /** How many inputs it has. */
    int inputs();

    /** As the setting {@code features} writes it, behind the field and its colon. */
    String text();

    /** Whether {@code features.scaling} standardises its inputs: those that are quantities, of whatever size. */
    default boolean isQuantity() {
        return false;
    }

    /** What an error says that its value must be. */
    String rule();

    /** A number, as it is. */
    record Quantity() implements FeatureType {
        @Override
        public int inputs() {
            return 1;
        }

        @Override
        public String text() {
            return "number";
        }

        @Override
        public boolean isQuantity() {
            return true;
        }

        @Override
        public String rule() {
            return "a number";
        }
    }

    /**
     * A list of numbers, as they are.
     *
     * @param length how many
     */
    record Quantities(int length) implements FeatureType {
        /** Checks the length. */
        public Quantities {
            require(length, 1, "the length of a list of numbers, as in pixels[784],");
        }

        @Override
        public int inputs() {
            return length;
        }

        @Override
        public String text() {
            return "[" + length + "]";
        }

        @Override
        public boolean isQuantity() {
            return true;
        }

        @Override
        public String rule() {
            return "a list of " + length + " numbers";
        }
    }

    /** True is 1, false is 0; yes and no, t and f, y and n, 1 and 0 in any case are taken, too. */
    record Truth() implements FeatureType {
        @Override
        public int inputs() {
            return 1;
        }

        @Override
        public String text() {
            return "boolean";
        }

        @Override
        public String rule() {
            return "true or false";
        }
    }

    /**
     * One of these words: the input of the word is 1, all others are 0. With any other word all are 0.
     *
     * @param words in the order of their inputs
     */
    record Listed(List<String> words) implements FeatureType {
        /** Copies the words, and checks that each stands once. */
        public Listed {
            words = List.copyOf(words);
            require(words.size(), 1, "the number of words of category(…)");
            requireWords(words, "category(…)");
        }

        @Override
        public int inputs() {
            return words.size();
        }

        @Override
        public String text() {
            boolean readsAsACount = words.size() == 1 && words.get(0).chars().allMatch(c -> c >= '0' && c <= '9');
            return readsAsACount
                    ? "category(\"" + words.get(0) + "\")"
                    : "category(" + words.stream().map(Words::quoted).collect(Collectors.joining(",")) + ")";
        }

        @Override
        public String rule() {
            return "a category: text, a number, true or false";
        }
    }

    /**
     * A word of a dictionary that the model learns: the first words that it trains on get an input each, and all that
     * come when it is full share the last input.
     *
     * @param places how many inputs there are
     */
    record Learned(int places) implements FeatureType {
        /** Checks the places. */
        public Learned {
            require(places, 2, "the places of category(N)");
        }

        @Override
        public int inputs() {
            return places;
        }

        @Override
        public String text() {
            return "category(" + places + ")";
        }

        @Override
        public String rule() {
            return "a category: text, a number, true or false";
        }
    }

    /**
     * A word, hashed to one of some inputs, which is 1 or −1 (K. Weinberger et al., <i>Feature hashing for large scale
     * multitask learning</i>, ICML 2009): no dictionary, whatever the number of words.
     *
     * @param buckets how many inputs there are
     */
    record Hashed(int buckets) implements FeatureType {
        /** Checks the buckets. */
        public Hashed {
            require(buckets, 2, "the inputs of hash(N)");
        }

        @Override
        public int inputs() {
            return buckets;
        }

        @Override
        public String text() {
            return "hash(" + buckets + ")";
        }

        @Override
        public String rule() {
            return "something to hash: text, a number, true or false";
        }
    }

    /**
     * A number that comes round again, as a place on a circle: two inputs, sine and cosine.
     *
     * @param period after how much it comes again
     */
    record Cyclic(double period) implements FeatureType {
        /** Checks the period. */
        public Cyclic {
            if (!(period > 0.0) || !Double.isFinite(period)) {
                throw new IllegalArgumentException("the period of cyclic(N) must be greater than 0; got "
                        + ShortestDecimal.text(period) + "; write cyclic(24) for hours");
            }
        }

        @Override
        public int inputs() {
            return 2;
        }

        @Override
        public String text() {
            return "cyclic(" + ShortestDecimal.text(period) + ")";
        }

        @Override
        public String rule() {
            return "a number";
        }
    }

    /**
     * Parts of a moment, each as a place on a circle: two inputs, sine and cosine. A moment is ISO 8601 text, whose own
     * local time is taken ({@code 2026-03-01T13:45:00+01:00} is at 13), or a number of seconds, or from 10¹¹ on of
     * milliseconds, since 1970 in UTC.
     *
     * @param parts in the order of their inputs
     */
    record Time(List<TimePart> parts) implements FeatureType {
        /** Copies the parts. */
        public Time {
            parts = List.copyOf(parts);
            if (parts.isEmpty() || new LinkedHashSet<>(parts).size() < parts.size()) {
                throw new IllegalArgumentException(
                        "time(…) must have some of minute, hour, weekday, day, month, each once; got "
                                + parts.stream().map(TimePart::id).collect(Collectors.joining(",")));
            }
        }

        @Override
        public int inputs() {
            return 2 * parts.size();
        }

        @Override
        public String text() {
            return "time(" + parts.stream().map(TimePart::id).collect(Collectors.joining(",")) + ")";
        }

        @Override
        public String rule() {
            return "a date or time as ISO 8601 writes it, or seconds or milliseconds since 1970";
        }
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws IllegalArgumentException if it is no type
     */
    static FeatureType parse(String text) {
        int open = text.indexOf('(');
        String name = (open < 0 ? text : text.substring(0, open)).strip();
        if (open >= 0 && !text.endsWith(")")) {
            throw new IllegalArgumentException("the type of a feature must end with its bracket; got " + text);
        }
        String inBrackets =
                open < 0 ? "" : text.substring(open + 1, text.length() - 1).strip();
        List<String> arguments = Words.split(inBrackets);
        return switch (name) {
            case "number" -> plain(text, arguments, new Quantity());
            case "boolean" -> plain(text, arguments, new Truth());
            case "category" -> category(text, inBrackets, arguments);
            case "hash" -> new Hashed(whole(text, one(text, arguments)));
            case "cyclic" -> new Cyclic(number(text, one(text, arguments)));
            case "time" -> {
                List<TimePart> parts = new ArrayList<>();
                arguments.forEach(part -> parts.add(Named.parse(TimePart.values(), "a part of time(…)", part)));
                yield new Time(parts);
            }
            default ->
                throw new IllegalArgumentException("the type of a feature must be number, boolean, category(…),"
                        + " hash(N), cyclic(N) or time(…); got " + text);
        };
    }

    private static FeatureType plain(String text, List<String> arguments, FeatureType type) {
        if (!arguments.isEmpty()) {
            throw new IllegalArgumentException(type.text() + " must have nothing in brackets; got " + text);
        }
        return type;
    }

    private static FeatureType category(String text, String inBrackets, List<String> arguments) {
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("category must list its words, as in category(DE,FR,IT), or say how many"
                    + " inputs it has, as in category(16); got " + text);
        }
        // A number in quotes is a word.
        boolean counts = inBrackets.chars().allMatch(c -> c >= '0' && c <= '9');
        return counts ? new Learned(whole(text, arguments.get(0))) : new Listed(arguments);
    }

    private static String one(String text, List<String> arguments) {
        if (arguments.size() != 1) {
            throw new IllegalArgumentException("hash and cyclic must have one number, as in hash(64); got " + text);
        }
        return arguments.get(0);
    }

    private static int whole(String text, String argument) {
        try {
            return Integer.parseInt(argument);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the brackets of " + text + " must hold a whole number", e);
        }
    }

    private static double number(String text, String argument) {
        try {
            return Double.parseDouble(argument);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the brackets of " + text + " must hold a number", e);
        }
    }

    private static void require(int value, int least, String what) {
        if (value < least || value > MOST_INPUTS) {
            throw new IllegalArgumentException(
                    what + " must be from " + least + " to " + MOST_INPUTS + "; got " + value);
        }
    }

    /** Requires that every word is there, short enough and once. */
    static void requireWords(List<String> words, String where) {
        for (String word : words) {
            if (word.isBlank() || Words.bytes(word) > Dictionary.LONGEST_WORD) {
                throw new IllegalArgumentException("every word of " + where + " must have from 1 to "
                        + Dictionary.LONGEST_WORD + " bytes; got " + (word.isBlank() ? "a blank one" : "a longer one"));
            }
        }
        if (new LinkedHashSet<>(words).size() < words.size()) {
            throw new IllegalArgumentException("every word of " + where + " must stand once; got " + words);
        }
    }
}
