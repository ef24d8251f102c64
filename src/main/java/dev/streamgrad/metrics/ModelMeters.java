package dev.streamgrad.metrics;

import dev.streamgrad.control.Command;
import dev.streamgrad.control.Event;
import dev.streamgrad.learning.DriftDetector.Direction;
import dev.streamgrad.learning.Observation;
import dev.streamgrad.learning.PrequentialMetrics.Figures;
import dev.streamgrad.learning.Task;
import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.stream.LearningListener.CommandOutcome;
import dev.streamgrad.stream.LearningListener.ModelListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The meters of one model, or of all those together that have none of their own. */
final class ModelMeters {
    /**
     * A greater loss is counted and not added. A double has 53 bits: beside one loss of 1e158, which a model that
     * diverges has before its steps stop being finite, every ordinary loss of the following weeks would be 0. A
     * regression that is right to have a greater loss has labels in millions, and should have them scaled.
     */
    private static final double GREATEST_LOSS = 1e12;

    private final MeterRegistry registry;
    private final List<Meter> all = new ArrayList<>();
    private final Counter requests;
    private final Counter excessive;
    private final Counter skipped;
    private final Counter restores;
    private final Counter snapshots;
    private final String name;
    /** The losses of each partition that has such a model: one thread at a time records each. */
    private final List<Distribution> losses = new CopyOnWriteArrayList<>();
    /** The same of samples that the model has only scored. */
    private final List<Distribution> scored = new CopyOnWriteArrayList<>();
    /** Those of partitions that went. */
    private final Distribution formerLosses = new Distribution();

    private final Distribution formerScored = new Distribution();

    private final Map<Reason, Counter> deadLetters = new EnumMap<>(Reason.class);
    private final boolean single;
    private volatile @Nullable Observation seen;
    private volatile boolean frozen;
    private volatile boolean showsDrift;

    /** The meters of many models together: counters and losses, which can be added, and nothing else. */
    ModelMeters(MeterRegistry registry, String name) {
        this(registry, name, false);
    }

    /** The meters of one model. */
    ModelMeters(MeterRegistry registry, String name, Task task, int layers) {
        this(registry, name, true);
        Tags tags = Tags.of("model", name);
        gauge("streamgrad.version", "Optimizer steps taken and commands obeyed.", tags, seen -> seen.version());
        all.add(Gauge.builder("streamgrad.frozen", this, meters -> meters.frozen ? 1 : 0)
                .description("Whether the model only predicts and scores.")
                .tags(tags)
                .register(registry));
        gauge("streamgrad.learning.rate", "The learning rate of the next step.", tags, seen -> seen.learningRate());
        gauge(
                "streamgrad.gradient.norm",
                "The norm of the gradient of the last step looked at, before clipping.",
                tags,
                seen -> seen.gradientNorm());
        if (task == Task.REGRESSION) {
            figure("streamgrad.mae", "Mean absolute error over the window.", tags, Figures::score);
            String baseline = "Mean absolute error over the window of a baseline.";
            figure("streamgrad.baseline.mae", baseline, tags.and("baseline", "mean"), Figures::constantScore);
            figure("streamgrad.baseline.mae", baseline, tags.and("baseline", "last"), Figures::lastLabelScore);
        } else {
            figure("streamgrad.accuracy.ratio", "Share of right predictions over the window.", tags, Figures::score);
            String baseline = "Share of right predictions over the window of a baseline.";
            figure(
                    "streamgrad.baseline.accuracy.ratio",
                    baseline,
                    tags.and("baseline", "majority"),
                    Figures::constantScore);
            figure(
                    "streamgrad.baseline.accuracy.ratio",
                    baseline,
                    tags.and("baseline", "last"),
                    Figures::lastLabelScore);
        }
        for (int l = 0; l < layers; l++) {
            int layer = l;
            Tags ofLayer = tags.and("layer", Integer.toString(l + 1));
            gauge(
                    "streamgrad.update.ratio",
                    "Change by the last step looked at over the parameters, as norms.",
                    ofLayer,
                    seen -> seen.layers().get(layer).updateRatio());
            gauge(
                    "streamgrad.dead.units.ratio",
                    "Share of units that pass no gradient back.",
                    ofLayer,
                    seen -> seen.layers().get(layer).deadUnits());
            gauge(
                    "streamgrad.saturated.units.ratio",
                    "Share of units within 1 % of a bound of their activation.",
                    ofLayer,
                    seen -> seen.layers().get(layer).saturatedUnits());
        }
    }

    private ModelMeters(MeterRegistry registry, String name, boolean single) {
        this.registry = registry;
        this.name = name;
        this.single = single;
        Tags tags = Tags.of("model", name);
        all.add(FunctionCounter.builder("streamgrad.trained", this, ModelMeters::trained)
                .description("Samples trained on.")
                .tags(tags)
                .register(registry));
        all.add(FunctionCounter.builder("streamgrad.scored", this, ModelMeters::scored)
                .description("Samples predicted and scored, and not trained on.")
                .tags(tags)
                .register(registry));
        requests = counter("streamgrad.requests", "Samples without a label, predicted only.", tags);
        excessive = counter(
                "streamgrad.excessive.losses",
                "Samples trained on whose loss was over 1e12 and is left out of streamgrad_loss.",
                tags);
        skipped =
                counter("streamgrad.skipped", "Samples whose step would not have been finite, and was left out.", tags);
        restores = counter("streamgrad.restores", "Times the model went back to its last snapshot.", tags);
        snapshots = counter("streamgrad.snapshots", "Snapshots written.", tags);
        all.add(FunctionCounter.builder(
                        "streamgrad.samples", this, meters -> meters.trained() + meters.scored() + meters.refused())
                .description("Samples with a label that reached the model.")
                .tags(tags)
                .register(registry));
        all.add(FunctionCounter.builder("streamgrad.nonfinite.steps", this, ModelMeters::refused)
                .description("Steps refused because they would not have been finite.")
                .tags(tags)
                .register(registry));
        for (Reason reason : Reason.values()) {
            deadLetters.put(
                    reason,
                    counter(
                            "streamgrad.dead.letters",
                            "Records that could not be used.",
                            tags.and("reason", reason.name().toLowerCase(Locale.ROOT))));
        }
    }

    private double refused() {
        return skipped.count() + restores.count();
    }

    private Counter counter(String name, String description, Tags tags) {
        Counter counter =
                Counter.builder(name).description(description).tags(tags).register(registry);
        all.add(counter);
        return counter;
    }

    private void figure(String name, String description, Tags tags, ToDoubleFunction<Figures> value) {
        gauge(name, description, tags, seen -> value.applyAsDouble(seen.window()));
    }

    private void gauge(String name, String description, Tags tags, ToDoubleFunction<Observation> value) {
        all.add(Gauge.builder(name, this, meters -> {
                    Observation observation = meters.seen;
                    return observation == null ? Double.NaN : value.applyAsDouble(observation);
                })
                .description(description)
                .tags(tags)
                .register(registry));
    }

    /** Takes the meters out of the registry. */
    void remove() {
        synchronized (all) {
            all.forEach(registry::remove);
        }
    }

    /** The prequential losses of the samples trained on or scored, but for the excessive ones. */
    synchronized SummaryDataPointSnapshot losses() {
        Distribution sum = new Distribution();
        sum.add(formerLosses);
        losses.forEach(sum::add);
        sum.add(formerScored);
        scored.forEach(sum::add);
        return sum.summary().labels(Labels.of("model", name)).build();
    }

    private synchronized double trained() {
        return excessive.count()
                + formerLosses.count()
                + losses.stream().mapToLong(Distribution::count).sum();
    }

    private synchronized double scored() {
        return formerScored.count()
                + scored.stream().mapToLong(Distribution::count).sum();
    }

    /** A partition has such a model; what happens to it is told to what this returns. */
    PartitionListener begin() {
        return new PartitionListener();
    }

    /** What one partition tells, by one thread at a time. */
    final class PartitionListener implements ModelListener {
        private final Distribution lossesHere = new Distribution();
        private final Distribution scoredHere = new Distribution();

        private PartitionListener() {
            losses.add(lossesHere);
            scored.add(scoredHere);
        }

        @Override
        public boolean observes() {
            return single;
        }

        @Override
        public void trained(double loss) {
            if (loss > GREATEST_LOSS) {
                excessive.increment();
            } else {
                lossesHere.record(loss);
            }
        }

        @Override
        public void frozen(boolean now) {
            frozen = now;
        }

        @Override
        public void scored(double loss) {
            scoredHere.record(Math.min(loss, GREATEST_LOSS));
        }

        @Override
        public void requested() {
            requests.increment();
        }

        @Override
        public void refused(boolean restored) {
            (restored ? restores : skipped).increment();
        }

        @Override
        public void driftWarning() {
            driftWarnings().increment();
        }

        @Override
        public void snapshot() {
            snapshots.increment();
        }

        @Override
        public void observed(Observation observation) {
            seen = observation;
            if (observation.driftWindow() != Observation.UNWATCHED) {
                showDrift();
            }
        }

        /** The partition goes; what it told stays counted. */
        void end() {
            synchronized (ModelMeters.this) {
                if (losses.remove(lossesHere)) {
                    formerLosses.add(lossesHere);
                }
                if (scored.remove(scoredHere)) {
                    formerScored.add(scoredHere);
                }
            }
        }
    }

    /**
     * Most models have no detector, and one may have one later. Its counters begin at 0, or Prometheus would not see
     * them rise to 1.
     */
    private void showDrift() {
        if (!showsDrift) {
            showsDrift = true;
            synchronized (all) {
                drifts(Direction.WORSE);
                drifts(Direction.BETTER);
                driftWarnings();
                gauge(
                        "streamgrad.drift.window",
                        "Errors that the model's detector of drift remembers.",
                        Tags.of("model", name),
                        seen -> seen.driftWindow() == Observation.UNWATCHED ? Double.NaN : seen.driftWindow());
            }
        }
    }

    /** A sample has shown a drift of the model's errors. */
    void drifted(Direction direction) {
        drifts(direction).increment();
    }

    private Counter drifts(Direction direction) {
        return rarely(
                "streamgrad.drifts",
                "Drifts of the model's errors.",
                Tags.of("model", name, "direction", direction.id()));
    }

    private Counter driftWarnings() {
        return rarely("streamgrad.drift.warnings", "Times that a drift seemed to begin.", Tags.of("model", name));
    }

    /** Something was decided about the model. */
    void event(Event.Kind kind) {
        rare("streamgrad.events", "What was decided about the model.", Tags.of("model", name, "event", kind.id()));
    }

    /** A command to the model has been dealt with. */
    void commanded(Command.@Nullable Kind command, CommandOutcome outcome) {
        rare(
                "streamgrad.controls",
                "Commands to the model, and what became of them.",
                Tags.of(
                        "model",
                        name,
                        "command",
                        command == null ? "unreadable" : command.id(),
                        "outcome",
                        outcome.name().toLowerCase(Locale.ROOT)));
    }

    /** Most models never have any of these, so that each has a meter only once there is something to count. */
    private void rare(String meter, String description, Tags tags) {
        rarely(meter, description, tags).increment();
    }

    private Counter rarely(String meter, String description, Tags tags) {
        synchronized (all) {
            Counter counter = registry.find(meter).tags(tags).counter();
            return counter == null ? counter(meter, description, tags) : counter;
        }
    }

    /** Adds the dead letters by their reasons, of those that there were. */
    void addDeadLetters(Map<String, Long> to) {
        deadLetters.forEach((reason, counter) -> {
            if (counter.count() > 0.0) {
                to.merge(reason.name().toLowerCase(Locale.ROOT), (long) counter.count(), Long::sum);
            }
        });
    }

    void deadLetter(Reason reason) {
        Counter counter = deadLetters.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }
}
