package dev.streamgrad.suggest;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Says a class from one field alone: of a word the class that it is seen with most, of a number that of the interval it
 * falls in (R. C. Holte, <i>Very simple classification rules perform well on most commonly used datasets</i>, Machine
 * Learning 11, 1993). An interval ends where another class begins, but not before its own was seen
 * {@value #LEAST_OF_AN_INTERVAL} times.
 */
final class OneRule {
    private static final int LEAST_OF_AN_INTERVAL = 6;
    private static final int MOST_WORDS = 10_000;

    private final int classes;
    private final boolean numeric;
    private final Map<String, int[]> words = new HashMap<>();
    /** Numbers and their classes, as pairs. */
    private double[] seen = new double[128];

    private int count;
    /** The class of each interval, by where it begins. */
    private final TreeMap<Double, Integer> intervals = new TreeMap<>();

    private final int[] all;

    OneRule(int classes, boolean numeric) {
        this.classes = classes;
        this.numeric = numeric;
        this.all = new int[classes];
    }

    /** Takes a value, null if it is missing, and the class it came with. */
    void learn(@Nullable Object value, int label) {
        all[label]++;
        Double number = numeric ? number(value) : null;
        if (number == null) {
            String word = word(value);
            if (words.size() < MOST_WORDS || words.containsKey(word)) {
                words.computeIfAbsent(word, unseen -> new int[classes])[label]++;
            }
            return;
        }
        if (2 * count == seen.length) {
            seen = Arrays.copyOf(seen, 2 * seen.length);
        }
        seen[2 * count] = number;
        seen[2 * count + 1] = label;
        count++;
    }

    /** Makes the rule of what it has learned. */
    void build() {
        Integer[] order = new Integer[count];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> seen[2 * i]));
        int[] interval = new int[classes];
        double from = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            double value = seen[2 * order[i]];
            int label = (int) seen[2 * order[i] + 1];
            int most = greatest(interval);
            boolean isNew = i > 0 && value > seen[2 * order[i - 1]];
            if (isNew && interval[most] >= LEAST_OF_AN_INTERVAL && label != most) {
                intervals.put(from, most);
                Arrays.fill(interval, 0);
                from = value;
            }
            interval[label]++;
        }
        if (count > 0) {
            intervals.put(from, greatest(interval));
        }
        seen = new double[2];
    }

    /** The class of a value. */
    int predict(@Nullable Object value) {
        Double number = numeric ? number(value) : null;
        if (number != null) {
            Map.Entry<Double, Integer> interval = intervals.floorEntry(number);
            return interval == null ? greatest(all) : interval.getValue();
        }
        int[] counts = words.get(word(value));
        return greatest(counts == null ? all : counts);
    }

    private static String word(@Nullable Object value) {
        return value == null ? "" : value instanceof Number number ? FieldStatistics.word(number) : value.toString();
    }

    /** The finite number that a value is, or is in quotes; null if it is none. */
    static @Nullable Double number(@Nullable Object value) {
        if (value instanceof Number number) {
            return Double.isFinite(number.doubleValue()) ? (Double) number.doubleValue() : null;
        }
        return value instanceof CharSequence text ? FieldStatistics.parsed(text.toString()) : null;
    }

    static int greatest(int[] counts) {
        int greatest = 0;
        for (int i = 1; i < counts.length; i++) {
            if (counts[i] > counts[greatest]) {
                greatest = i;
            }
        }
        return greatest;
    }
}
