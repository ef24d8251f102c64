package dev.streamgrad.suggest;

import dev.streamgrad.encoding.Feature;
import dev.streamgrad.records.BadRecordException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A suggestion as a properties file that says why it is as it is. */
public final class PropertiesText {
    private PropertiesText() {}

    /**
     * The file's lines.
     *
     * @param source what the records were, in words
     * @param settings those of the suggestion, but for what somebody has set otherwise
     * @param more settings besides those of the model, each with a line that says why
     */
    public static List<String> of(
            Suggestion suggestion, String source, Map<String, String> settings, List<Setting> more) {
        List<String> lines = new ArrayList<>();
        lines.add("# A model of " + clean(source) + ", as streamgrad suggest made it of " + suggestion.records()
                + " records.");
        lines.add("# Label " + clean(suggestion.labelInWords()));
        suggestion.remarks().forEach(remark -> lines.add("# Note: " + clean(remark)));
        lines.add("#");
        lines.add("# Fields:");
        for (Finding finding : suggestion.findings()) {
            lines.add("#   " + clean(inWords(finding)));
        }
        lines.add("");
        for (Setting setting : more) {
            lines.add("# " + clean(setting.why()));
            lines.add(setting.name() + "=" + escaped(setting.value()));
        }
        for (Map.Entry<String, String> entry : settings.entrySet()) {
            boolean asSuggested = entry.getValue().equals(suggestion.settings().get(entry.getKey()));
            if (entry.getKey().equals("features") && asSuggested) {
                addFeatures(suggestion.mapping().features(), lines);
            } else {
                lines.add(entry.getKey() + "=" + escaped(entry.getValue()));
            }
        }
        return lines;
    }

    /**
     * A setting and why it is suggested.
     *
     * @param why one line
     */
    public record Setting(String name, String value, String why) {}

    private static void addFeatures(List<Feature> features, List<String> lines) {
        lines.add("features=\\");
        for (Iterator<Feature> rest = features.iterator(); rest.hasNext(); ) {
            String text = escaped(rest.next().text());
            lines.add("  " + text + (rest.hasNext() ? ",\\" : ""));
        }
    }

    /** What was found about a field, in one line. */
    static String inWords(Finding finding) {
        StringBuilder line = new StringBuilder(finding.field()).append(": ").append(finding.kind());
        String missing = missingInWords(finding);
        if (!missing.isEmpty()) {
            line.append("; ").append(missing);
        }
        if (!finding.reason().isEmpty()) {
            line.append("; left out: ").append(finding.reason());
            Feature alternative = finding.alternative();
            if (alternative != null) {
                line.append("; to use it all the same, add to features: ").append(alternative.text());
            }
        }
        return line.toString();
    }

    /** How many values are missing and what stands for them; empty if none. */
    static String missingInWords(Finding finding) {
        StringBuilder line = new StringBuilder();
        if (finding.missing() > 0) {
            line.append(share(finding.missingShare())).append(" missing");
            if (!finding.gaps().isEmpty()) {
                line.append(" (");
                Iterator<Map.Entry<String, Long>> gaps =
                        finding.gaps().entrySet().iterator();
                for (int i = 0; i < 3 && gaps.hasNext(); i++) {
                    Map.Entry<String, Long> gap = gaps.next();
                    line.append(i == 0 ? "" : ", ")
                            .append(gap.getKey())
                            .append(' ')
                            .append(gap.getValue())
                            .append(" times");
                }
                line.append(gaps.hasNext() ? ", …)" : ")");
            }
        }
        if (finding.odd() > 0) {
            line.append(line.isEmpty() ? "" : ", ").append(finding.odd()).append(" of another type");
        }
        return line.toString();
    }

    private static String share(double share) {
        return share < 0.0005 ? "<0.1 %" : String.format(Locale.ROOT, "%.1f %%", 100.0 * share);
    }

    private static String clean(String text) {
        return BadRecordException.oneLine(text);
    }

    private static String escaped(String value) {
        // Of what java.util.Properties takes for itself, only this can be in a value that does not begin with a blank.
        return value.replace("\\", "\\\\");
    }
}
