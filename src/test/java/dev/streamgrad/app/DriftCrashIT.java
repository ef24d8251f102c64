package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.audit.Finding;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.control.Event;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.learning.Drift;
import dev.streamgrad.learning.DriftDetector.Change;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.records.Sample;
import dev.streamgrad.records.Source;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A learner that is killed between the warning of a drift and the drift. */
class DriftCrashIT {
    private static final int FLIP = 1_500;
    private static final int SAMPLES = 2_000;
    private static final List<String> SETTINGS = List.of(
            "layers=2,8,1",
            "hidden.activation=tanh",
            "optimizer=adam",
            "learning.rate=0.01",
            "drift.detector=hddm-a",
            "drift.reaction=boost");

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedBroker broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = EmbeddedBroker.start(0, Optional.empty());
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @AfterEach
    void killWhatIsLeft() {
        LearnerProcess.killAll();
    }

    private static SampleSource samples() {
        return Dataset.XOR.samples(1).flippedFrom(FLIP);
    }

    private static double[] array(List<Double> numbers) {
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /**
     * What an undisturbed run comes to.
     *
     * @param warned the first sample after the flip behind which the detector is in its warning zone
     * @param drifted the sample that shows the drift
     */
    private record Undisturbed(int warned, int drifted, Drift drift) {
        static Undisturbed run() {
            ModelSpec spec = ModelSpec.xor();
            for (String setting : SETTINGS) {
                int equals = setting.indexOf('=');
                spec = spec.with(setting.substring(0, equals), setting.substring(equals + 1));
            }
            Model model = new Model(spec);
            Learner learner = new Learner(spec);
            SampleSource source = samples();
            int warned = -1;
            for (int i = 0; i < SAMPLES; i++) {
                Sample sample = source.next();
                learner.learn(model, array(sample.features()), array(Objects.requireNonNull(sample.label())), 1.0);
                Drift drift = learner.drift();
                if (drift != null) {
                    return new Undisturbed(warned, i, drift);
                }
                if (warned < 0 && Objects.requireNonNull(model.detector()).change() == Change.WARNING) {
                    warned = i;
                }
            }
            throw new AssertionError("no drift");
        }
    }

    @Test
    void learnerKilledInAWarningZone_tellsOfTheSameDrift_once(@TempDir Path folder) throws Exception {
        Undisturbed expected = Undisturbed.run();
        assertThat(expected.warned()).isBetween(FLIP, expected.drifted() - 1);
        String[] settings = SETTINGS.toArray(new String[SETTINGS.size() + 3]);
        settings[SETTINGS.size()] = "snapshot.every=200";
        settings[SETTINGS.size() + 1] = "startup.timeout.ms=60000";
        settings[SETTINGS.size() + 2] = "instance.id=drift-crash";
        TestTopics topics = new TestTopics(broker.bootstrapServers(), "drift-crash", 1, settings);
        Path log = Files.createFile(folder.resolve("learner.log"));
        SampleSource source = samples();
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            LearnerProcess learner = LearnerProcess.start(topics.given(), log);
            int sent = 0;
            while (sent <= expected.warned()) {
                topics.send(producer, "xor", source.next().toJson());
                sent++;
            }
            producer.flush();
            // Committed, so that the warning is in the state that the next process reads.
            topics.awaitPredictions("read_committed", sent);
            learner.kill();
            learner = LearnerProcess.start(topics.given(), log);
            while (sent < SAMPLES) {
                topics.send(producer, "xor", source.next().toJson());
                sent++;
            }
            producer.flush();
            assertThat(topics.predictions(SAMPLES)).as(Files.readString(log)).hasSize(SAMPLES);
            assertThat(topics.events(2).stream().filter(event -> event.kind() == Event.Kind.DRIFT))
                    .singleElement()
                    .satisfies(event -> {
                        assertThat(event.drift()).isEqualTo(expected.drift());
                        assertThat(event.after()).isEqualTo(new Source(0, expected.drifted()));
                    });
            assertThat(learner.stop()).as(Files.readString(log)).isZero();
        }
        assertThat(topics.audit())
                .singleElement()
                .satisfies(finding -> assertThat(finding).as(finding.toString()).matches(Finding::isGood));
    }
}
