package dev.streamgrad.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.Task;
import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.LearningListener.ModelListener;
import dev.streamgrad.stream.LearningListener.TaskListener;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.metrics.Measurable;
import org.apache.kafka.common.metrics.Metrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LearnerMetricsTest {
    private final LearnerMetrics metrics = new LearnerMetrics(Settings.of(Map.of("metrics.models", "2")));

    @AfterEach
    void close() {
        metrics.close();
    }

    private Set<String> models() {
        return Pattern.compile("model=\"([^\"]*)\"")
                .matcher(metrics.scrape())
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }

    private double value(String name, String... labels) {
        String scrape = metrics.scrape();
        double sum = 0.0;
        for (MatchResult line : Pattern.compile("(?m)^" + name + "(\\{[^}]*\\})? (\\S+)$")
                .matcher(scrape)
                .results()
                .toList()) {
            boolean fits = true;
            for (String label : labels) {
                fits &= String.valueOf(line.group(1)).contains(label);
            }
            sum += fits ? Double.parseDouble(line.group(2)) : 0.0;
        }
        return sum;
    }

    @Test
    void theFirstModels_haveMetricsOfTheirOwn_theOthersAreOne_andAPartitionTakesItsOwnAway() {
        TaskListener zero = metrics.begin(0);
        TaskListener one = metrics.begin(1);
        zero.model("a", Task.BINARY, 2).trained(0.5);
        one.model("b", Task.REGRESSION, 1).trained(0.25);
        one.model("c", Task.BINARY, 2).trained(1.0);
        zero.model("d", Task.BINARY, 2).requested();
        assertThat(models()).containsExactlyInAnyOrder("a", "b", "other");
        assertThat(value("streamgrad_trained_total")).isEqualTo(3.0);
        assertThat(value("streamgrad_loss_sum", "model=\"other\"")).isEqualTo(1.0);
        assertThat(value("streamgrad_requests_total", "model=\"other\"")).isEqualTo(1.0);
        zero.committing(3, 2, 1, 700);
        one.committing(1, 5, 4, 300);
        assertThat(value("streamgrad_models")).isEqualTo(7.0);
        assertThat(value("streamgrad_state_bytes")).isEqualTo(1000.0);
        assertThat(value("streamgrad_commit_records_sum")).isEqualTo(4.0);

        one.end();
        assertThat(models()).containsExactlyInAnyOrder("a", "other");
        assertThat(value("streamgrad_models")).isEqualTo(2.0);
        assertThat(value("streamgrad_loss_sum", "model=\"other\"")).isEqualTo(1.0);
        metrics.begin(2).model("e", Task.BINARY, 2);
        assertThat(models()).containsExactlyInAnyOrder("a", "e", "other");
    }

    @Test
    void records_fallIntoTheBucketsOfTheirTimes_andStayCountedWhenThePartitionGoes() {
        TaskListener zero = metrics.begin(0);
        zero.processed(2_000, 0);
        zero.processed(2_001, 26);
        zero.processed(1_000_000_000, 40_000);
        for (int round = 0; round < 2; round++) {
            assertThat(value("streamgrad_step_seconds_bucket", "le=\"2.0E-6\"")).isEqualTo(1.0);
            assertThat(value("streamgrad_step_seconds_bucket", "le=\"5.0E-6\"")).isEqualTo(2.0);
            assertThat(value("streamgrad_step_seconds_bucket", "le=\"0.1\"")).isEqualTo(2.0);
            assertThat(value("streamgrad_step_seconds_bucket", "le=\"+Inf\"")).isEqualTo(3.0);
            assertThat(value("streamgrad_step_seconds_count")).isEqualTo(3.0);
            assertThat(value("streamgrad_step_seconds_sum")).isCloseTo(1.000004001, within(1e-12));
            assertThat(value("streamgrad_end_to_end_seconds_bucket", "le=\"0.025\""))
                    .isEqualTo(1.0);
            assertThat(value("streamgrad_end_to_end_seconds_bucket", "le=\"0.05\""))
                    .isEqualTo(2.0);
            assertThat(value("streamgrad_end_to_end_seconds_bucket", "le=\"30.0\""))
                    .isEqualTo(2.0);
            assertThat(value("streamgrad_end_to_end_seconds_count")).isEqualTo(3.0);
            zero.end();
        }
    }

    @Test
    void listening_allocatesNothing() {
        TaskListener task = metrics.begin(0);
        ModelListener model = task.model("a", Task.BINARY, 2);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        listen(task, model);
        long before = threads.getThreadAllocatedBytes(thread);
        listen(task, model);
        assertThat(threads.getThreadAllocatedBytes(thread) - before)
                .as("bytes for 10,000 samples")
                .isLessThan(10_000);
    }

    private static void listen(TaskListener task, ModelListener model) {
        for (int i = 0; i < 10_000; i++) {
            model.trained(0.25);
            task.processed(3_000, 20);
        }
    }

    @Test
    void whatBecomesOfSamples_isCountedByKind() {
        TaskListener task = metrics.begin(0);
        ModelListener model = task.model("a", Task.BINARY, 2);
        model.trained(0.5);
        model.refused(false);
        model.refused(true);
        model.snapshot();
        task.deadLetter("a", Reason.DIVERGENCE, "overflow");
        task.deadLetter("nobody", Reason.JSON, "no JSON");
        assertThat(value("streamgrad_samples_total", "model=\"a\"")).isEqualTo(3.0);
        assertThat(value("streamgrad_skipped_total", "model=\"a\"")).isEqualTo(1.0);
        assertThat(value("streamgrad_restores_total", "model=\"a\"")).isEqualTo(1.0);
        assertThat(value("streamgrad_nonfinite_steps_total", "model=\"a\"")).isEqualTo(2.0);
        assertThat(value("streamgrad_snapshots_total", "model=\"a\"")).isEqualTo(1.0);
        assertThat(value("streamgrad_dead_letters_total", "model=\"a\"", "reason=\"divergence\""))
                .isEqualTo(1.0);
        assertThat(value("streamgrad_dead_letters_total", "model=\"other\"", "reason=\"json\""))
                .isEqualTo(1.0);
    }

    @Test
    void anObservedStep_isShownAsItWas() {
        ModelSpec spec = ModelSpec.xor();
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        for (double label : new double[] {0, 1, 1, 0}) {
            learner.learn(model, new double[] {0, 1}, new double[] {label}, 1.0);
        }
        ModelListener listener = metrics.begin(0).model("xor", spec.task(), 2);
        assertThat(listener.observes()).isTrue();
        listener.observed(learner.observe(model));
        assertThat(value("streamgrad_version", "model=\"xor\"")).isEqualTo(4.0);
        assertThat(value("streamgrad_learning_rate", "model=\"xor\"")).isEqualTo(0.3);
        assertThat(value("streamgrad_gradient_norm", "model=\"xor\"")).isEqualTo(learner.gradientNorm());
        assertThat(value("streamgrad_accuracy_ratio", "model=\"xor\"")).isBetween(0.0, 1.0);
        assertThat(value("streamgrad_update_ratio", "layer=\"1\"")).isBetween(1e-5, 1e-1);
        assertThat(value("streamgrad_dead_units_ratio")).isZero();
    }

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

    /** As much as a demo has: under 400 lines and 60 KB. */
    @Test
    void aScrape_isSmall() {
        metrics.begin(0).model("xor", Task.BINARY, 2).trained(0.5);
        assertThat(metrics.scrape().length()).isLessThan(60_000);
        assertThat(metrics.scrape()
                        .lines()
                        .filter(line -> !line.startsWith("#"))
                        .count())
                .isLessThan(400);
    }
}
