package dev.streamgrad.app;

import static org.awaitility.Awaitility.await;

import dev.streamgrad.audit.Audit;
import dev.streamgrad.audit.Finding;
import dev.streamgrad.cluster.Progress;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.cluster.Topics;
import dev.streamgrad.control.Event;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.replay.SteeredLog;
import dev.streamgrad.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The topics of one test, named after it, on a real broker; and what is in them. */
final class TestTopics {
    private static final Progress QUIET = line -> {};
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String bootstrapServers;
    private final Map<String, String> settings = new HashMap<>();

    TestTopics(String test, int partitions, String... more) throws StartException {
        this(RealKafka.bootstrapServers(), test, partitions, more);
    }

    TestTopics(String bootstrapServers, String test, int partitions, String... more) throws StartException {
        this.bootstrapServers = bootstrapServers;
        settings.put("bootstrap.servers", bootstrapServers);
        settings.put("application.id", test);
        settings.put("http.port", "0");
        for (String topic : List.of("samples", "predictions", "snapshots", "dead.letters", "control", "events")) {
            settings.put(topic + ".topic", test + "-" + topic);
        }
        for (String setting : more) {
            settings.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        Topics.create(settings(), partitions, Optional.of((short) 1), QUIET);
    }

    private TestTopics(String bootstrapServers, Map<String, String> settings) {
        this.bootstrapServers = bootstrapServers;
        this.settings.putAll(settings);
    }

    /** Topics that are there already, under the names that these settings have for them. */
    static TestTopics of(String bootstrapServers, Map<String, String> settings) {
        return new TestTopics(bootstrapServers, settings);
    }

    /** Deletes what the group has committed. */
    void deleteGroup() throws Exception {
        try (Admin admin = Admin.create(settings().kafka().admin())) {
            // The last member may not have left yet.
            await().atMost(PATIENCE).ignoreExceptions().until(() -> {
                admin.deleteConsumerGroups(List.of(settings().applicationId()))
                        .all()
                        .get();
                return true;
            });
        }
    }

    /** Deletes the changelog, and waits until it is gone. */
    void deleteChangelog() throws Exception {
        try (Admin admin = Admin.create(settings().kafka().admin())) {
            admin.deleteTopics(List.of(settings().changelogTopic())).all().get();
            await().atMost(PATIENCE)
                    .until(() -> !admin.listTopics()
                            .names()
                            .get()
                            .contains(settings().changelogTopic()));
        }
    }

    /** Deletes the records of the changelog, and leaves the topic as it was. */
    void emptyChangelog() throws Exception {
        ConfigResource topic =
                new ConfigResource(ConfigResource.Type.TOPIC, settings().changelogTopic());
        try (Admin admin = Admin.create(settings().kafka().admin())) {
            for (String policy : List.of("delete", "compact")) {
                admin.incrementalAlterConfigs(Map.of(
                                topic,
                                List.of(new AlterConfigOp(
                                        new ConfigEntry("cleanup.policy", policy), AlterConfigOp.OpType.SET))))
                        .all()
                        .get();
                if (policy.equals("delete")) {
                    TopicPartition partition = new TopicPartition(topic.name(), 0);
                    await().atMost(PATIENCE).ignoreExceptions().until(() -> {
                        admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1)))
                                .all()
                                .get();
                        return true;
                    });
                }
            }
        }
    }

    /** Deletes the samples topic and makes it anew. */
    void recreateSamples() throws Exception {
        String topic = settings().samplesTopic();
        try (Admin admin = Admin.create(settings().kafka().admin())) {
            admin.deleteTopics(List.of(topic)).all().get();
            await().atMost(PATIENCE).ignoreExceptions().until(() -> {
                admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1)))
                        .all()
                        .get();
                return true;
            });
        }
    }

    Settings settings() {
        return Settings.of(settings);
    }

    /** The settings as they were given, and more. */
    Map<String, String> given(String... more) {
        Map<String, String> all = new HashMap<>(settings);
        for (String setting : more) {
            all.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        return all;
    }

    LearnerApp startLearner() throws Exception {
        LearnerApp app = LearnerApp.start(settings(), QUIET);
        app.awaitRunning();
        return app;
    }

    Producer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                // One request at a time: on a topic that is this new, several have been seen to end in endless retries.
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "linger.ms",
                        "5",
                        "max.in.flight.requests.per.connection",
                        "1"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    void send(Producer<byte[], byte[]> producer, @Nullable String key, byte[] value) {
        var unused = producer.send(new ProducerRecord<>(
                settings().samplesTopic(), key == null ? null : key.getBytes(StandardCharsets.UTF_8), value));
    }

    /** All records of a topic, in the order of each partition, waiting until there are {@code count}. */
    List<ConsumerRecord<byte[], byte[]>> read(String topic, String isolation, int count) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (Consumer<byte[], byte[]> consumer = consumer(topic, isolation)) {
            await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                return records.size() >= count;
            });
            // What should not be there would be there by now, or in the next fetches.
            for (int i = 0; i < 3; i++) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    /** The events, in the order of each partition, waiting until there are {@code count}. */
    List<Event> events(int count) {
        return read(settings().eventsTopic(), count).stream()
                .map(record -> Event.read(record.value()))
                .toList();
    }

    List<ConsumerRecord<byte[], byte[]>> read(String topic, int count) {
        return read(topic, "read_committed", count);
    }

    /** One that reads a topic from its beginning. */
    Consumer<byte[], byte[]> consumer(String topic, String isolation) {
        Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "isolation.level",
                        isolation,
                        "enable.auto.commit",
                        "false"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    /** Waits until there are so many predictions. */
    void awaitPredictions(String isolation, int count) {
        try (Consumer<byte[], byte[]> consumer = consumer(settings().predictionsTopic(), isolation)) {
            int[] seen = {0};
            await().atMost(PATIENCE).until(() -> {
                seen[0] += consumer.poll(Duration.ofMillis(20)).count();
                return seen[0] >= count;
            });
        }
    }

    List<Long> offsetsOfSamples(int count) {
        return read(settings().samplesTopic(), count).stream()
                .map(ConsumerRecord::offset)
                .toList();
    }

    /** The last committed value with this key in a topic of one partition. */
    byte[] lastValue(String topic, String key) {
        return read(topic, 1).stream()
                .filter(record -> Arrays.equals(record.key(), key.getBytes(StandardCharsets.UTF_8)))
                .reduce((before, after) -> after)
                .orElseThrow()
                .value();
    }

    /** What {@code audit} finds. */
    List<Finding> audit() {
        return new Audit(settings(), Optional.empty(), SteeredLog.QUIET).run().orElseThrow();
    }

    List<Prediction> predictions(int count) {
        return read(settings().predictionsTopic(), count).stream()
                .map(record -> Prediction.read(record.value()))
                .toList();
    }
}
