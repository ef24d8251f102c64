package dev.streamgrad.suggest;

import dev.streamgrad.encoding.Dictionary;
import dev.streamgrad.encoding.Feature;
import dev.streamgrad.encoding.FeatureType;
import dev.streamgrad.encoding.TimePart;
import dev.streamgrad.json.ShortestDecimal;
import dev.streamgrad.records.BadRecordException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a field becomes. The rules, the first that fits:
 *
 * <ol>
 *   <li>a field without values, or with lists that are not equally many numbers, is left out; lists of numbers are a
 *       list;
 *   <li>a constant is left out;
 *   <li>so is what looks like an id: UUIDs; texts that are all different; whole numbers that only rise or only fall, or
 *       that are nearly all different and have the name of an id;
 *   <li>numbers are a circle if their name and range are those of an hour, a weekday, a month or a minute; the parts of
 *       a moment if their name is that of a time and they are seconds or milliseconds since 1970; words if their name
 *       is that of an id or a code; and else numbers, which may stand in quotes;
 *   <li>booleans, and two words that mean yes and no, are booleans;
 *   <li>ISO 8601 texts are the parts of a moment that vary;
 *   <li>other texts are a category: with its words, if they are at most {@value #MOST_LISTED} and none was new in the
 *       second half of the records; with places for {@value #MOST_PLACES} words at most; and else hashed;
 *   <li>texts of several words that are nearly all different are left out.
 * </ol>
 *
 * <p>A type fits if at least 95 % of the values are of it; the rest counts as missing.
 */
final class Judge {
    /** So many words are listed. */
    static final int MOST_LISTED = 20;

    /** So many words have a place each. */
    static final int MOST_PLACES = 60;

    /** With fewer values than these nothing can be said about whether all are different. */
    static final int FEW = 20;

    private static final double NEARLY_ALL = 0.95;
    private static final double MOSTLY_DIFFERENT = 0.5;
    private static final double WORDS_OF_A_SENTENCE = 3.0;
    private static final int LEAST_BUCKETS = 64;
    private static final int MOST_BUCKETS = 1024;

    /** From 2001 to 2286, in seconds or milliseconds. */
    private static final double LEAST_EPOCH = 1e9;

    private static final double LEAST_EPOCH_MILLIS = 1e12;

    private static final Pattern ID = Pattern.compile("(?i)(.*[\\W_])?(id|uuid|guid|key)|.*[a-z]I[dD]");
    private static final Pattern CODE = Pattern.compile("(?i)(.*[\\W_])?(code|zip|zipcode|postcode|postal|plz)|.*Code");
    private static final Pattern CIRCLE = Pattern.compile(
            "(?i)(?:.*[\\W_])?(hour|hr|hours|minute|weekday|dow|day_?of_?week|month|mnth)(?:[\\W_].*)?");

    private static final List<Set<String>> YES_AND_NO =
            List.of(Set.of("yes", "no"), Set.of("y", "n"), Set.of("t", "f"), Set.of("true", "false"));

    private final FieldStatistics field;
    private final long records;

    private Judge(FieldStatistics field, long records) {
        this.field = field;
        this.records = records;
    }

    static Finding of(FieldStatistics field, long records) {
        return new Judge(field, records).finding();
    }

    private Finding finding() {
        long present = field.present();
        if (present == 0 && field.others() > 0) {
            return leftOut("bytes or the like", "no feature can be made of it");
        }
        if (present == 0) {
            return leftOut("empty", "it has no value in any record");
        }
        if (field.lists() > 0) {
            return list();
        }
        if (isConstant()) {
            String kind = "always " + shown(field.examples().get(0));
            // Often what is marked is marked with an x, and the rest is blank.
            return present < records && present + field.gapCount() < records && field.distinct() == 1
                    ? words(kind, 0)
                    : leftOut(kind, "it is constant");
        }
        if (field.numeric() >= NEARLY_ALL * present) {
            return number();
        }
        if (field.booleans() >= NEARLY_ALL * present || meansYesAndNo()) {
            return feature("boolean", new FeatureType.Truth(), present - field.booleans() - wordsOfTruth());
        }
        if (field.dates().count() >= NEARLY_ALL * present) {
            return moment(field.dates(), present - field.dates().count());
        }
        return text();
    }

    private boolean isConstant() {
        return field.distinct() == 1 || (field.numeric() == field.present() && field.least() == field.greatest());
    }

    private Finding list() {
        int length = field.listLength();
        if (length == 0 || field.lists() < NEARLY_ALL * field.present()) {
            return leftOut(
                    "list",
                    "its lists are not all of equally many numbers; an element alone can be a feature: "
                            + field.path().text() + "/0 as a JSON Pointer");
        }
        return feature(
                "list of " + length + " numbers", new FeatureType.Quantities(length), field.present() - field.lists());
    }

    private Finding number() {
        String range = "number from " + shown(field.least()) + " to " + shown(field.greatest());
        FeatureType number = new FeatureType.Quantity();
        long odd = field.present() - field.numeric();
        boolean enough = field.numeric() >= FEW;
        boolean id = ID.matcher(field.simpleName()).matches();
        if (isEpoch()) {
            return moment(field.epochs(), odd);
        }
        if (field.isWhole() && enough && field.isMonotone()) {
            return feature(range, number, odd).leftOut("it looks like an id: whole numbers that only rise or fall");
        }
        if (id && field.isWhole() && enough && field.distinctShare() > MOSTLY_DIFFERENT) {
            return feature(range, number, odd).leftOut("it looks like an id, and nearly all its values are different");
        }
        if (field.isWhole() && (id || CODE.matcher(field.simpleName()).matches())) {
            return words("code from " + shown(field.least()) + " to " + shown(field.greatest()), 0);
        }
        Double period = period();
        return period != null
                ? feature(range, new FeatureType.Cyclic(period), odd)
                : feature(field.quotedNumbers() > 0 ? range + ", in quotes" : range, number, odd);
    }

    private boolean isEpoch() {
        double least = field.least();
        double greatest = field.greatest();
        boolean seconds = least >= LEAST_EPOCH && greatest < 10.0 * LEAST_EPOCH;
        boolean millis = least >= LEAST_EPOCH_MILLIS && greatest < 10.0 * LEAST_EPOCH_MILLIS;
        return (seconds || millis)
                && field.quotedNumbers() == 0
                && field.epochs().count() == field.numeric();
    }

    private @Nullable Double period() {
        Matcher circle = CIRCLE.matcher(field.simpleName());
        if (!circle.matches() || !field.isWhole()) {
            return null;
        }
        String name = circle.group(1).toLowerCase(Locale.ROOT);
        double least = field.least();
        double greatest = field.greatest();
        // Few values are no round: a field hour that is 1 or 2 is something else.
        boolean round = field.distinct() > 2 && least >= 0.0;
        double period = name.startsWith("h") ? 24.0 : name.startsWith("mi") ? 60.0 : name.startsWith("m") ? 12.0 : 7.0;
        return round && greatest <= period && greatest - least < period ? (Double) period : null;
    }

    private boolean meansYesAndNo() {
        return field.distinct() <= 4
                && YES_AND_NO.stream()
                        .anyMatch(both -> field.values().keySet().stream()
                                .allMatch(word -> both.contains(word.strip().toLowerCase(Locale.ROOT))));
    }

    private long wordsOfTruth() {
        return meansYesAndNo() ? field.texts() : 0;
    }

    private Finding moment(Dates dates, long odd) {
        List<TimePart> parts = dates.parts();
        return parts.isEmpty()
                ? leftOut("time", "it is a time of which no part comes round in these records")
                : feature("time", new FeatureType.Time(parts), odd);
    }

    private Finding text() {
        String kind = "text";
        int distinct = field.distinct();
        boolean enough = field.present() >= FEW;
        if (field.uuids() >= NEARLY_ALL * field.present() && enough && field.distinctShare() > MOSTLY_DIFFERENT) {
            return words(kind, 0).leftOut("it looks like an id");
        }
        if (enough && field.distinctShare() > MOSTLY_DIFFERENT && field.wordsOfAText() >= WORDS_OF_A_SENTENCE) {
            return words(kind, 0).leftOut("it is free text: " + distinct + " of its values are different");
        }
        boolean id = ID.matcher(field.simpleName()).matches();
        if (enough && (field.isDistinct() || (id && field.distinctShare() > MOSTLY_DIFFERENT))) {
            return words(kind, 0)
                    .leftOut("it looks like an id: " + (field.isDistinct() ? "all" : "nearly all")
                            + " of its values are different");
        }
        return words("category", 0);
    }

    private Finding words(String kind, long odd) {
        int distinct = field.distinct();
        boolean closed = field.lastNew() * 2 <= records;
        boolean listable = distinct == field.values().size()
                && field.values().keySet().stream().allMatch(Judge::isListable);
        String many = kind + " of " + distinct;
        if (distinct <= MOST_LISTED && closed && listable) {
            return feature(
                    many, new FeatureType.Listed(List.copyOf(field.values().keySet())), odd);
        }
        if (distinct <= MOST_PLACES && !field.hasLongTexts()) {
            // A place for "other", and a few for words that have not come yet.
            return feature(many, new FeatureType.Learned(distinct + 1 + Math.max(3, distinct / 4)), odd);
        }
        int buckets = Integer.highestOneBit(Math.max(1, 2 * distinct - 1)) * 2;
        return feature(many, new FeatureType.Hashed(Math.max(LEAST_BUCKETS, Math.min(MOST_BUCKETS, buckets))), odd);
    }

    private static boolean isListable(String word) {
        return !word.isBlank() && word.getBytes(StandardCharsets.UTF_8).length <= Dictionary.LONGEST_WORD;
    }

    private Finding feature(String kind, FeatureType type, long odd) {
        boolean asWord = type instanceof FeatureType.Listed
                || type instanceof FeatureType.Learned
                || type instanceof FeatureType.Hashed;
        // As a word, what stands for a gap is one like any other.
        long gaps = asWord ? 0 : field.gapCount();
        long missing = records - field.seen() + field.nulls() + field.blanks() + gaps;
        return new Finding(
                field.path().text(),
                kind,
                records - missing,
                missing,
                field.gaps(),
                odd,
                field.distinct(),
                field.examples(),
                new Feature(field.path(), type, missing + odd > 0),
                "",
                null);
    }

    private Finding leftOut(String kind, String reason) {
        return new Finding(
                field.path().text(),
                kind,
                field.present(),
                records - field.present(),
                field.gaps(),
                0,
                field.distinct(),
                field.examples(),
                null,
                reason,
                null);
    }

    private static String shown(String text) {
        return BadRecordException.shown(text);
    }

    static String shown(double number) {
        return ShortestDecimal.text(number).replaceFirst("\\.0$", "");
    }
}
