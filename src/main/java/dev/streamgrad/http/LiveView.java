package dev.streamgrad.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.streamgrad.app.ServedModels.UnavailableException;
import dev.streamgrad.learning.FeatureScaler;
import dev.streamgrad.learning.FeatureScaling;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.PrequentialMetrics.Figures;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.learning.Task;
import dev.streamgrad.learning.TracedStep;
import dev.streamgrad.learning.UnitHealth;
import dev.streamgrad.nn.Layer;
import dev.streamgrad.records.StateFormat;
import dev.streamgrad.stream.Observed;
import dev.streamgrad.stream.Watch;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One model as live pages see it: its last committed state, decoded at most ten times a second for all of them, what
 * was observed of it, and what has happened to it between two looks.
 */
final class LiveView {
    /** Weights and steps are shown of networks up to this size. */
    static final int MOST_PARAMETERS = 10_000;

    static final long FRESH_NANOS = Duration.ofMillis(100).toNanos();
    private static final int MOST_RECENT = 64;
    private static final int MOST_MARKS = 64;
    private static final int BINS = 32;
    private static final int NOT_SCALED_BELOW = 2;

    /** Where a model's committed bytes are. */
    @FunctionalInterface
    interface States {
        Optional<byte[]> state(String name) throws UnavailableException;
    }

    private record Seen(long seq, Observed observed) {}

    private record Mark(long seq, long version, String event, String text) {}

    private final String name;
    private final States states;
    private final LongSupplier nanoTime;
    private final boolean showsFeatures;
    private final Deque<Seen> seen = new ArrayDeque<>();
    private final Deque<Mark> marks = new ArrayDeque<>();
    private @Nullable Observed lastObserved;
    private byte @Nullable [] bytes;
    private @Nullable Model model;
    private @Nullable UnitHealth health;
    private @Nullable TracedStep step;
    private long stepOffset;
    private long lookedAt;
    private long seq;

    /**
     * A view that has not looked yet.
     *
     * @param nanoTime the clock, as {@link System#nanoTime}
     * @param showsFeatures whether what samples say may be shown
     */
    LiveView(String name, States states, LongSupplier nanoTime, boolean showsFeatures) {
        this.name = name;
        this.states = states;
        this.nanoTime = nanoTime;
        this.showsFeatures = showsFeatures;
    }

    /** What the page has to know of what does not change with each step; empty if there is no such model. */
    synchronized Optional<Model> model() throws UnavailableException {
        long now = nanoTime.getAsLong();
        if (bytes != null && now - lookedAt < FRESH_NANOS) {
            return Optional.ofNullable(model);
        }
        lookedAt = now;
        Optional<byte[]> state = states.state(name);
        if (state.isEmpty()) {
            model = null;
            bytes = null;
        } else if (!Arrays.equals(bytes, state.get())) {
            Model before = model;
            Model present = new StateFormat().read(state.get());
            bytes = state.get();
            model = present;
            seq = Math.max(seq + 1, present.version());
            if (before != null) {
                mark(before, present);
            }
        }
        return Optional.ofNullable(model);
    }

    private void mark(Model before, Model now) {
        if (now.version() < before.version()) {
            mark(now, "restored", "the model is at an earlier version: it was made or rebuilt anew");
        } else if (now.controls() != before.controls()) {
            String differences = SpecSettings.differences(before.spec(), now.spec());
            mark(now, "control", differences.isEmpty() ? "a command was obeyed" : differences);
        }
        if (now.isFrozen() != before.isFrozen()) {
            mark(now, now.isFrozen() ? "freeze" : "unfreeze", now.isFrozen() ? "frozen" : "learning again");
        }
        if (now.nonFinite() > before.nonFinite()) {
            long more = now.nonFinite() - before.nonFinite();
            mark(now, "non-finite", more + (more == 1 ? " step" : " steps") + " refused: not finite");
        }
        if (now.restores() > before.restores()) {
            mark(now, "restore", "went back to its checkpoint, at half the learning rate");
        }
    }

    private void mark(Model now, String event, String text) {
        marks.addLast(new Mark(seq, now.version(), event, text));
        if (marks.size() > MOST_MARKS) {
            marks.removeFirst();
        }
    }

    private void look(Watch watch, Model present) {
        List<Observed> observed = watch.observed();
        // Not there any more if more than all that is kept has come since.
        int from = 0;
        for (int i = observed.size() - 1; i >= 0; i--) {
            if (observed.get(i).equals(lastObserved)) {
                from = i + 1;
                break;
            }
        }
        if (from == observed.size()) {
            return;
        }
        // An observation is published a moment before its state can be read, so that it may belong to none that is new.
        seq = seen.isEmpty() || seen.getLast().seq() < seq ? seq : seq + 1;
        for (Observed each : observed.subList(from, observed.size())) {
            seen.addLast(new Seen(seq, each));
        }
        while (seen.size() > Watch.MOST_SAMPLES) {
            seen.removeFirst();
        }
        lastObserved = observed.get(observed.size() - 1);
        if (present.spec().architecture().parameters() > MOST_PARAMETERS) {
            return;
        }
        for (int i = observed.size() - 1; i >= from; i--) {
            Observed.Step taken = observed.get(i).step();
            if (taken != null) {
                stepOffset = taken.offset();
                step = TracedStep.of(
                        new StateFormat().read(taken.stateBefore()), taken.features(), taken.label(), taken.weight());
                break;
            }
        }
        List<double[]> last = new ArrayList<>();
        int inputs = present.spec().architecture().inputs();
        for (int i = observed.size() - 1; i >= 0 && last.size() < Watch.MOST_SAMPLES; i--) {
            for (double[] features : observed.get(i).features()) {
                // A command may have made a model of another shape.
                if (features.length == inputs) {
                    last.add(features);
                }
            }
        }
        health = last.isEmpty() ? null : UnitHealth.of(present, last);
    }

    /** The last step that was observed, taken once more; empty if there was none yet. */
    synchronized Optional<Answer> lastStep(Watch watch, int partition) throws UnavailableException {
        Optional<Model> present = model();
        if (present.isPresent()) {
            look(watch, present.get());
        }
        TracedStep traced = step;
        return traced == null
                ? Optional.empty()
                : Optional.of(LiveStep.answer(traced, present.orElseThrow(), partition, stepOffset));
    }

    /** A model of its own at the last commit; empty if there is none. */
    synchronized Optional<Model> another() throws UnavailableException {
        Optional<Model> present = model();
        byte[] state = bytes;
        return present.isEmpty() || state == null ? Optional.empty() : Optional.of(new StateFormat().read(state));
    }

    /**
     * A frame, or empty if there is nothing newer than what the page has.
     *
     * @param after the {@code seq} of the page's last frame; 0 if it has none
     * @param next how long the page has to wait after it, in milliseconds
     */
    synchronized Optional<Answer> frame(Watch watch, long after, int partition, LongSupplier next)
            throws UnavailableException {
        Model present = model().orElse(null);
        if (present == null) {
            return Optional.empty();
        }
        look(watch, present);
        if (after == seq) {
            return Optional.empty();
        }
        // A page that has been at another instance, or at this one before a restart, has seen nothing of this.
        long known = after > seq ? 0 : after;
        return Optional.of(LiveJson.answer(json -> {
            json.writeNumberField("format", 1);
            json.writeNumberField("seq", seq);
            json.writeStringField("model", name);
            write(json, present, partition);
            writeRecent(json, known);
            json.writeArrayFieldStart("marks");
            for (Mark mark : marks) {
                if (mark.seq() > known) {
                    json.writeStartObject();
                    json.writeNumberField("version", mark.version());
                    json.writeStringField("event", mark.event());
                    json.writeStringField("text", mark.text());
                    json.writeEndObject();
                }
            }
            json.writeEndArray();
            // Last, so that it counts what all of this took.
            json.writeNumberField("next", next.getAsLong());
        }));
    }

    private void write(JsonGenerator json, Model present, int partition) throws IOException {
        json.writeNumberField("version", present.version());
        json.writeNumberField("samples", present.samples());
        json.writeBooleanField("frozen", present.isFrozen());
        LiveStep.source(json, partition, present.lastOffset());
        writeWindow(json, present);
        LiveJson.number(json, "learningRate", present.learningRate());
        TracedStep traced = step;
        if (traced != null) {
            LiveJson.number(json, "gradientNorm", traced.gradientNorm());
        }
        json.writeNumberField("nonFinite", present.nonFinite());
        if (present.spec().architecture().parameters() <= MOST_PARAMETERS) {
            writeLayers(json, present, traced);
            json.writeArrayFieldStart("weights");
            for (Layer layer : present.parameters().layers()) {
                json.writeStartArray();
                for (double[] row : layer.weights().getDataRef()) {
                    LiveJson.floats(json, row);
                }
                json.writeEndArray();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("biases");
            for (Layer layer : present.parameters().layers()) {
                LiveJson.floats(json, layer.biases().getDataRef());
            }
            json.writeEndArray();
            writeScaler(json, present);
        } else {
            writeHistograms(json, present);
        }
    }

    private static void writeWindow(JsonGenerator json, Model present) throws IOException {
        Figures window = present.metrics().window();
        json.writeObjectFieldStart("window");
        json.writeNumberField("size", window.samples());
        LiveJson.number(json, "loss", window.loss());
        if (present.spec().task() == Task.REGRESSION) {
            LiveJson.number(json, "mae", window.score());
            LiveJson.number(json, "r2", window.r2());
            LiveJson.number(json, "baselineMae", window.constantScore());
        } else {
            LiveJson.number(json, "accuracy", window.score());
            LiveJson.number(json, "majority", window.constantScore());
            LiveJson.number(json, "last", window.lastLabelScore());
        }
        json.writeEndObject();
    }

    private void writeLayers(JsonGenerator json, Model present, @Nullable TracedStep traced) throws IOException {
        UnitHealth units = health;
        int depth = present.spec().architecture().depth();
        boolean fits = traced != null && traced.layers().size() == depth;
        json.writeArrayFieldStart("layers");
        for (int l = 0; l < depth; l++) {
            json.writeStartObject();
            if (fits && traced != null) {
                LiveJson.number(json, "update", traced.layers().get(l).updateRatio());
                LiveJson.number(json, "gradient", traced.layers().get(l).gradientNorm());
            }
            if (units != null && units.dead().length == depth) {
                LiveJson.number(json, "dead", units.dead()[l]);
                LiveJson.number(json, "saturated", units.saturated()[l]);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** By what a page scales features itself; with the statistics of the committed samples, none of a feature's own. */
    private static void writeScaler(JsonGenerator json, Model present) throws IOException {
        FeatureScaler scaler = present.scaler();
        if (scaler == null || present.spec().birth().scaling() == FeatureScaling.NONE) {
            return;
        }
        int inputs = scaler.mean().length;
        double[] mean = new double[inputs];
        double[] deviation = new double[inputs];
        for (int i = 0; i < inputs; i++) {
            double count = scaler.counts().length == 0 ? (double) scaler.count() : scaler.counts()[i];
            double variance = count < NOT_SCALED_BELOW ? 0.0 : scaler.squares()[i] / count;
            boolean scales = scaler.scales(i) && variance > 0.0;
            mean[i] = scales ? scaler.mean()[i] : 0.0;
            deviation[i] = scales ? Math.sqrt(variance) : 1.0;
        }
        json.writeObjectFieldStart("scaler");
        LiveJson.vector(json, "mean", mean);
        LiveJson.vector(json, "std", deviation);
        json.writeEndObject();
    }

    private static void writeHistograms(JsonGenerator json, Model present) throws IOException {
        json.writeArrayFieldStart("histograms");
        for (int l = 0; l < present.parameters().depth(); l++) {
            double[][] rows = present.parameters().layer(l).weights().getDataRef();
            double least = Double.POSITIVE_INFINITY;
            double most = Double.NEGATIVE_INFINITY;
            for (double[] row : rows) {
                for (double weight : row) {
                    least = Math.min(least, weight);
                    most = Math.max(most, weight);
                }
            }
            int[] counts = new int[BINS];
            double scale = most > least ? BINS / (most - least) : 0.0;
            for (double[] row : rows) {
                for (double weight : row) {
                    counts[Math.min(BINS - 1, (int) ((weight - least) * scale))]++;
                }
            }
            json.writeStartObject();
            json.writeNumberField("layer", l);
            LiveJson.number(json, "min", least);
            LiveJson.number(json, "max", most);
            json.writeFieldName("counts");
            json.writeArray(counts, 0, BINS);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Of the samples since the page's last frame the newest, oldest first. */
    private void writeRecent(JsonGenerator json, long known) throws IOException {
        if (!showsFeatures) {
            return;
        }
        List<Observed> commits = new ArrayList<>();
        int samples = 0;
        for (var newest = seen.descendingIterator(); newest.hasNext() && samples < MOST_RECENT; ) {
            Seen each = newest.next();
            if (each.seq() <= known) {
                break;
            }
            commits.add(0, each.observed());
            samples += each.observed().samples();
        }
        int skipped = Math.max(0, samples - MOST_RECENT);
        List<double[]> features = new ArrayList<>();
        List<double[]> labels = new ArrayList<>();
        List<double[]> predictions = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        for (Observed each : commits) {
            for (int i = Math.min(skipped, each.samples()); i < each.samples(); i++) {
                offsets.add(each.offsets()[i]);
                labels.add(each.labels()[i]);
                predictions.add(each.predictions()[i]);
                losses.add(each.losses()[i]);
                if (each.features().length > 0) {
                    features.add(each.features()[i]);
                }
            }
            skipped = Math.max(0, skipped - each.samples());
        }
        json.writeObjectFieldStart("recent");
        json.writeNumberField(
                "stride",
                commits.isEmpty() ? 1 : commits.get(commits.size() - 1).stride());
        json.writeFieldName("offset");
        json.writeArray(offsets.stream().mapToLong(Long::longValue).toArray(), 0, offsets.size());
        if (features.size() == labels.size()) {
            LiveJson.matrix(json, "features", features.toArray(double[][]::new));
        }
        LiveJson.matrix(json, "label", labels.toArray(double[][]::new));
        LiveJson.matrix(json, "prediction", predictions.toArray(double[][]::new));
        LiveJson.vector(
                json, "loss", losses.stream().mapToDouble(Double::doubleValue).toArray());
        json.writeEndObject();
    }
}
