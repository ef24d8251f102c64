package dev.streamgrad.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an audit compares of a snapshot: what it means, not its bytes, which every release may write in its own way. Of
 * a format it takes the fields that the format has, numbers by their value and in whatever order they stand; a field
 * that no format known here has is left out. Of {@code log} it takes nothing: that decided which samples were replayed.
 *
 * @param format of the snapshot
 * @param version of the model
 * @param spec the model's settings
 * @param source where the last sample in it stands
 * @param fingerprint what the snapshot says its fingerprint is
 * @param meaning SHA-256 of everything, settings and fingerprint included
 */
public record SnapshotDigest(
        int format, long version, ModelSpec spec, Source source, String fingerprint, String meaning) {
    /** Nothing of it is compared. */
    private static final SamplesLog LOG = new SamplesLog("", null);

    /** The names of all fields of objects within a snapshot; those of {@code spec} are the settings'. */
    private static final Set<String> KNOWN = Set.of(
            "format",
            "model",
            "spec",
            "firstOffset",
            "lastOffset",
            "version",
            "steps",
            "controls",
            "frozen",
            "commands",
            "samples",
            "layers",
            "weights",
            "biases",
            "optimizer",
            "slots",
            "batch",
            "gradient",
            "scaling",
            "count",
            "counts",
            "dictionaries",
            "inputs",
            "classes",
            "means",
            "squares",
            "labelScaling",
            "learningRateFactor",
            "nonFinite",
            "total",
            "inARow",
            "restores",
            "checkpoint",
            "scaled",
            "labelsScaled",
            "labelMeans",
            "labelSquares",
            "drift",
            "boost",
            "detector",
            "metrics",
            "window",
            "sinceStart",
            "loss",
            "accuracy",
            "mae",
            "majorityBaseline",
            "meanBaseline",
            "lastLabelBaseline",
            "logLoss",
            "r2",
            "state",
            "source",
            "partition",
            "offset",
            "fingerprint",
            "time");

    /** Of a snapshot as it was published. */
    public static SnapshotDigest published(Snapshot snapshot, byte[] value) {
        return of(snapshot, SnapshotReader.tree(value));
    }

    /** Of the snapshot that a model had to give, in every format: that of format 1 first. */
    public static List<SnapshotDigest> derived(String name, Model model, Source source, long time) {
        List<SnapshotDigest> digests = new ArrayList<>();
        ObjectNode tree = (ObjectNode)
                SnapshotReader.tree(Snapshot.of(name, model, source, LOG, time).toJson());
        for (int format = Snapshot.FORMAT; format >= 1; format--) {
            String fingerprint = Snapshot.fingerprintOf(model, format);
            tree.put("format", format).put("fingerprint", fingerprint);
            if (format == 1) {
                Snapshot.LATER_THAN_FORMAT_1.forEach(path -> tree.remove(path.split("\\.", -1)[0]));
            }
            digests.add(0, of(new Snapshot(format, name, model, source, null, fingerprint, time), tree));
        }
        return digests;
    }

    private static SnapshotDigest of(Snapshot snapshot, JsonNode tree) {
        MessageDigest digest = Sha256.begin();
        append(digest, tree, snapshot.format(), false);
        return new SnapshotDigest(
                snapshot.format(),
                snapshot.model().version(),
                snapshot.model().spec(),
                snapshot.source(),
                snapshot.fingerprint(),
                HexFormat.of().formatHex(digest.digest()));
    }

    private static void append(MessageDigest to, JsonNode node, int format, boolean settings) {
        if (node.isObject()) {
            Set<String> names = new TreeSet<>();
            node.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                boolean taken =
                        settings ? format > 1 || !name.equals(SpecSettings.MAX_RECORD_BYTES) : KNOWN.contains(name);
                if (taken) {
                    append(to, name + ":");
                    append(to, node.required(name), format, name.equals("spec"));
                }
            }
            append(to, "}");
        } else if (node.isArray()) {
            node.forEach(each -> append(to, each, format, false));
            append(to, "]");
        } else if (node.isNumber()) {
            append(to, Long.toHexString(Double.doubleToLongBits(node.doubleValue())) + ",");
        } else {
            append(to, node.getNodeType() + " " + node.asText() + ",");
        }
    }

    private static void append(MessageDigest to, String text) {
        to.update(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What a published snapshot of the same format says otherwise than this one, which was derived; null if nothing.
     */
    public @Nullable String differenceFrom(SnapshotDigest published) {
        if (meaning.equals(published.meaning)) {
            return null;
        }
        if (!fingerprint.equals(published.fingerprint)) {
            return String.format(
                    Locale.ROOT,
                    "the samples give the fingerprint %.16s…, the snapshot says %.16s…",
                    fingerprint,
                    published.fingerprint);
        }
        Map<String, String> ours = SpecSettings.format(spec);
        Map<String, String> theirs = SpecSettings.format(published.spec);
        Set<String> settings = new TreeSet<>(ours.keySet());
        settings.addAll(theirs.keySet());
        settings.removeIf(name -> String.valueOf(ours.get(name)).equals(theirs.get(name)));
        if (!settings.isEmpty()) {
            return "the weights agree, but the snapshot has other settings: " + String.join(", ", settings);
        }
        return source.equals(published.source)
                ? "the weights agree, but what is beside them does not"
                : "the weights agree, but it was " + source.partition() + "@" + source.offset() + " that led there";
    }
}
