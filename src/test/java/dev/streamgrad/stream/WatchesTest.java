package dev.streamgrad.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.streamgrad.cluster.ClusterFacts;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.formats.Formats;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.TracedStep;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.StateFormat;
import dev.streamgrad.settings.Settings;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is seen of models while they learn, and that it does nothing to them. */
class WatchesTest {
    private static final byte[] KEY = "xor".getBytes(StandardCharsets.UTF_8);

    private final AtomicLong clock = new AtomicLong();
    private final Watches watches = new Watches(clock::get);

    /** A topology with one partition, which commits after every record. */
    private final class Running implements AutoCloseable {
        final TopologyTestDriver driver;
        final TestInputTopic<byte[], byte[]> samples;
        final SampleSource source = Dataset.XOR.samples(1);

        Running(Map<String, String> given) {
            Settings settings = Settings.of(given);
            driver = new TopologyTestDriver(
                    LearnTopology.build(
                            settings,
                            new ClusterFacts("", 1, 1_000_000),
                            Formats.of(settings),
                            new SamplesRead((partition, from, to) -> {}),
                            LearningListener.NONE,
                            reason -> {},
                            watches),
                    settings.kafka().streams());
            samples = driver.createInputTopic("samples", new ByteArraySerializer(), new ByteArraySerializer());
        }

        void learn(int count) {
            for (int i = 0; i < count; i++) {
                samples.pipeInput(KEY, source.next().toJson());
            }
        }

        byte[] state() {
            return Objects.requireNonNull(((ModelStore) driver.getStateStore(ModelStore.NAME)).stored(KEY));
        }

        @Override
        public void close() {
            driver.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sgd,none,1,0,none",
        "adam,running,1,0.01,none",
        "momentum,standard,1,0,none",
        "adam,none,3,1,none",
        "sgd,running,1,0,running",
    })
    void aStepThatIsTakenOnceMore_hasTheBitsOfTheStream(
            String optimizer, String scaling, String batch, String clip, String labelScaling) {
        try (Running learner = new Running(Map.of(
                "optimizer", optimizer,
                "learning.rate", "0.05",
                "features.scaling", scaling,
                "batch.size", batch,
                "clip.gradient.norm", clip,
                "output.activation", labelScaling.equals("none") ? "sigmoid" : "identity",
                "label.scaling", labelScaling))) {
            learner.learn(5);
            Watch watch = watches.renew("xor", Watches.LEASE);
            learner.learn(1);
            assertThat(watch.observed())
                    .as("before the first commit that it was leased at")
                    .isEmpty();
            for (int i = 0; i < 20; i++) {
                learner.learn(1);
                Observed.Step step =
                        Objects.requireNonNull(watch.observed().get(i).step());
                Model model = new StateFormat().read(step.stateBefore());
                TracedStep traced = TracedStep.of(model, step.features(), step.label(), step.weight());
                model.reached(step.offset());
                assertThat(step.offset()).isEqualTo(6 + i);
                assertThat(new StateFormat().write(model)).isEqualTo(learner.state());
                assertThat(traced.loss()).isEqualTo(watch.observed().get(i).losses()[0]);
            }
        }
    }

    @Test
    void aModel_isTheSame_watchedOrNot() {
        List<String> fingerprints = new ArrayList<>();
        for (boolean watched : new boolean[] {false, true}) {
            try (Running learner = new Running(Map.of("features.scaling", "running"))) {
                for (int i = 0; i < 50; i++) {
                    if (watched) {
                        var unused = watches.renew("xor", Watches.LEASE);
                    }
                    learner.learn(7);
                }
                fingerprints.add(Fingerprint.of(new StateFormat().read(learner.state())));
            }
        }
        assertThat(fingerprints.get(1)).isEqualTo(fingerprints.get(0));
    }

    @Test
    void aLease_endsWhenItIsNotRenewed() {
        try (Running learner = new Running(Map.of())) {
            learner.learn(1);
            Watch watch = watches.renew("xor", Watches.LEASE);
            learner.learn(3);
            assertThat(watch.observed()).hasSize(2);
            clock.addAndGet(Duration.ofSeconds(2).toNanos());
            assertThat(watches.renew("xor", Watches.LEASE)).isSameAs(watch);
            clock.addAndGet(Duration.ofSeconds(2).toNanos());
            learner.learn(1);
            assertThat(watch.observed()).hasSize(3);
            clock.addAndGet(Duration.ofSeconds(2).toNanos());
            learner.learn(5);
            assertThat(watch.observed())
                    .as("the commit at which it has ended is the last")
                    .hasSizeLessThanOrEqualTo(4);
            assertThat(watches.current()).isEmpty();
            assertThat(watches.renew("xor", Watches.LEASE)).isNotSameAs(watch);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 64, 65, 1_000, 100_000})
    void ofManySamplesOfACommit_someAreTakenDown_evenly(int samples) {
        Watch watch = new Watch(0);
        Recorder recorder = new Recorder(watch, ModelSpec.xor());
        for (int commit = 0; commit < 2; commit++) {
            for (int i = 0; i < samples; i++) {
                recorder.learned(i == 0, i, new double[] {i, 0}, new double[] {1}, 1.0, new double[] {0.5}, 0.25);
            }
            recorder.publish(new byte[] {(byte) commit});
        }
        Observed last = watch.observed().get(1);
        assertThat(last.samples()).isBetween(Math.min(samples, 21), 64);
        assertThat(last.stride() % 2).isEqualTo(1);
        for (int i = 0; i < last.samples(); i++) {
            assertThat(last.offsets()[i]).isEqualTo((long) i * last.stride());
            assertThat(last.features()[i][0]).isEqualTo((double) last.offsets()[i]);
        }
        assertThat((long) last.samples() * last.stride())
                .as("to the end of the commit")
                .isGreaterThan(samples - 1 - last.stride());
        assertThat(watch.observed().get(0).step())
                .as("nothing was committed before")
                .isNull();
        assertThat(Objects.requireNonNull(last.step()).stateBefore()).containsExactly(0);
    }

    @Test
    void ofALargeNetwork_neitherFeaturesNorStepsAreTakenDown() {
        Watch watch = new Watch(0);
        Recorder recorder = new Recorder(watch, ModelSpec.xor().with("layers", "200,200,1"));
        for (int commit = 0; commit < 2; commit++) {
            recorder.learned(true, 0, new double[200], new double[1], 1.0, new double[1], 0.25);
            recorder.publish(new byte[0]);
        }
        assertThat(watch.observed()).hasSize(2).allSatisfy(observed -> {
            assertThat(observed.features()).isEmpty();
            assertThat(observed.labels()).hasDimensions(1, 1);
            assertThat(observed.step()).isNull();
        });
    }

    @Test
    void aStepThatIsTakenDown_allocatesNothing() {
        ModelSpec spec = ModelSpec.xor();
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        Recorder recorder = new Recorder(new Watch(0), spec);
        recorder.publish(new byte[0]);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        learn(learner, model, recorder, 20_000);
        long before = threads.getThreadAllocatedBytes(thread);
        long justAsking = threads.getThreadAllocatedBytes(thread) - before;
        long start = threads.getThreadAllocatedBytes(thread);
        learn(learner, model, recorder, 10_000);
        long allocated = threads.getThreadAllocatedBytes(thread) - start - justAsking;
        assertThat(allocated).as("bytes for 10,000 steps").isLessThan(10_000);
    }

    private static void learn(Learner learner, Model model, Recorder recorder, int steps) {
        double[] features = {0, 1};
        double[] label = {1};
        for (int i = 0; i < steps; i++) {
            features[0] = i & 1;
            label[0] = 1 - features[0];
            learner.learn(model, features, label, 1.0);
            recorder.learned(i == 0, i, features, label, 1.0, learner.prediction(), learner.loss());
        }
    }
}
