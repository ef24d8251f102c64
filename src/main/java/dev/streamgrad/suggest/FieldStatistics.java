package dev.streamgrad.suggest;

import dev.streamgrad.encoding.FieldPath;
import dev.streamgrad.json.ShortestDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What has been seen in one field, counted in bounded memory. */
final class FieldStatistics {
    /** So many values of a field are counted each by itself. */
    static final int MOST_VALUES = 1000;

    /** So many values of a field are compared to find whether all are different. */
    static final int MOST_HASHES = 100_000;

    static final int LONGEST_TEXT = 256;
    private static final int EXAMPLES = 3;

    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?");
    private static final Pattern UUID =
            Pattern.compile("[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}|[0-9a-fA-F]{24,64}");

    private static final Pattern TIME =
            Pattern.compile("(?i).*(time|date|timestamp|created|updated|epoch|when)([_\\W].*|at|ms|s)?|ts|.*[a-z]At");

    /** What stands in many files where there is no value. */
    private static final Set<String> GAPS =
            Set.of("na", "n/a", "#n/a", "nan", "null", "none", "nil", "?", "-", "--", ".");

    private final FieldPath path;
    private final Map<String, Long> values = new LinkedHashMap<>();
    private final Map<String, Long> gaps = new TreeMap<>();
    private final Dates dates = new Dates();
    private final Dates epochs = new Dates();
    private final boolean namedLikeATime;
    private long[] hashes = new long[64];
    private int hashed;

    private long seen;
    private long nulls;
    private long blanks;
    private long numbers;
    private long quotedNumbers;
    private long booleans;
    private long texts;
    private long longTexts;
    private long words;
    private long uuids;
    private long lists;
    private long others;
    private int listLength = -1;
    private boolean listsAreEqual = true;
    private double least = Double.POSITIVE_INFINITY;
    private double greatest = Double.NEGATIVE_INFINITY;
    private double last = Double.NaN;
    private boolean whole = true;
    private boolean rising = true;
    private boolean falling = true;
    /** After how many records the last value was new. */
    private long lastNew;

    FieldStatistics(FieldPath path) {
        this.path = path;
        this.namedLikeATime = TIME.matcher(simpleName()).matches();
    }

    /**
     * Takes a value.
     *
     * @param record the number of its record, from 1
     */
    void add(@Nullable Object value, long record) {
        seen++;
        if (value == null) {
            nulls++;
        } else if (value instanceof Number number) {
            addNumber(number.doubleValue(), word(number), false, record);
        } else if (value instanceof Boolean) {
            booleans++;
            count(value.toString(), record);
        } else if (value instanceof List<?> list) {
            addList(list);
        } else if (value instanceof CharSequence) {
            addText(value.toString(), record);
        } else {
            others++;
        }
    }

    private void addNumber(double number, String word, boolean quoted, long record) {
        if (!Double.isFinite(number)) {
            addGap(word);
            return;
        }
        if (quoted) {
            quotedNumbers++;
        } else {
            numbers++;
        }
        least = Math.min(least, number);
        greatest = Math.max(greatest, number);
        whole &= number == Math.rint(number);
        rising &= !(number <= last);
        falling &= !(number >= last);
        last = number;
        if (namedLikeATime) {
            epochs.add(number);
        }
        count(word, record);
    }

    /** A number as a category has it: a whole one by its digits. */
    static String word(Number number) {
        return number instanceof Double || number instanceof Float
                ? ShortestDecimal.text(number.doubleValue())
                : number.toString();
    }

    /** The finite number that a text is; null if it is none. */
    static @Nullable Double parsed(String text) {
        String plain = text.strip();
        if (plain.length() >= LONGEST_TEXT || !NUMBER.matcher(plain).matches()) {
            return null;
        }
        double number = Double.parseDouble(plain);
        return Double.isFinite(number) ? (Double) number : null;
    }

    private void addGap(String text) {
        String kept = text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text;
        if (gaps.size() < MOST_VALUES || gaps.containsKey(kept)) {
            gaps.merge(kept, 1L, Long::sum);
        }
    }

    private void addList(List<?> list) {
        lists++;
        listLength = listLength < 0 ? list.size() : listLength;
        listsAreEqual &= listLength == list.size()
                && list.stream()
                        .allMatch(element -> element instanceof Number number && Double.isFinite(number.doubleValue()));
    }

    private void addText(String text, long record) {
        String plain = text.strip();
        if (plain.isEmpty()) {
            blanks++;
        } else if (GAPS.contains(plain.toLowerCase(Locale.ROOT))) {
            addGap(text);
            count(text, record);
        } else {
            Double number = parsed(plain);
            if (number != null) {
                addNumber(number, text, true, record);
                return;
            }
            texts++;
            words += plain.chars().filter(c -> c == ' ').count() + 1;
            if (2 * dates.count() >= texts - 2) {
                // Of a field in which most texts are none, the rest costs nothing.
                dates.add(plain);
            }
            uuids += plain.length() <= 64 && UUID.matcher(plain).matches() ? 1 : 0;
            longTexts += text.length() > LONGEST_TEXT ? 1 : 0;
            count(text, record);
        }
    }

    private void count(String text, long record) {
        String kept = text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text;
        if (values.size() < MOST_VALUES || values.containsKey(kept)) {
            if (values.merge(kept, 1L, Long::sum) == 1L) {
                lastNew = record;
            }
        }
        if (hashed < MOST_HASHES) {
            if (hashed == hashes.length) {
                hashes = Arrays.copyOf(hashes, 2 * hashed);
            }
            hashes[hashed++] = hash(text);
        }
    }

    private static long hash(String text) {
        // FNV-1a of 64 bits: among a hundred thousand values two are hardly ever taken for one.
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    FieldPath path() {
        return path;
    }

    /** The last of its names. */
    String simpleName() {
        return path.names().get(path.names().size() - 1);
    }

    /** In how many records it is. */
    long seen() {
        return seen;
    }

    long nulls() {
        return nulls;
    }

    long blanks() {
        return blanks;
    }

    /** What stands for a gap, and how often. */
    Map<String, Long> gaps() {
        return gaps;
    }

    long gapCount() {
        return gaps.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Numbers, in quotes or not. */
    long numeric() {
        return numbers + quotedNumbers;
    }

    long quotedNumbers() {
        return quotedNumbers;
    }

    long booleans() {
        return booleans;
    }

    /** Texts that are neither numbers nor stand for a gap. */
    long texts() {
        return texts;
    }

    /** Those of the texts that are times. */
    Dates dates() {
        return dates;
    }

    /** The numbers as moments since 1970, in a field whose name is that of a time. */
    Dates epochs() {
        return epochs;
    }

    long uuids() {
        return uuids;
    }

    /** What no feature can be made of, such as bytes. */
    long others() {
        return others;
    }

    long lists() {
        return lists;
    }

    /** How long each list is, if all are of finite numbers and equally long; else 0. */
    int listLength() {
        return lists > 0 && listsAreEqual ? listLength : 0;
    }

    /** How many values there are, gaps left out. */
    long present() {
        return numeric() + booleans + texts + lists;
    }

    double wordsOfAText() {
        return texts == 0 ? 0.0 : (double) words / texts;
    }

    boolean hasLongTexts() {
        return longTexts > 0;
    }

    double least() {
        return least;
    }

    double greatest() {
        return greatest;
    }

    boolean isWhole() {
        return numeric() > 0 && whole;
    }

    /** Whether each number is greater than the one before, or each less. */
    boolean isMonotone() {
        return numeric() > 1 && (rising || falling);
    }

    /** The values and how often each was seen, as they appeared; the first {@link #MOST_VALUES}. */
    Map<String, Long> values() {
        return values;
    }

    /** How many different values there are, among the first {@link #MOST_HASHES}. */
    int distinct() {
        long[] sorted = Arrays.copyOf(hashes, hashed);
        Arrays.sort(sorted);
        int distinct = hashed == 0 ? 0 : 1;
        for (int i = 1; i < hashed; i++) {
            distinct += sorted[i] == sorted[i - 1] ? 0 : 1;
        }
        return distinct;
    }

    /** Whether all values compared are different. */
    boolean isDistinct() {
        return hashed > 1 && distinct() == hashed;
    }

    /** The share of different ones among the values compared. */
    double distinctShare() {
        return hashed == 0 ? 0.0 : (double) distinct() / hashed;
    }

    long lastNew() {
        return lastNew;
    }

    List<String> examples() {
        return values.keySet().stream().limit(EXAMPLES).toList();
    }
}
