package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.streamgrad.audit.Finding;
import dev.streamgrad.broker.SecureBroker;
import dev.streamgrad.control.Event;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The learner as a user that may do what the page on operating lists and no more, over TLS with a password. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecurityIT {
    private static final String PASSWORD = "correct-horse-battery-staple";

    private SecureBroker broker;
    private Admin admin;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        broker = SecureBroker.start(folder);
        admin = Admin.create(Map.of("bootstrap.servers", broker.open()));
    }

    @AfterAll
    void stop() {
        admin.close();
        broker.close();
    }

    @AfterEach
    void killWhatIsLeft() {
        LearnerProcess.killAll();
    }

    /** The rights that the page on operating lists. */
    private static List<AclBinding> rights(String user, Settings settings) {
        String app = settings.applicationId();
        Stream<AclBinding> written = Stream.of(
                        settings.predictionsTopic(),
                        settings.snapshotsTopic(),
                        settings.deadLettersTopic(),
                        settings.eventsTopic())
                .flatMap(topic -> Stream.of(AclOperation.WRITE, AclOperation.DESCRIBE)
                        .map(operation -> right(user, ResourceType.TOPIC, topic, PatternType.LITERAL, operation)));
        Stream<AclBinding> read = Stream.of(
                        settings.samplesTopic(), settings.controlTopic().orElseThrow(), settings.eventsTopic())
                .flatMap(topic -> Stream.of(AclOperation.READ, AclOperation.DESCRIBE)
                        .map(operation -> right(user, ResourceType.TOPIC, topic, PatternType.LITERAL, operation)));
        Stream<AclBinding> changelog = Stream.of(
                        AclOperation.CREATE, AclOperation.READ, AclOperation.WRITE, AclOperation.DESCRIBE)
                .map(operation ->
                        right(user, ResourceType.TOPIC, settings.changelogTopic(), PatternType.LITERAL, operation));
        Stream<AclBinding> group = Stream.of(AclOperation.READ, AclOperation.DESCRIBE)
                .map(operation -> right(user, ResourceType.GROUP, app, PatternType.LITERAL, operation));
        Stream<AclBinding> transactions = Stream.of(AclOperation.WRITE, AclOperation.DESCRIBE)
                .map(operation -> right(user, ResourceType.TRANSACTIONAL_ID, app, PatternType.PREFIXED, operation));
        return Stream.of(written, read, changelog, group, transactions)
                .flatMap(rights -> rights)
                .toList();
    }

    private static AclBinding right(
            String user, ResourceType type, String name, PatternType pattern, AclOperation operation) {
        return new AclBinding(
                new ResourcePattern(type, name, pattern),
                new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW));
    }

    private Map<String, String> asUser(TestTopics topics, String user) throws Exception {
        Map<String, String> given = topics.given();
        given.putAll(broker.user(user, PASSWORD));
        return given;
    }

    private static void send(TestTopics topics, int count) {
        SampleSource source = Dataset.XOR.samples(3);
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            for (int i = 0; i < count; i++) {
                topics.send(producer, "xor", source.next().toJson());
            }
        }
    }

    private static String read(Path log) throws Exception {
        return Files.readString(log, StandardCharsets.UTF_8);
    }

    @Test
    void withTheRightsOfTheReadme_itLearns_andNoSecretIsLogged(@TempDir Path folder) throws Exception {
        Path log = Files.createFile(folder.resolve("learner.log"));
        TestTopics topics =
                new TestTopics(broker.open(), "secure", 2, "snapshot.every=100", "instance.id=secure", "store=rocksdb");
        Map<String, String> given = asUser(topics, "learner");
        given.put("kafka.state.dir", folder.resolve("state").toString());
        admin.createAcls(rights("learner", topics.settings())).all().get();
        LearnerProcess learner = LearnerProcess.start(given, log, "-v");
        send(topics, 1000);
        assertThat(topics.predictions(1000)).as(read(log)).hasSize(1000);
        assertThat(learner.stop()).isZero();
        assertThat(topics.audit()).singleElement().matches(Finding::isGood);
        assertThat(read(log)).contains("learning from").doesNotContain(PASSWORD);
    }

    @Test
    void withoutAnyRight_itDoesNotStart_andNamesTheTopics(@TempDir Path folder) throws Exception {
        Path log = Files.createFile(folder.resolve("learner.log"));
        TestTopics topics = new TestTopics(broker.open(), "denied", 1, "instance.id=denied");
        LearnerProcess learner = LearnerProcess.start(asUser(topics, "nobody"), log);
        await().atMost(Duration.ofMinutes(1)).until(() -> !learner.isAlive());
        assertThat(learner.stop()).isEqualTo(1);
        assertThat(read(log))
                .contains("denied-samples", "must exist", "describe them")
                .hasLineCount(1);
    }

    @Test
    void withAWrongPassword_itDoesNotStart_andSaysSo(@TempDir Path folder) throws Exception {
        Path log = Files.createFile(folder.resolve("learner.log"));
        TestTopics topics = new TestTopics(broker.open(), "wrong", 1, "instance.id=wrong");
        Map<String, String> given = asUser(topics, "forgetful");
        given.compute(
                "kafka.sasl.jaas.config", (key, value) -> String.valueOf(value).replace("horse", "cow"));
        LearnerProcess learner = LearnerProcess.start(given, log);
        await().atMost(Duration.ofMinutes(1)).until(() -> !learner.isAlive());
        assertThat(learner.stop()).isEqualTo(1);
        assertThat(read(log)).contains("refuses", "invalid credentials").doesNotContain("battery");
    }

    @Test
    void withARightTakenAway_itEnds_andNamesWhatIsDenied(@TempDir Path folder) throws Exception {
        Path log = Files.createFile(folder.resolve("learner.log"));
        TestTopics topics = new TestTopics(broker.open(), "revoked", 1, "instance.id=revoked");
        Map<String, String> given = asUser(topics, "revoked");
        admin.createAcls(rights("revoked", topics.settings())).all().get();
        LearnerProcess learner = LearnerProcess.start(given, log);
        send(topics, 100);
        topics.awaitPredictions("read_committed", 100);
        AclBinding write = right(
                "revoked",
                ResourceType.TOPIC,
                topics.settings().predictionsTopic(),
                PatternType.LITERAL,
                AclOperation.WRITE);
        admin.deleteAcls(List.of(write.toFilter())).all().get();
        send(topics, 100);
        await().atMost(Duration.ofMinutes(2)).until(() -> !learner.isAlive());
        assertThat(learner.stop()).isEqualTo(1);
        assertThat(read(log)).contains("the broker denies what the learner needs", "revoked-predictions");
    }

    /** Samples often come from another team; what a model is told to do must not. */
    @Test
    void whoMaySendSamplesOnly_canCommandNothing_andAnOperatorCan(@TempDir Path folder) throws Exception {
        Path log = Files.createFile(folder.resolve("learner.log"));
        TestTopics topics = new TestTopics(broker.open(), "steered", 1, "instance.id=steered");
        String samples = topics.settings().samplesTopic();
        String control = topics.settings().controlTopic().orElseThrow();
        Map<String, String> given = asUser(topics, "steered");
        admin.createAcls(rights("steered", topics.settings())).all().get();
        List<AclBinding> more = new ArrayList<>();
        for (AclOperation operation : List.of(AclOperation.WRITE, AclOperation.DESCRIBE)) {
            more.add(right("sampler", ResourceType.TOPIC, samples, PatternType.LITERAL, operation));
            more.add(right("operator", ResourceType.TOPIC, control, PatternType.LITERAL, operation));
        }
        admin.createAcls(more).all().get();
        LearnerProcess learner = LearnerProcess.start(given, log);
        byte[] xor = "xor".getBytes(StandardCharsets.UTF_8);
        byte[] freeze = "{\"command\":\"freeze\"}".getBytes(StandardCharsets.UTF_8);
        try (Producer<byte[], byte[]> sampler = producer(asUser(topics, "sampler"));
                Producer<byte[], byte[]> operator = producer(asUser(topics, "operator"))) {
            SampleSource source = Dataset.XOR.samples(3);
            sampler.send(new ProducerRecord<>(samples, xor, source.next().toJson()))
                    .get();
            topics.awaitPredictions("read_committed", 1);
            assertThatThrownBy(() -> sampler.send(new ProducerRecord<>(control, xor, freeze))
                            .get())
                    .hasRootCauseInstanceOf(TopicAuthorizationException.class);
            assertThatThrownBy(() -> operator.send(new ProducerRecord<>(samples, xor, freeze))
                            .get())
                    .hasRootCauseInstanceOf(TopicAuthorizationException.class);
            operator.send(new ProducerRecord<>(control, xor, freeze)).get();
            List<Event> events = topics.events(2);
            assertThat(events).extracting(Event::kind).containsExactly(Event.Kind.CREATED, Event.Kind.CONTROL);
        }
        assertThat(learner.stop()).as(read(log)).isZero();
    }

    private static Producer<byte[], byte[]> producer(Map<String, String> given) {
        Map<String, Object> config = Settings.of(given).kafka().producer();
        config.put("enable.idempotence", "false");
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
