package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.streamgrad.audit.Finding;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.control.Event;
import dev.streamgrad.records.PartitionState;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What happens when offsets, samples or the changelog are gone, and the ways back. */
class LostStateIT {
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

    /** Deleted, or expired after a week without a learner: the state knows what has been learned. */
    @Test
    void offsetsOfTheGroupThatAreLost_doubleNothing() throws Exception {
        TestTopics topics = new TestTopics(broker.bootstrapServers(), "lost", 1, "snapshot.every=100", "instance.id=");
        byte[] sample = "{\"features\":[1,0],\"label\":[1]}".getBytes(StandardCharsets.UTF_8);
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            learn(topics, producer, sample, 0, 300, 0);
            topics.deleteGroup();
            learn(topics, producer, sample, 300, 400, 0);
        }
        assertThat(topics.predictions(400).stream().map(Prediction::version))
                .containsExactlyElementsOf(LongStream.range(0, 400).boxed().toList());
        assertThat(topics.audit()).singleElement().matches(Finding::isGood);
    }

    /** Sends samples {@code from} to {@code until}, and learns until they and {@code more} have been answered. */
    private static void learn(
            TestTopics topics, Producer<byte[], byte[]> producer, byte[] sample, int from, int until, int more)
            throws Exception {
        try (LearnerApp app = topics.startLearner()) {
            for (int i = from; i < until; i++) {
                topics.send(producer, "xor", sample);
            }
            producer.flush();
            topics.awaitPredictions("read_committed", until + more);
            assertThat(app.failure()).isEmpty();
        }
    }

    @Test
    void aSamplesTopicThatWasMadeAnew_isRefused_withTheChoices() throws Exception {
        TestTopics topics = new TestTopics(broker.bootstrapServers(), "anew", 1, "snapshot.every=100", "instance.id=");
        byte[] sample = "{\"features\":[1,0],\"label\":[1]}".getBytes(StandardCharsets.UTF_8);
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            learn(topics, producer, sample, 0, 300, 0);
        }
        topics.recreateSamples();
        try (LearnerApp app = LearnerApp.start(topics.settings(), line -> {})) {
            await().atMost(Duration.ofMinutes(1)).until(app::hasStopped);
            assertThat(app.failure())
                    .get()
                    .asString()
                    .contains("it was deleted and made anew", "streamgrad reset", "streamgrad rebuild")
                    .doesNotContain("\n");
        }
        Rebuild.run(topics.settings(), true, line -> {});
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            learn(topics, producer, sample, 0, 200, 300);
        }
        assertThat(topics.predictions(500))
                .last()
                .extracting(Prediction::version)
                .isEqualTo(499L);
        assertThat(topics.audit()).singleElement().satisfies(finding -> {
            assertThat(finding.isGood()).as(finding.toString()).isTrue();
            assertThat(finding.from()).isEqualTo(300);
            assertThat(finding.checked()).isEqualTo(2);
        });
    }

    @Test
    void aChangelogThatIsLost_isRebuilt_toTheBit() throws Exception {
        TestTopics topics =
                new TestTopics(broker.bootstrapServers(), "rebuilt", 1, "snapshot.every=100", "instance.id=");
        byte[] sample = "{\"features\":[1,0],\"label\":[1]}".getBytes(StandardCharsets.UTF_8);
        byte[] young = "{\"features\":[0,0],\"label\":[0]}".getBytes(StandardCharsets.UTF_8);
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            topics.send(producer, "young", young);
            learn(topics, producer, sample, 0, 350, 1);
            byte[] before = topics.lastValue(topics.settings().changelogTopic(), "xor");
            byte[] youngBefore = topics.lastValue(topics.settings().changelogTopic(), "young");
            topics.deleteChangelog();
            assertThatThrownBy(() -> LearnerApp.start(topics.settings(), line -> {}))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("streamgrad rebuild");
            assertThat(Rebuild.run(topics.settings(), false, line -> {})).isEqualTo(2);
            assertThat(topics.lastValue(topics.settings().changelogTopic(), "xor"))
                    .isEqualTo(before);
            assertThat(topics.lastValue(topics.settings().changelogTopic(), "young"))
                    .isEqualTo(youngBefore);
            learn(topics, producer, sample, 350, 400, 1);
        }
        assertThat(topics.audit())
                .filteredOn(finding -> finding.model().equals("xor"))
                .singleElement()
                .matches(Finding::isGood)
                .extracting(Finding::checked)
                .isEqualTo(4L);
    }

    /** What models were told is in their snapshots; that one is no more, in the events. */
    @Test
    void modelsThatObeyedCommands_areRebuilt_toTheBit_andNoneThatWasDeleted() throws Exception {
        TestTopics topics =
                new TestTopics(broker.bootstrapServers(), "steered-rebuilt", 1, "snapshot.every=100", "instance.id=");
        byte[] sample = "{\"features\":[1,0],\"label\":[1]}".getBytes(StandardCharsets.UTF_8);
        String control = topics.settings().controlTopic().orElseThrow();
        byte[] before;
        try (Producer<byte[], byte[]> producer = topics.producer();
                LearnerApp app = topics.startLearner()) {
            for (int i = 0; i < 150; i++) {
                topics.send(producer, "xor", sample);
                topics.send(producer, "gone", sample);
            }
            producer.flush();
            topics.awaitPredictions("read_committed", 300);
            for (String command : List.of("freeze", "unfreeze", "delete")) {
                producer.send(new ProducerRecord<>(
                                control,
                                (command.equals("delete") ? "gone" : "xor").getBytes(StandardCharsets.UTF_8),
                                ("{\"id\":\"" + command + "\",\"command\":\"" + command + "\"}")
                                        .getBytes(StandardCharsets.UTF_8)))
                        .get();
            }
            assertThat(topics.events(5)).last().extracting(Event::kind).isEqualTo(Event.Kind.DELETED);
            for (int i = 0; i < 30; i++) {
                topics.send(producer, "xor", sample);
            }
            producer.flush();
            topics.awaitPredictions("read_committed", 330);
            assertThat(app.failure()).isEmpty();
        }
        before = topics.lastValue(topics.settings().changelogTopic(), "xor");
        topics.deleteChangelog();
        assertThat(Rebuild.run(topics.settings(), false, line -> {})).isEqualTo(1);
        assertThat(topics.lastValue(topics.settings().changelogTopic(), "xor")).isEqualTo(before);
        // No command is obeyed again where the group's offsets are lost as well.
        topics.deleteGroup();
        try (Producer<byte[], byte[]> producer = topics.producer();
                LearnerApp app = topics.startLearner()) {
            topics.send(producer, "xor", sample);
            producer.flush();
            topics.awaitPredictions("read_committed", 331);
            assertThat(app.failure()).isEmpty();
        }
        assertThat(topics.events(5)).hasSize(5);
        assertThat(topics.audit())
                .filteredOn(finding -> finding.model().equals("xor"))
                .singleElement()
                .matches(Finding::isGood);
    }

    /** As retention does where somebody has set cleanup.policy=delete: Kafka Streams would begin with no models. */
    @Test
    void aChangelogThatWasEmptied_isRefused_andCanBeRebuilt() throws Exception {
        TestTopics topics =
                new TestTopics(broker.bootstrapServers(), "emptied", 1, "snapshot.every=100", "instance.id=");
        byte[] sample = "{\"features\":[1,0],\"label\":[1]}".getBytes(StandardCharsets.UTF_8);
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            learn(topics, producer, sample, 0, 150, 0);
            byte[] before = topics.lastValue(topics.settings().changelogTopic(), "xor");
            topics.emptyChangelog();
            assertThatThrownBy(() -> LearnerApp.start(topics.settings(), line -> {}))
                    .isInstanceOf(StartException.class)
                    .hasMessageStartingWith("topic emptied-models-changelog must have the models, because emptied has"
                            + " learned from emptied-samples; its records were deleted; to have the models back")
                    .hasMessageContaining("streamgrad rebuild; ");
            assertThat(Rebuild.run(topics.settings(), false, line -> {})).isOne();
            assertThat(topics.lastValue(topics.settings().changelogTopic(), "xor"))
                    .isEqualTo(before);
            learn(topics, producer, sample, 150, 250, 0);
        }
        assertThat(topics.audit()).singleElement().matches(Finding::isGood);
    }

    @Test
    void aLearnerThatWasReset_learnsAnew_andIsAuditedWell() throws Exception {
        TestTopics topics = new TestTopics(broker.bootstrapServers(), "reset", 1, "snapshot.every=100", "instance.id=");
        byte[] sample = "{\"features\":[1,0],\"label\":[1]}".getBytes(StandardCharsets.UTF_8);
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            learn(topics, producer, sample, 0, 300, 0);
            Reset.run(topics.settings(), line -> {});
            learn(topics, producer, sample, 300, 400, 300);
        }
        assertThat(topics.predictions(700))
                .last()
                .extracting(Prediction::version)
                .isEqualTo(399L);
        assertThat(topics.audit()).singleElement().satisfies(finding -> {
            assertThat(finding.isGood()).as(finding.toString()).isTrue();
            assertThat(finding.checked()).isEqualTo(4);
        });
    }

    @Test
    void aRebuild_bindsTheDefaultModel_onlyWhereARecordWithoutAKeyTrainedIt() throws Exception {
        byte[] sample = "{\"features\":[1,0],\"label\":[1]}".getBytes(StandardCharsets.UTF_8);
        byte[] request = "{\"features\":[1,0]}".getBytes(StandardCharsets.UTF_8);
        TestTopics keyed = new TestTopics(broker.bootstrapServers(), "keyed", 1, "snapshot.every=100", "instance.id=");
        try (Producer<byte[], byte[]> producer = keyed.producer()) {
            keyed.send(producer, null, request);
            learn(keyed, producer, sample, 0, 150, 1);
        }
        TestTopics keyless =
                new TestTopics(broker.bootstrapServers(), "keyless", 1, "snapshot.every=100", "instance.id=");
        try (Producer<byte[], byte[]> producer = keyless.producer()) {
            keyless.send(producer, null, sample);
            learn(keyless, producer, sample, 0, 150, 1);
        }
        TestTopics young = new TestTopics(broker.bootstrapServers(), "young", 1, "snapshot.every=1000", "instance.id=");
        try (Producer<byte[], byte[]> producer = young.producer()) {
            young.send(producer, null, sample);
            learn(young, producer, sample, 0, 150, 1);
        }
        for (TestTopics topics : List.of(keyed, keyless, young)) {
            PartitionState before = partitionState(topics);
            topics.deleteChangelog();
            Rebuild.run(topics.settings(), false, line -> {});
            assertThat(partitionState(topics)).isEqualTo(before);
        }
        assertThat(partitionState(keyed).keylessModel()).isEmpty();
        assertThat(partitionState(keyless).keylessModel()).as("from a snapshot").isEqualTo("xor");
        assertThat(partitionState(young).keylessModel()).as("from a sample").isEqualTo("xor");
        keyless.deleteChangelog();
        Settings another = Settings.of(keyless.given("default.model=another"));
        assertThatThrownBy(() -> Rebuild.run(another, false, line -> {}))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("default.model must stay xor")
                .hasMessageContaining("got another");
        keyless.recreateSamples();
        assertThat(Rebuild.run(another, true, line -> {})).isEqualTo(1);
        assertThat(partitionState(keyless).keylessModel())
                .as("no record of the new samples")
                .isEmpty();
        assertThat(Snapshot.read(keyless.lastValue(keyless.settings().snapshotsTopic(), "xor"))
                        .log())
                .isNotNull()
                .extracting(SamplesLog::keylessModel)
                .isNull();
    }

    private static PartitionState partitionState(TestTopics topics) {
        return topics.read(topics.settings().changelogTopic(), 1).stream()
                .filter(record -> Arrays.equals(record.key(), PartitionState.key()))
                .reduce((before, after) -> after)
                .map(record -> PartitionState.read(record.value()))
                .orElseThrow();
    }
}
