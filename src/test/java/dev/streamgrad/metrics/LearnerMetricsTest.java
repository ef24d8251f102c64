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
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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

    /** What {@code rate(streamgrad_loss_sum) / rate(streamgrad_loss_count)} makes of the losses between two scrapes. */
    private double meanLossOf(ModelListener model, double... losses) {
        double sum = value("streamgrad_loss_sum", "model=\"a\"");
        double count = value("streamgrad_loss_count", "model=\"a\"");
        for (double loss : losses) {
            model.trained(loss);
        }
        return (value("streamgrad_loss_sum", "model=\"a\"") - sum)
                / (value("streamgrad_loss_count", "model=\"a\"") - count);
    }

    @Test
    void afterADivergence_theMeanLossIsThatOfTheOrdinaryLosses() {
        ModelListener model = metrics.begin(0).model("a", Task.REGRESSION, 1);
        assertThat(meanLossOf(model, 0.5, 0.25)).isEqualTo(0.375);
        for (double diverging = 1e3; diverging < 1e158; diverging *= 1e3) {
            model.trained(diverging);
        }
        model.trained(1e158);
        double[] ordinary = new double[4_000];
        Arrays.fill(ordinary, 1e-3);
        assertThat(meanLossOf(model, ordinary)).isCloseTo(1e-3, within(1e-5));
    }

    /** Each alone would be lost in the sum, which has 53 bits. */
    @Test
    void manyGreatLosses_leaveRoomForSmallOnes() {
        ModelListener model = metrics.begin(0).model("a", Task.REGRESSION, 1);
        for (int i = 0; i < 1_000; i++) {
            model.trained(1e12);
        }
        double[] ordinary = new double[10_000];
        Arrays.fill(ordinary, 0.01);
        assertThat(meanLossOf(model, ordinary)).isCloseTo(0.01, within(1e-4));
    }

    /** Prometheus takes a fall for a restart and adds the whole sum again. */
    @Test
    void theSumOfLosses_neverFalls() {
        ModelListener model = metrics.begin(0).model("a", Task.REGRESSION, 1);
        Random random = new Random(31);
        double last = 0.0;
        for (int i = 0; i < 500; i++) {
            model.trained(random.nextBoolean() ? 0.0 : Math.pow(10.0, random.nextInt(24) - 12) * random.nextDouble());
            double sum = value("streamgrad_loss_sum", "model=\"a\"");
            assertThat(sum).isGreaterThanOrEqualTo(last);
            last = sum;
        }
    }

    @Test
    void aLossThatWouldDrownTheOthers_isLeftOutOfTheSum_andCounted() {
        TaskListener task = metrics.begin(0);
        ModelListener model = task.model("a", Task.REGRESSION, 1);
        model.trained(1e12);
        model.trained(Math.nextUp(1e12));
        model.trained(1e158);
        model.trained(0.5);
        assertThat(value("streamgrad_excessive_losses_total", "model=\"a\"")).isEqualTo(2.0);
        assertThat(value("streamgrad_loss_count", "model=\"a\"")).isEqualTo(2.0);
        assertThat(value("streamgrad_loss_sum", "model=\"a\"")).isEqualTo(1e12 + 0.5);
        assertThat(value("streamgrad_trained_total", "model=\"a\"")).isEqualTo(4.0);
        assertThat(value("streamgrad_samples_total", "model=\"a\"")).isEqualTo(4.0);
        task.end();
        ModelListener other = metrics.begin(1).model("other", Task.REGRESSION, 1);
        other.trained(1e158);
        assertThat(value("streamgrad_excessive_losses_total", "model=\"other\""))
                .isEqualTo(1.0);
        assertThat(value("streamgrad_trained_total", "model=\"other\"")).isEqualTo(1.0);
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

    /** The bounds that the package's manual promises. */
    @Test
    void aModel_has25Series_and3ForEachLayer_theOthersTogether18() {
        TaskListener task = metrics.begin(0);
        for (String name : new String[] {"a", "b", "c", "d"}) {
            task.model(name, name.equals("a") ? Task.REGRESSION : Task.BINARY, 2)
                    .trained(0.5);
        }
        Map<String, Long> series = Pattern.compile("(?m)^[a-z_]+\\{.*model=\"([^\"]*)\"")
                .matcher(metrics.scrape())
                .results()
                .collect(Collectors.groupingBy(match -> match.group(1), Collectors.counting()));
        assertThat(series).isEqualTo(Map.of("a", 31L, "b", 31L, "other", 18L));
    }

    /** As much as a demo has: under 400 lines and 60 KB. */
    @Test
    void recordsReadAgain_andModelsInAnotherPartition_areCounted() throws Exception {
        TaskListener partition = metrics.begin(0);
        partition.readAgain();
        partition.readAgain();
        partition.misplaced();
        assertThat(value("streamgrad_read_again_records_total")).isEqualTo(2);
        assertThat(value("streamgrad_misplaced_models_total")).isEqualTo(1);
    }

    @Test
    void skippedSamples_areCounted_overAllPartitions() {
        metrics.skipped(0, 100, 130);
        metrics.skipped(3, 7, 8);
        assertThat(value("streamgrad_skipped_samples_total")).isEqualTo(31);
    }

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
