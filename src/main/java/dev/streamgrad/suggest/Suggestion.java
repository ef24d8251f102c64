package dev.streamgrad.suggest;

import dev.streamgrad.encoding.Feature;
import dev.streamgrad.encoding.FieldPath;
import dev.streamgrad.encoding.Label;
import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.encoding.Missing;
import dev.streamgrad.learning.Task;
import dev.streamgrad.records.BadRecordException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What is to be done with some records: what each field is, and the settings of a model that learns them. */
public final class Suggestion {
    private static final int CHANGES = 2;
    private static final int MOST_SHOWN = 10;

    private final long records;
    private final List<Finding> findings;
    private final Target target;
    private final Mapping mapping;
    private final Map<String, String> settings;
    private final List<String> remarks;

    private Suggestion(
            long records,
            List<Finding> findings,
            Target target,
            Mapping mapping,
            Map<String, String> settings,
            List<String> remarks) {
        this.records = records;
        this.findings = List.copyOf(findings);
        this.target = target;
        this.mapping = mapping;
        this.settings = Collections.unmodifiableMap(settings);
        this.remarks = List.copyOf(remarks);
    }

    /**
     * Looks at records.
     *
     * @param records gone through three times
     * @param label the field of the label; empty is one that is called label, target, class, y or outcome
     * @param only the fields that may be features; empty is all
     * @throws IllegalArgumentException if there is no such label, or nothing to learn it from; the message says what
     *     there is
     */
    public static Suggestion of(Records records, String label, List<String> only) {
        Profile profile = Profile.of(records);
        if (profile.records() == 0) {
            throw new IllegalArgumentException("there must be records to look at; got none");
        }
        Target target = Target.of(profile, label);
        List<Finding> findings = new ArrayList<>();
        for (FieldStatistics field : profile.fields()) {
            if (!field.path().equals(target.field())
                    && (only.isEmpty() || only.contains(field.path().text()) || only.contains(field.simpleName()))) {
                findings.add(Judge.of(field, profile.records()));
            }
        }
        leaveLeaksOut(records, target, findings);
        List<String> remarks = new ArrayList<>();
        if (findings.stream().noneMatch(finding -> finding.feature() != null)) {
            takeBack(findings, remarks);
        }
        if (profile.hasTooMany()) {
            remarks.add("there are more than " + Profile.MOST_FIELDS + " fields; only the first of them are looked at");
        }
        if (isSorted(records, target)) {
            remarks.add("the records are sorted by " + target.field()
                    + ": they are learned in their order, so shuffle them first");
        }
        List<Feature> features = findings.stream()
                .map(Finding::feature)
                .filter(feature -> feature != null)
                .toList();
        boolean gaps = features.stream().anyMatch(Feature::indicated);
        boolean quoted = target.quoted()
                || profile.fields().stream()
                        .anyMatch(field -> field.quotedNumbers() > 0
                                && features.stream()
                                        .anyMatch(feature -> feature.field().equals(field.path())
                                                && feature.type().rule().equals("a number")));
        Task task =
                target.isRegression() ? Task.REGRESSION : target.classes().size() == 2 ? Task.BINARY : Task.MULTI_CLASS;
        int inputs = features.stream().mapToInt(Feature::inputs).sum();
        int outputs = task == Task.MULTI_CLASS ? target.classes().size() : 1;
        Map<String, String> recipe = Recipe.of(task, outputs, profile.records(), inputs);
        boolean scaled = !recipe.getOrDefault("features.scaling", "none").equals("none");
        Mapping mapping = new Mapping(
                features,
                gaps ? scaled ? Missing.MEAN : Missing.ZERO : Missing.DEAD_LETTER,
                quoted,
                new Label(target.field(), target.names(), 0),
                null,
                FieldPath.parse(Mapping.DEFAULTS.getOrDefault("id", "id")));
        Map<String, String> settings = new LinkedHashMap<>();
        mapping.settings().forEach((name, value) -> {
            if (name.equals("label") || !value.equals(Mapping.DEFAULTS.get(name))) {
                settings.put(name, value);
            }
        });
        settings.putAll(recipe);
        return new Suggestion(profile.records(), findings, target, mapping, settings, remarks);
    }

    private static void leaveLeaksOut(Records records, Target target, List<Finding> findings) {
        List<Integer> places = new ArrayList<>();
        List<Feature> features = new ArrayList<>();
        for (int i = 0; i < findings.size(); i++) {
            Feature feature = findings.get(i).feature();
            if (feature != null) {
                places.add(i);
                features.add(feature);
            }
        }
        Leaks.of(records, target, features)
                .forEach((place, reason) -> findings.set(
                        places.get(place), findings.get(places.get(place)).leftOut(reason)));
    }

    /** Where nothing would be left to learn from, what was left out is better than nothing. */
    private static void takeBack(List<Finding> findings, List<String> remarks) {
        boolean any = false;
        for (int i = 0; i < findings.size(); i++) {
            Finding finding = findings.get(i);
            if (finding.alternative() != null) {
                any = true;
                remarks.add(BadRecordException.oneLine(finding.field()) + " is used although " + finding.reason()
                        + ": without it nothing would be left to learn from");
                findings.set(i, finding.takenBack());
            }
        }
        if (!any) {
            throw new IllegalArgumentException("there must be a field besides the label that says something; got "
                    + (findings.isEmpty()
                            ? "no other"
                            : findings.stream()
                                    .limit(MOST_SHOWN)
                                    .map(finding ->
                                            BadRecordException.shown(finding.field()) + " (" + finding.reason() + ")")
                                    .collect(Collectors.joining(", "))));
        }
    }

    /** Whether equal labels stand together, which is no order to learn in. */
    private static boolean isSorted(Records records, Target target) {
        if (target.isRegression()) {
            return false;
        }
        int classes = target.classes().size();
        long[] changes = {0};
        String[] last = {""};
        records.forEach(record -> {
            String label = Leaks.word(Profile.value(record, target.field()));
            changes[0] += label.equals(last[0]) ? 0 : 1;
            last[0] = label;
        });
        return changes[0] <= (long) CHANGES * classes && target.labelled() > 4L * CHANGES * classes;
    }

    /** How many records were looked at. */
    public long records() {
        return records;
    }

    /** What was found about each field but the label, in the order in which they appeared. */
    public List<Finding> findings() {
        return findings;
    }

    /** The label's field. */
    public String label() {
        return target.field().text();
    }

    /** Whether the label is a number, and not a class. */
    public boolean isRegression() {
        return target.isRegression();
    }

    /** The classes in the order of outputs; empty for a regression. */
    public List<String> classes() {
        return target.names();
    }

    /** How the records become samples. */
    public Mapping mapping() {
        return mapping;
    }

    /** The settings of the model. */
    public Map<String, String> settings() {
        return settings;
    }

    /** What is worth knowing besides, a line each; often nothing. */
    public List<String> remarks() {
        return remarks;
    }

    /** The label in words, such as {@code species: 3 classes, setosa 33.3 %, …}. */
    public String labelInWords() {
        String field = BadRecordException.oneLine(label());
        if (isRegression()) {
            return field + ": a number from " + Judge.shown(target.least()) + " to " + Judge.shown(target.greatest())
                    + unlabelled();
        }
        String shares = target.classes().entrySet().stream()
                .limit(MOST_SHOWN)
                .map(entry -> String.format(
                        Locale.ROOT,
                        "%s %.1f %%",
                        BadRecordException.shown(entry.getKey()),
                        100.0 * entry.getValue() / target.labelled()))
                .collect(Collectors.joining(", "));
        int more = target.classes().size() - MOST_SHOWN;
        return field + ": " + target.classes().size() + " classes, " + shares
                + (more > 0 ? " and " + more + " more" : "") + unlabelled();
    }

    private String unlabelled() {
        long others = records - target.labelled() - target.absent();
        String absent = target.absent() == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "; missing in %.1f %% of the records, which are then only predicted",
                        100.0 * target.absent() / records);
        return others == 0
                ? absent
                : absent
                        + String.format(
                                Locale.ROOT,
                                "; something else (%s) in %,d %s, which would become dead letters",
                                target.others(),
                                others,
                                others == 1 ? "record" : "records");
    }
}
