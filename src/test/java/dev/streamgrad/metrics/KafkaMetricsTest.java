package dev.streamgrad.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.kafka.common.metrics.Measurable;
import org.apache.kafka.common.metrics.Metrics;
import org.junit.jupiter.api.Test;

class KafkaMetricsTest {
    private final KafkaMetrics metrics = new KafkaMetrics("samples", new SimpleMeterRegistry());

    /** Kafka's own: of each thread and partition, and sums of them that must not be counted again. */
    @Test
    void kafkasMetrics_areThoseOfTheSamples_onceEach() {
        try (Metrics kafka = new Metrics()) {
            String fetch = "consumer-fetch-manager-metrics";
            add(kafka, "records-lag", fetch, 7, "topic", "samples", "partition", "0");
            add(kafka, "records-lag", fetch, 5, "topic", "samples", "partition", "1");
            add(kafka, "records-lag", fetch, 100, "topic", "a-changelog", "partition", "0");
            add(kafka, "records-lag", fetch, 12, "topic", "samples");
            add(kafka, "commit-latency-avg", "stream-thread-metrics", 10, "thread-id", "1");
            add(kafka, "commit-latency-avg", "stream-thread-metrics", 30, "thread-id", "2");
            add(kafka, "commit-latency-avg", "stream-thread-metrics", Double.NaN, "thread-id", "3");
            assertThat(metrics.values(kafka.metrics(), fetch, "records-lag").sum())
                    .isEqualTo(12.0);
            assertThat(metrics.values(kafka.metrics(), "stream-thread-metrics", "commit-latency-avg")
                            .max())
                    .hasValue(30.0);
        }
    }

    private static void add(Metrics kafka, String name, String group, double value, String... tags) {
        kafka.addMetric(kafka.metricName(name, group, "", tags), (Measurable) (config, now) -> value);
    }
}
