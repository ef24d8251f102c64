package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.streamgrad.audit.Finding;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.cluster.Topics;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.stream.LearningListener;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the learner says when samples are gone, and that following its words helps. */
class LostSamplesIT {
    @SuppressWarnings("NullAway.Init")
    private static EmbeddedBroker broker;

    @SuppressWarnings("NullAway.Init")
    private static Admin admin;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start(0, Optional.empty());
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    @AfterAll
    static void stop() {
        admin.close();
        broker.close();
    }

    private static void send(TestTopics topics, Producer<byte[], byte[]> producer, SampleSource source, int count) {
        for (int i = 0; i < count; i++) {
            topics.send(producer, "xor", source.next().toJson());
        }
        producer.flush();
    }

    /** A listener that keeps what was skipped: partition, first offset, offset after the last. */
    private static LearningListener keeping(List<List<Long>> skipped) {
        return new LearningListener() {
            @Override
            public TaskListener begin(int partition) {
                return TaskListener.NONE;
            }

            @Override
            public void skipped(int partition, long from, long to) {
                skipped.add(List.of((long) partition, from, to));
            }
        };
    }

    @Test
    void samplesDeletedBeforeTheyWereRead_areTold_andThoseDeletedAfterAreNot() throws Exception {
        TestTopics topics = new TestTopics(broker.bootstrapServers(), "retention", 1, "instance.id=retention");
        TopicPartition samples = new TopicPartition(topics.settings().samplesTopic(), 0);
        SampleSource source = Dataset.XOR.samples(3);
        List<List<Long>> skipped = new CopyOnWriteArrayList<>();
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            send(topics, producer, source, 100);
            admin.deleteRecords(Map.of(samples, RecordsToDelete.beforeOffset(40)))
                    .all()
                    .get();
            try (LearnerApp app = LearnerApp.start(topics.settings(), line -> {}, keeping(skipped), null, null)) {
                assertThat(topics.predictions(60)).hasSize(60);
                assertThat(app.failure()).isEmpty();
            }
            assertThat(skipped).as("what was gone before it ever began").isEmpty();
            send(topics, producer, source, 50);
            admin.deleteRecords(Map.of(samples, RecordsToDelete.beforeOffset(130)))
                    .all()
                    .get();
            try (LearnerApp app = LearnerApp.start(topics.settings(), line -> {}, keeping(skipped), null, null)) {
                assertThat(topics.predictions(80).stream()
                                .map(prediction -> prediction.source().offset())
                                .skip(60))
                        .startsWith(130L)
                        .hasSize(20);
                assertThat(app.failure()).isEmpty();
            }
            assertThat(skipped).containsExactly(List.of(0L, 100L, 130L));
        }
    }

    /** The group does not know where it was; the state does. */
    @Test
    void samplesDeletedBeforeTheyWereRead_whereTheGroupsOffsetsAreLostToo_areToldOnce() throws Exception {
        TestTopics topics = new TestTopics(broker.bootstrapServers(), "expired", 1, "instance.id=");
        TopicPartition samples = new TopicPartition(topics.settings().samplesTopic(), 0);
        SampleSource source = Dataset.XOR.samples(3);
        List<List<Long>> skipped = new CopyOnWriteArrayList<>();
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            send(topics, producer, source, 100);
            learn(topics, skipped, 100);
            topics.deleteGroup();
            admin.deleteRecords(Map.of(samples, RecordsToDelete.beforeOffset(100)))
                    .all()
                    .get();
            send(topics, producer, source, 50);
            learn(topics, skipped, 150);
            assertThat(skipped).as("all that was deleted had been learned").isEmpty();
            topics.deleteGroup();
            send(topics, producer, source, 50);
            admin.deleteRecords(Map.of(samples, RecordsToDelete.beforeOffset(170)))
                    .all()
                    .get();
            learn(topics, skipped, 180);
            assertThat(skipped).containsExactly(List.of(0L, 150L, 170L));
            send(topics, producer, source, 50);
            learn(topics, skipped, 230);
            assertThat(skipped).as("told once").hasSize(1);
        }
    }

    private static void learn(TestTopics topics, List<List<Long>> skipped, int predictions) throws Exception {
        try (LearnerApp app = LearnerApp.start(topics.settings(), line -> {}, keeping(skipped), null, null)) {
            assertThat(topics.predictions(predictions)).hasSize(predictions);
            assertThat(app.failure()).isEmpty();
        }
    }

    @Test
    void samplesDeletedAndMadeAnew_learnedAnewAsTheTextSays_auditWell() throws Exception {
        TestTopics old = new TestTopics(
                broker.bootstrapServers(),
                "lost",
                1,
                "instance.id=lost",
                "snapshot.every=100",
                "layers=2,3,1",
                "kafka.session.timeout.ms=6000");
        SampleSource source = Dataset.XOR.samples(3);
        try (Producer<byte[], byte[]> producer = old.producer()) {
            try (LearnerApp app = old.startLearner()) {
                send(old, producer, source, 500);
                assertThat(old.predictions(500)).hasSize(500);
                admin.deleteTopics(List.of(old.settings().samplesTopic())).all().get();
                await().atMost(Duration.ofMinutes(2)).until(app::hasStopped);
                assertThat(app.failure())
                        .get()
                        .asString()
                        .startsWith("topic lost-samples must exist; it was deleted; ")
                        .contains("to forget the models and learn anew", "streamgrad reset");
            }
            Reset.run(old.settings(), line -> {});
            TestTopics anew = new TestTopics(
                    broker.bootstrapServers(),
                    "lost",
                    1,
                    "instance.id=lost",
                    "snapshot.every=100",
                    "layers=2,4,1",
                    "kafka.session.timeout.ms=6000");
            assertThat(Topics.check(anew.settings(), line -> {}).samplesPartitions())
                    .isOne();
            try (LearnerApp app = anew.startLearner()) {
                send(anew, producer, source, 500);
                assertThat(anew.predictions(1000).stream()
                                .map(Prediction::version)
                                .skip(500))
                        .startsWith(0L, 1L)
                        .hasSize(500);
                assertThat(app.failure()).isEmpty();
            }
            assertThat(anew.audit())
                    .singleElement()
                    .matches(Finding::isGood)
                    .matches(finding -> finding.checked() == 5);
        }
    }
}
