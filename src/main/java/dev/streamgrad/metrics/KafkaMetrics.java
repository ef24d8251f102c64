package dev.streamgrad.metrics;

import dev.streamgrad.app.LearnerApp;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams.State;

/**
 * What Kafka Streams and its clients measure themselves, under the names of this application: of some hundred metrics
 * the seven that say whether it keeps up. They are read when Prometheus scrapes, and never in between.
 */
final class KafkaMetrics {
    private static final String LAG = "records-lag";
    private static final String OF_THREADS = "stream-thread-metrics";
    private static final String OF_FETCHES = "consumer-fetch-manager-metrics";
    private static final String OF_GROUPS = "consumer-coordinator-metrics";
    private static final String REBALANCES = "rebalance-total";
    private static final String OF_THE_CLIENT = "stream-metrics";
    private static final double MILLIS_PER_SECOND = 1e3;

    private final String samplesTopic;
    private final MeterRegistry registry;

    /** Nothing is bound yet. */
    KafkaMetrics(String samplesTopic, MeterRegistry registry) {
        this.samplesTopic = samplesTopic;
        this.registry = registry;
    }

    /** Adds the meters of this application, which are read as long as it lives. */
    void bind(LearnerApp app) {
        Gauge.builder("streamgrad.client.state", app, running -> number(running.state()))
                .description(
                        "Kafka Streams: 0 created, 1 rebalancing, 2 running, 3 stopping, 4 stopped, 5 failing, 6 failed.")
                .register(registry);
        gauge(app, "streamgrad.lag.records", "Samples not yet read.", OF_FETCHES, LAG);
        gauge(app, "streamgrad.alive.threads", "Stream threads alive.", OF_THE_CLIENT, "alive-stream-threads");
        Gauge.builder(
                        "streamgrad.commit.latency",
                        app,
                        running -> values(running.kafkaMetrics(), OF_THREADS, "commit-latency-avg")
                                        .max()
                                        .orElse(0.0)
                                / MILLIS_PER_SECOND)
                .description("Mean time of a commit of late, of the slowest thread.")
                .baseUnit("seconds")
                .register(registry);
        counter(app, "streamgrad.commits", "Commits.", OF_THREADS, "commit-total");
        counter(
                app,
                "streamgrad.failed.threads",
                "Stream threads that failed.",
                OF_THE_CLIENT,
                "failed-stream-threads");
        counter(app, "streamgrad.rebalances", "Rebalances.", OF_GROUPS, REBALANCES);
    }

    /** Samples not yet read; NaN as long as Kafka does not say. */
    double lag(LearnerApp app) {
        return sumIfAny(app, OF_FETCHES, LAG);
    }

    /** Rebalances of all threads; NaN as long as Kafka does not say. */
    double rebalances(LearnerApp app) {
        return sumIfAny(app, OF_GROUPS, REBALANCES);
    }

    private double sumIfAny(LearnerApp app, String group, String name) {
        return values(app.kafkaMetrics(), group, name).reduce(Double::sum).orElse(Double.NaN);
    }

    /** A number that a dashboard can name again, whatever order the states have in a later Kafka. */
    private static int number(State state) {
        return switch (state) {
            case CREATED -> 0;
            case REBALANCING -> 1;
            case RUNNING -> 2;
            case PENDING_SHUTDOWN -> 3;
            case NOT_RUNNING -> 4;
            case PENDING_ERROR -> 5;
            case ERROR -> 6;
        };
    }

    private void gauge(LearnerApp app, String name, String description, String group, String metric) {
        Gauge.builder(name, app, running -> sum(running, group, metric))
                .description(description)
                .register(registry);
    }

    private void counter(LearnerApp app, String name, String description, String group, String metric) {
        FunctionCounter.builder(name, app, running -> sum(running, group, metric))
                .description(description)
                .register(registry);
    }

    private double sum(LearnerApp app, String group, String name) {
        return values(app.kafkaMetrics(), group, name).sum();
    }

    /**
     * One of Kafka's metrics, of every thread or partition that has it; of those by partition only the samples', and
     * not the sums that the clients make of them.
     */
    DoubleStream values(Map<MetricName, ? extends Metric> metrics, String group, String name) {
        return metrics.values().stream()
                .filter(metric -> metric.metricName().group().equals(group)
                        && metric.metricName().name().equals(name)
                        && isOfSamples(metric.metricName().tags(), name))
                .map(Metric::metricValue)
                .filter(Number.class::isInstance)
                .mapToDouble(value -> ((Number) value).doubleValue())
                .filter(Double::isFinite);
    }

    private boolean isOfSamples(Map<String, String> tags, String name) {
        return name.equals(LAG)
                ? samplesTopic.equals(tags.get("topic")) && tags.containsKey("partition")
                : !tags.containsKey("topic");
    }
}
