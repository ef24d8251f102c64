package dev.streamgrad.suggest;

import dev.streamgrad.encoding.Feature;
import dev.streamgrad.encoding.FeatureType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds fields that give the label away: those that alone predict it nearly perfectly, as one does that was written
 * after the fact. A model of such a field is right in the file and of no use before the fact is known.
 *
 * <p>Of classes: a {@link OneRule} of the first half of the labelled records is right in at least 99 % of the second,
 * and wrong in at most a tenth of what the most frequent class is wrong in. Of a regression: the correlation of field
 * and label is at least 0.999.
 */
final class Leaks {
    /** So many labelled records are looked at. */
    private static final long MOST = 10_000;

    private static final long FEW = 40;
    private static final double NEARLY_ALWAYS = 0.99;
    private static final double SHARE_OF_MISTAKES = 0.1;
    private static final double CORRELATION = 0.999;

    private Leaks() {}

    /** Why each of the features that give the label away is left out, by its place. */
    static Map<Integer, String> of(Records records, Target target, List<Feature> features) {
        long labelled = Math.min(MOST, target.labelled());
        if (labelled < FEW) {
            return Map.of();
        }
        return target.isRegression()
                ? correlated(records, target, features, labelled)
                : telling(records, target, features, labelled);
    }

    private static Map<Integer, String> telling(Records records, Target target, List<Feature> features, long labelled) {
        Map<String, Integer> classes = new HashMap<>();
        target.names().forEach(name -> classes.put(name, classes.size()));
        List<@Nullable OneRule> rules = new ArrayList<>();
        for (Feature feature : features) {
            boolean numeric =
                    feature.type() instanceof FeatureType.Quantity || feature.type() instanceof FeatureType.Cyclic;
            boolean skipped =
                    feature.type() instanceof FeatureType.Quantities || feature.type() instanceof FeatureType.Time;
            rules.add(skipped ? null : new OneRule(classes.size(), numeric));
        }
        long half = labelled / 2;
        long[] right = new long[features.size()];
        int[] tested = new int[classes.size()];
        long[] seen = {0};
        records.forEach(record -> {
            Integer label = classes.get(word(Profile.value(record, target.field())));
            if (label == null || seen[0] >= labelled) {
                return;
            }
            if (seen[0] == half) {
                rules.forEach(rule -> {
                    if (rule != null) {
                        rule.build();
                    }
                });
            }
            boolean learns = seen[0]++ < half;
            tested[label] += learns ? 0 : 1;
            for (int i = 0; i < features.size(); i++) {
                OneRule rule = rules.get(i);
                if (rule == null) {
                    continue;
                }
                Object value = Profile.value(record, features.get(i).field());
                if (learns) {
                    rule.learn(value, label);
                } else {
                    right[i] += rule.predict(value) == label ? 1 : 0;
                }
            }
        });
        double count = seen[0] - half;
        double baseline = tested[OneRule.greatest(tested)] / count;
        Map<Integer, String> leaks = new HashMap<>();
        for (int i = 0; i < features.size(); i++) {
            double accuracy = right[i] / count;
            if (accuracy >= NEARLY_ALWAYS && 1.0 - accuracy <= SHARE_OF_MISTAKES * (1.0 - baseline)) {
                leaks.put(
                        i,
                        String.format(
                                Locale.ROOT,
                                "it looks like a leak: alone it is right about %.1f %% of the labels, where the most"
                                        + " frequent class is about %.1f %%",
                                100.0 * accuracy,
                                100.0 * baseline));
            }
        }
        return leaks;
    }

    /** A label as a class is written. */
    static String word(@Nullable Object value) {
        return value == null ? "" : value instanceof Number number ? FieldStatistics.word(number) : value.toString();
    }

    private static Map<Integer, String> correlated(
            Records records, Target target, List<Feature> features, long labelled) {
        Correlation[] correlations = new Correlation[features.size()];
        for (int i = 0; i < correlations.length; i++) {
            correlations[i] = new Correlation();
        }
        long[] seen = {0};
        records.forEach(record -> {
            Double label = OneRule.number(Profile.value(record, target.field()));
            if (label == null || seen[0]++ >= labelled) {
                return;
            }
            for (int i = 0; i < features.size(); i++) {
                Double value = features.get(i).type() instanceof FeatureType.Quantity
                        ? OneRule.number(Profile.value(record, features.get(i).field()))
                        : null;
                if (value != null) {
                    correlations[i].add(value, label);
                }
            }
        });
        Map<Integer, String> leaks = new HashMap<>();
        for (int i = 0; i < features.size(); i++) {
            double r = correlations[i].value();
            if (correlations[i].count >= FEW && Math.abs(r) >= CORRELATION) {
                leaks.put(
                        i,
                        String.format(Locale.ROOT, "it looks like a leak: its correlation with the label is %.4f", r));
            }
        }
        return leaks;
    }

    /** Pearson's, by running means. */
    private static final class Correlation {
        private long count;
        private double meanX;
        private double meanY;
        private double xx;
        private double yy;
        private double xy;

        void add(double x, double y) {
            count++;
            double dx = x - meanX;
            double dy = y - meanY;
            meanX += dx / count;
            meanY += dy / count;
            xx += dx * (x - meanX);
            yy += dy * (y - meanY);
            xy += dx * (y - meanY);
        }

        double value() {
            return xx > 0.0 && yy > 0.0 ? xy / Math.sqrt(xx) / Math.sqrt(yy) : 0.0;
        }
    }
}
