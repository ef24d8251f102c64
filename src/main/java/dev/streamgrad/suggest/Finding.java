package dev.streamgrad.suggest;

import dev.streamgrad.encoding.Feature;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was found about a field.
 *
 * @param field its path
 * @param kind what its values are, in words, such as {@code number from 4.3 to 7.9}
 * @param present how many records have a value in it
 * @param missing how many have none: no such field, null, nothing but blanks, or what stands for a gap
 * @param gaps what stands for a gap, and how often
 * @param odd how many values are of another type than the feature, and count as missing
 * @param distinct how many different values there are, as far as they were counted
 * @param examples some values
 * @param feature what it becomes; null if it is left out
 * @param reason why it is left out; empty if it is not
 * @param alternative the feature that it would be if it were not left out; null if there is none
 */
public record Finding(
        String field,
        String kind,
        long present,
        long missing,
        Map<String, Long> gaps,
        long odd,
        int distinct,
        List<String> examples,
        @Nullable Feature feature,
        String reason,
        @Nullable Feature alternative) {

    /** Copies the collections. */
    public Finding {
        gaps = new TreeMap<>(gaps);
        examples = List.copyOf(examples);
    }

    /** This finding, but left out for a reason. */
    Finding leftOut(String why) {
        return new Finding(
                field,
                kind,
                present,
                missing,
                gaps,
                odd,
                distinct,
                examples,
                null,
                why,
                feature == null ? alternative : feature);
    }

    /** This finding, but not left out. */
    Finding takenBack() {
        return new Finding(field, kind, present, missing, gaps, odd, distinct, examples, alternative, "", null);
    }

    /** The feature as the setting {@code features} writes it; empty if it is left out. */
    public String featureText() {
        return feature == null ? "" : feature.text();
    }

    /** The share of records without a value. */
    public double missingShare() {
        long all = present + missing;
        return all == 0 ? 0.0 : (double) missing / all;
    }
}
