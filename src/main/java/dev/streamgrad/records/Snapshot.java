package dev.streamgrad.records;

import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.json.Json;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.ModelState;
import dev.streamgrad.learning.PrequentialMetrics;
import dev.streamgrad.learning.SpecSettings;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model at a version: enough to resume, to audit and to serve. As JSON:
 *
 * <pre>
 *   format               3 of a model whose errors are watched for drift, else 2; a reader refuses a newer one
 *   model                its name
 *   spec                 the model's settings, by their names
 *   firstOffset, lastOffset, version, steps, controls, frozen
 *   commands             the ids of the last commands applied, the oldest first
 *   samples
 *   layers               [{"weights":[[…]],"biases":[…]}], weights in × out
 *   optimizer            its steps, and its memory: slots, each in the form of layers
 *   batch                the unfinished mini-batch: samples and gradient sum; only if batch.size is over 1
 *   inputs, classes      what people call them; only with features, and with classes
 *   scaling              count, means, squares; only with features.scaling; counts, if a quantity may be missing
 *   dictionaries         the words of learned categories, and of learned classes, in their order; only with some
 *   labelScaling         the same of labels; only with label.scaling
 *   learningRateFactor, nonFinite
 *   checkpoint           what on.divergence=restore goes back to; only with it
 *   drift                what the detector of drift remembers; only with drift.detector; and the steps that a boost has
 *                        left, only with drift.reaction=boost
 *   metrics              figures for people, and their state
 *   source               partition and offset of the last sample in it
 *   log                  topic, the id of the samples topic; keylessModel, the model of its records without a key;
 *                        reading, the settings by which its records are read, as far as they are not their defaults
 *   fingerprint, time    time is the last sample's timestamp, in milliseconds
 * </pre>
 *
 * <p>What there is of the model's state is a loop over {@link ModelState#FIELDS}. Doubles are in their shortest
 * round-trip form, so the bits survive.
 *
 * <p>Format 2 has no {@code drift}: a snapshot of a model without a detector is in it still, so that releases which
 * know no drift can read it. Format 1, which is still read, had no {@code log}, neither {@code lastOffset} nor
 * {@code steps} nor {@code controls}, and no {@code checkpoint}: its snapshots were only taken when the checkpoint was,
 * so that both are the same.
 *
 * @param format the version of the format it was read from
 * @param name the model's name
 * @param model the model, ready to learn on
 * @param source where the last sample in it stands
 * @param log what of the samples topic decides which of its records are the model's; null in format 1
 * @param fingerprint what the snapshot says its fingerprint is
 * @param time the last sample's timestamp, in milliseconds since 1970
 */
public record Snapshot(
        int format,
        String name,
        Model model,
        Source source,
        @Nullable SamplesLog log,
        String fingerprint,
        long time) {
    /** The newest version of the format, and the newest that this release reads. */
    public static final int FORMAT = 3;

    private static final int FORMAT_WITHOUT_DRIFT = 2;

    /** What a snapshot of format 1 has not. */
    static final Set<String> LATER_THAN_FORMAT_1 = Set.of(
            "lastOffset",
            "steps",
            "controls",
            "frozen",
            "commands",
            "checkpoint.layers",
            "checkpoint.slots",
            "checkpoint.steps",
            "checkpoint.scaled",
            "checkpoint.means",
            "checkpoint.squares");

    /** The brackets and comma around a row of weights; a layer's own names count as some rows more. */
    private static final int LONGEST_ROW_FRAME = 3;

    private static final int LAYER_ROWS = 16;

    /** What is around all numbers. */
    private static final int LONGEST_FRAME = 16 * 1024;

    /** How many bytes a snapshot of this spec takes at most. */
    public static long largest(ModelSpec spec) {
        long numbers = ModelState.reals(spec)
                + ModelState.detectorNumbers(spec)
                + PrequentialMetrics.largest(spec.architecture().outputs());
        long rows = 0;
        for (int size : spec.architecture().sizes()) {
            rows += size + LAYER_ROWS;
        }
        // The parameters and the gradient sum; and the checkpoint, which may be as large as all of it.
        long groups = 2L * (2L + spec.birth().optimizer().slots());
        return Json.LONGEST_NUMBER * numbers
                + LONGEST_ROW_FRAME * rows * groups
                + LONGEST_FRAME
                + 6L * SpecSettings.formatText(spec).getBytes(StandardCharsets.UTF_8).length
                + 6L * ModelState.words(spec)
                + largestNames(spec)
                + 6L * ModelName.LONGEST;
    }

    private static long largestNames(ModelSpec spec) {
        Mapping mapping = spec.birth().mapping();
        return mapping == null ? 0 : 6L * mapping.largestNames();
    }

    /** A snapshot of a model as it is now. The model is not copied: write it before the model learns on. */
    public static Snapshot of(String name, Model model, Source source, SamplesLog log, long time) {
        return new Snapshot(formatOf(model.spec()), name, model, source, log, Fingerprint.of(model), time);
    }

    /** The format that a snapshot of a model of this spec is written in: the oldest that has room for all of it. */
    static int formatOf(ModelSpec spec) {
        return spec.hyperparameters().drift().detects() ? FORMAT : FORMAT_WITHOUT_DRIFT;
    }

    /** Whether it is in the format that this release writes for its model. */
    public boolean isOfPresentFormat() {
        return format == formatOf(model.spec());
    }

    /**
     * Whether it says that its model learned from another samples topic than that of this id.
     *
     * @param topicId empty if it is not known, and then nothing is said against it
     */
    public boolean isOfAnotherLog(String topicId) {
        return log != null
                && !log.topicId().isEmpty()
                && !topicId.isEmpty()
                && !log.topicId().equals(topicId);
    }

    /** Whether the model really has the fingerprint that the snapshot says. */
    public boolean isIntact() {
        return fingerprintOf(model, format).equals(fingerprint);
    }

    /** The fingerprint that a snapshot of a format has for a model. */
    public static String fingerprintOf(Model model, int format) {
        return format == 1 ? Fingerprint.ofFormat1(model) : Fingerprint.of(model);
    }

    /**
     * The record's value, in the format that this release writes.
     *
     * @throws IllegalStateException if the snapshot was read from an older one, whose fingerprint is another
     */
    public byte[] toJson() {
        if (!isOfPresentFormat()) {
            throw new IllegalStateException("a snapshot of format " + format + " cannot be written again");
        }
        return SnapshotWriter.toJson(this);
    }

    /**
     * What a person wants to see of a model, in the words of a snapshot: JSON with name, version, samples, settings,
     * metrics, and its layers, with their weights if there are no more than {@code mostWeights} parameters.
     */
    public static byte[] describe(String name, Model model, int mostWeights) {
        return SnapshotWriter.describe(name, model, mostWeights);
    }

    /**
     * Reads a record's value. Whether the fingerprint fits is {@link #isIntact}'s to say.
     *
     * @throws IllegalArgumentException if it is not a snapshot of a format this release reads
     */
    public static Snapshot read(byte[] value) {
        return SnapshotReader.read(value);
    }
}
