package dev.streamgrad.metrics;

import dev.streamgrad.app.LearnerApp;
import dev.streamgrad.control.Command;
import dev.streamgrad.control.Event;
import dev.streamgrad.learning.Drift;
import dev.streamgrad.learning.Task;
import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.LearningListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.jspecify.annotations.Nullable;

/**
 * The meters of a learner, in a registry that Prometheus can scrape.
 *
 * <p>The first models to come have meters of their own, as many as {@code metrics.models} says; what the others do is
 * counted together under {@code other}, so that a million names are no million series. A model's meters go when its
 * partition does.
 */
public final class LearnerMetrics implements LearningListener, StateRestoreListener, AutoCloseable {
    private static final String OTHER = "other";

    private static final double[] STEP_SECONDS = {
        2e-6, 5e-6, 10e-6, 20e-6, 50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 10e-3, 100e-3
    };
    private static final double[] AGE_SECONDS = {1e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0};
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final Settings settings;
    private final Map<String, ModelMeters> models = new ConcurrentHashMap<>();
    private final ModelMeters others;
    private final Map<Integer, Partition> partitions = new ConcurrentHashMap<>();
    private final Map<TopicPartition, Long> restoring = new ConcurrentHashMap<>();
    private final Counter restored;
    private final Counter skipped;
    private final Counter readAgain;
    private final Counter misplaced;
    /** What partitions counted that went. */
    private final Distribution formerSteps = new Distribution(STEP_SECONDS);

    private final Distribution formerAges = new Distribution(AGE_SECONDS);
    private final DistributionSummary commitRecords;

    /** Meters that nobody counts with yet. */
    public LearnerMetrics(Settings settings) {
        this.settings = settings;
        this.others = new ModelMeters(registry, OTHER);
        PrometheusRegistry shown = registry.getPrometheusRegistry();
        shown.register(() -> HistogramSnapshot.builder()
                .name("streamgrad_step_seconds")
                .help("Time to read a record, learn it and write its prediction.")
                .dataPoint(ofAllPartitions(formerSteps, Partition::steps).histogram())
                .build());
        shown.register(() -> HistogramSnapshot.builder()
                .name("streamgrad_end_to_end_seconds")
                .help("Age of a record's timestamp when it comes to the learner; the commit comes on top.")
                .dataPoint(ofAllPartitions(formerAges, Partition::ages).histogram())
                .build());
        shown.register(this::losses);
        this.commitRecords = DistributionSummary.builder("streamgrad.commit.records")
                .description("Records in each commit of a partition.")
                .register(registry);
        this.restored = Counter.builder("streamgrad.restored.records")
                .description("Changelog records read back into the store.")
                .register(registry);
        gauge("streamgrad.models", "Models in the store of this instance.", metrics -> metrics.sum(Partition::models));
        gauge("streamgrad.live.models", "Models on the heap.", metrics -> metrics.sum(Partition::live));
        gauge(
                "streamgrad.state.bytes",
                "Size of all models' states in the store.",
                metrics -> metrics.sum(Partition::bytes));
        this.skipped = Counter.builder("streamgrad.skipped.samples")
                .description("Offsets of the samples topic that were deleted before they were read.")
                .register(registry);
        this.readAgain = Counter.builder("streamgrad.read.again.records")
                .description("Records skipped because they had been learned before the group's offsets were lost.")
                .register(registry);
        this.misplaced = Counter.builder("streamgrad.misplaced.models")
                .description("Models met in another partition than that of their name's murmur2 hash.")
                .register(registry);
        gauge(
                "streamgrad.restore.remaining.records",
                "Changelog records still to be read back.",
                metrics -> metrics.restoring.values().stream()
                        .mapToLong(Long::longValue)
                        .sum());
        new ClassLoaderMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    private SummarySnapshot losses() {
        SummarySnapshot.Builder losses = SummarySnapshot.builder()
                .name("streamgrad_loss")
                .help("Prequential loss of each sample with a label, up to 1e12.");
        losses.dataPoint(others.losses());
        models.values().forEach(model -> losses.dataPoint(model.losses()));
        return losses.build();
    }

    private Distribution ofAllPartitions(Distribution former, Function<Partition, Distribution> distribution) {
        Distribution all = former.emptyCopy();
        synchronized (partitions) {
            all.add(former);
            partitions.values().forEach(partition -> all.add(distribution.apply(partition)));
        }
        return all;
    }

    private void gauge(String name, String description, ToDoubleFunction<LearnerMetrics> value) {
        Gauge.builder(name, this, value).description(description).register(registry);
    }

    private double sum(ToDoubleFunction<Partition> value) {
        return partitions.values().stream().mapToDouble(value).sum();
    }

    /** Adds what Kafka Streams and its clients count of this application. */
    public void bind(LearnerApp app) {
        new KafkaMetrics(settings.samplesTopic(), registry).bind(app);
    }

    /**
     * How a learner does, for people.
     *
     * @param processed records dealt with since the start
     * @param lag samples not yet read; NaN if that is not known
     * @param medianAge how old half of the records were at most when they came, in seconds; NaN without records
     * @param highAge the same of 99 of 100 records
     * @param rebalances since the start; NaN if that is not known
     * @param deadLetters by their reasons, of those that there were
     * @param models models in the store of this instance
     */
    public record Health(
            long processed,
            double lag,
            double medianAge,
            double highAge,
            double rebalances,
            Map<String, Long> deadLetters,
            long models) {
        /** Copies the map. */
        public Health {
            deadLetters = Map.copyOf(deadLetters);
        }
    }

    /** How this application does now. */
    public Health health(LearnerApp app) {
        Distribution ages = ofAllPartitions(formerAges, Partition::ages);
        KafkaMetrics kafka = new KafkaMetrics(settings.samplesTopic(), registry);
        Map<String, Long> letters = new TreeMap<>();
        others.addDeadLetters(letters);
        models.values().forEach(model -> model.addDeadLetters(letters));
        return new Health(
                ages.count(),
                kafka.lag(app),
                ages.quantile(0.5),
                ages.quantile(0.99),
                kafka.rebalances(app),
                letters,
                (long) sum(Partition::models));
    }

    /** What Prometheus reads, in its text format 0.0.4. */
    public String scrape() {
        return registry.scrape("text/plain; version=0.0.4; charset=utf-8");
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }

    @Override
    public TaskListener begin(int partition) {
        Partition begun = new Partition(partition);
        synchronized (partitions) {
            keepCounts(partitions.put(partition, begun));
        }
        return begun;
    }

    @Override
    public void skipped(int partition, long from, long to) {
        skipped.increment((double) (to - from));
    }

    /** What a partition counted stays counted when it goes. */
    private void keepCounts(@Nullable Partition gone) {
        if (gone != null) {
            formerSteps.add(gone.steps);
            formerAges.add(gone.ages);
        }
    }

    /** What one partition says; its numbers are read by the thread that scrapes. */
    private final class Partition implements TaskListener {
        private final int number;
        private final Map<String, ModelMeters> own = new HashMap<>();
        private final Map<String, ModelMeters.PartitionListener> listeners = new HashMap<>();
        private final ModelMeters.PartitionListener ofOthers = others.begin();
        private final Distribution steps = formerSteps.emptyCopy();
        private final Distribution ages = formerAges.emptyCopy();
        private volatile long models;
        private volatile int live;
        private volatile long bytes;

        Partition(int number) {
            this.number = number;
        }

        long models() {
            return models;
        }

        int live() {
            return live;
        }

        long bytes() {
            return bytes;
        }

        Distribution steps() {
            return steps;
        }

        Distribution ages() {
            return ages;
        }

        @Override
        public ModelListener model(String name, Task task, int layers) {
            // A model may come back to the heap often.
            ModelListener known = listeners.get(name);
            if (known != null) {
                return known;
            }
            synchronized (LearnerMetrics.this.models) {
                ModelMeters meters = LearnerMetrics.this.models.get(name);
                if (meters == null) {
                    if (name.equals(OTHER) || LearnerMetrics.this.models.size() >= settings.metricsModels()) {
                        return ofOthers;
                    }
                    meters = new ModelMeters(registry, name, task, layers);
                    LearnerMetrics.this.models.put(name, meters);
                    own.put(name, meters);
                }
                ModelMeters.PartitionListener begun = meters.begin();
                listeners.put(name, begun);
                return begun;
            }
        }

        @Override
        public void processed(long nanos, long ageMillis) {
            steps.record(nanos / NANOS);
            ages.record(Math.max(0, ageMillis) / MILLIS);
        }

        @Override
        public void deadLetter(String model, Reason reason, String text) {
            LearnerMetrics.this.models.getOrDefault(model, others).deadLetter(reason);
        }

        @Override
        public void event(String model, Event.Kind kind) {
            LearnerMetrics.this.models.getOrDefault(model, others).event(kind);
        }

        @Override
        public void drifted(String model, Drift drift, long offset) {
            LearnerMetrics.this.models.getOrDefault(model, others).drifted(drift.direction());
        }

        @Override
        public void commanded(String model, Command.@Nullable Kind command, CommandOutcome outcome) {
            LearnerMetrics.this.models.getOrDefault(model, others).commanded(command, outcome);
        }

        @Override
        public void gone(String model) {
            synchronized (LearnerMetrics.this.models) {
                ModelMeters.PartitionListener listener = listeners.remove(model);
                if (listener != null) {
                    listener.end();
                }
                ModelMeters meters = own.remove(model);
                if (meters != null) {
                    LearnerMetrics.this.models.remove(model, meters);
                    meters.remove();
                }
            }
        }

        @Override
        public void readAgain() {
            readAgain.increment();
        }

        @Override
        public void misplaced() {
            misplaced.increment();
        }

        @Override
        public void committing(long records, long stored, int onTheHeap, long stateBytes) {
            if (records > 0) {
                commitRecords.record((double) records);
            }
            models = stored;
            live = onTheHeap;
            bytes = stateBytes;
        }

        @Override
        public void end() {
            synchronized (partitions) {
                if (partitions.remove(number, this)) {
                    keepCounts(this);
                }
            }
            ofOthers.end();
            synchronized (LearnerMetrics.this.models) {
                listeners.values().forEach(ModelMeters.PartitionListener::end);
                listeners.clear();
                own.forEach((name, meters) -> {
                    LearnerMetrics.this.models.remove(name, meters);
                    meters.remove();
                });
                own.clear();
            }
        }
    }

    @Override
    public void onRestoreStart(TopicPartition partition, String store, long start, long end) {
        restoring.put(partition, end - start);
    }

    @Override
    public void onBatchRestored(TopicPartition partition, String store, long end, long count) {
        restored.increment((double) count);
        restoring.computeIfPresent(partition, (restored, left) -> Math.max(0, left - count));
    }

    @Override
    public void onRestoreEnd(TopicPartition partition, String store, long total) {
        restoring.remove(partition);
    }

    @Override
    public void onRestoreSuspended(TopicPartition partition, String store, long total) {
        restoring.remove(partition);
    }
}
