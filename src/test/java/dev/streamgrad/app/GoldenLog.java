package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.cluster.Topics;
import dev.streamgrad.settings.Settings;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a release has written about some hundred records: samples, snapshots, changelog, dead letters and
 * predictions, as they stood on a broker. Such a log is recorded once for each change of a format and never again;
 * every later release must audit it, resume it and read it.
 *
 * <p>{@code golden/log-1.jsonl.gz} was recorded with commit 8de7c21: state format 2, snapshot format 1.
 */
final class GoldenLog {
    /** The settings of its models, those of the learner that recorded it. */
    static final Map<String, String> SETTINGS = settings();

    private static final String APPLICATION = "golden";
    private static final List<String> TOPICS =
            List.of("samples", "predictions", "snapshots", "dead-letters", APPLICATION + "-models-changelog");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Entry> entries;

    /** One record of a topic's only partition. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Entry(String topic, long offset, long timestamp, byte @Nullable [] key, byte @Nullable [] value) {
        String name() {
            return new String(Objects.requireNonNull(key), StandardCharsets.UTF_8);
        }

        byte[] content() {
            return Objects.requireNonNull(value);
        }
    }

    private GoldenLog(List<Entry> entries) {
        this.entries = entries;
    }

    private static Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("application.id", APPLICATION);
        settings.put("http.port", "-1");
        settings.put("snapshot.every", "25");
        settings.put("max.record.bytes", "4096");
        String[] byModel = {
            "moons|layers=2,8,1|hidden.activation=tanh|loss=binary-cross-entropy|optimizer=adam|learning.rate=0.01"
                    + "|batch.size=4|features.scaling=standard|snapshot.every=5",
            "plane|layers=3,4,2|hidden.activation=relu|output.activation=identity|optimizer=momentum"
                    + "|learning.rate=0.01|weight.decay=0.001|schedule=step-decay|schedule.every=20|schedule.factor=0.5",
            "iris|layers=4,6,3|hidden.activation=gelu-tanh|output.activation=softmax|loss=cross-entropy"
                    + "|optimizer=adamw|learning.rate=0.02|weight.decay=0.01|clip.gradient.norm=1|initializer=he"
                    + "|schedule=warmup-cosine|schedule.warmup=10|schedule.steps=100|metrics.window=50",
            "wild|layers=1,2,1|output.activation=identity|learning.rate=0.5|features.scaling=standard"
                    + "|on.divergence=restore|divergence.restore.after=3|snapshot.every=10",
        };
        for (String model : byModel) {
            String[] parts = model.split("\\|", -1);
            for (int i = 1; i < parts.length; i++) {
                int equals = parts[i].indexOf('=');
                settings.put(
                        "models." + parts[0] + "." + parts[i].substring(0, equals), parts[i].substring(equals + 1));
            }
        }
        return settings;
    }

    /**
     * Records a log.
     *
     * @param args the jar of the release that is to write it, and the file to make
     */
    public static void main(String[] args) throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(0, Optional.empty())) {
            String bootstrap = broker.bootstrapServers();
            run(args[0], "topics", bootstrap).waitFor();
            int samples;
            try (Producer<byte[], byte[]> producer = producer(bootstrap)) {
                List<ProducerRecord<byte[], byte[]>> records = samples();
                samples = records.size();
                send(producer, records.subList(0, samples / 2));
                learn(args[0], bootstrap, samples / 2);
                send(producer, records.subList(samples / 2, samples));
            }
            learn(args[0], bootstrap, samples);
            write(Path.of(args[1]), bootstrap);
        }
    }

    private static void send(Producer<byte[], byte[]> producer, List<ProducerRecord<byte[], byte[]>> records)
            throws Exception {
        for (ProducerRecord<byte[], byte[]> record : records) {
            producer.send(record).get();
        }
    }

    private static Process run(String jar, String command, String bootstrap) throws IOException {
        List<String> line = new ArrayList<>(List.of("java", "-jar", jar, command, "-b", bootstrap));
        SETTINGS.forEach((key, value) -> line.addAll(List.of("--set", key + "=" + value)));
        return new ProcessBuilder(line).inheritIO().start();
    }

    /** Lets the release learn until it has committed so many samples. */
    private static void learn(String jar, String bootstrap, long samples) throws Exception {
        Process learner = run(jar, "learn", bootstrap);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            TopicPartition partition = new TopicPartition("samples", 0);
            await().atMost(PATIENCE).until(() -> {
                OffsetAndMetadata committed = admin.listConsumerGroupOffsets(APPLICATION)
                        .partitionsToOffsetAndMetadata()
                        .get()
                        .get(partition);
                return committed != null && committed.offset() >= samples;
            });
        }
        learner.destroy();
        learner.waitFor();
    }

    /** Five models' samples, between them requests, ids, weights and what becomes a dead letter. */
    private static List<ProducerRecord<byte[], byte[]>> samples() {
        Random random = new Random(20_261_125L);
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            int a = random.nextInt(2);
            int b = random.nextInt(2);
            add(
                    records,
                    i % 3 == 0 ? null : "xor",
                    String.format("{\"features\":[%d,%d],\"label\":[%d]}", a, b, a ^ b));
            double x = random.nextGaussian();
            double y = random.nextGaussian();
            add(
                    records,
                    "moons",
                    String.format(
                            "{\"id\":\"m-%d\",\"features\":[%s,%s],\"label\":%d,\"weight\":%s}",
                            i, x, y, x > y ? 1 : 0, 1 + i % 3 * 0.5));
            add(
                    records,
                    "plane",
                    String.format("{\"features\":[%s,%s,1],\"label\":[%s,%s]}", x, y, 2 * x - y + 1, x * y));
            int kind = random.nextInt(3);
            add(
                    records,
                    "iris",
                    String.format("{\"features\":[%s,%s,%d,1],\"label\":%d}", x + kind, y - kind, kind, kind));
            add(
                    records,
                    "wild",
                    String.format("{\"features\":[%s],\"label\":[%s]}", i % 17 < 4 ? "1e200" : Double.toString(x), x));
            switch (i % 12) {
                case 1 -> add(records, "xor", "{\"features\":[1,0]}");
                case 3 -> add(records, "iris", String.format("{\"id\":\"r-%d\",\"features\":[1,2,3,4]}", i));
                case 5 -> add(records, "xor", "{\"features\":[1],\"label\":[1]}");
                case 7 -> add(records, "moons", "not JSON");
                case 9 -> add(records, "a b", "{\"features\":[1,0],\"label\":[1]}");
                case 10 -> records.add(new ProducerRecord<>("samples", "xor".getBytes(StandardCharsets.UTF_8), null));
                case 11 ->
                    add(
                            records,
                            "a b",
                            String.format("{\"features\":[1,1],\"label\":[0],\"pad\":\"%s\"}", "x".repeat(5000)));
                default -> add(records, "a b", "{\"features\":[0,0],\"label\":[0]}");
            }
        }
        return records;
    }

    private static void add(List<ProducerRecord<byte[], byte[]>> records, @Nullable String key, String value) {
        records.add(new ProducerRecord<>(
                "samples",
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                value.getBytes(StandardCharsets.UTF_8)));
    }

    private static void write(Path file, String bootstrap) throws IOException {
        try (BufferedWriter out = new BufferedWriter(
                new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8))) {
            for (String topic : TOPICS) {
                for (ConsumerRecord<byte[], byte[]> record : all(bootstrap, topic)) {
                    ObjectNode json = JSON.createObjectNode()
                            .put("topic", topic)
                            .put("offset", record.offset())
                            .put("timestamp", record.timestamp())
                            .put("key", encoded(record.key()))
                            .put("value", encoded(record.value()));
                    out.write(json + "\n");
                }
            }
        }
    }

    private static @Nullable String encoded(byte @Nullable [] bytes) {
        return bytes == null ? null : Base64.getEncoder().encodeToString(bytes);
    }

    private static byte @Nullable [] decoded(JsonNode text) {
        return text.isNull() ? null : Base64.getDecoder().decode(text.textValue());
    }

    private static List<ConsumerRecord<byte[], byte[]>> all(String bootstrap, String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    private static Producer<byte[], byte[]> producer(String bootstrap) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "max.in.flight.requests.per.connection", "1"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** The log with this number, from the test resources. */
    static GoldenLog read(int number) {
        List<Entry> entries = new ArrayList<>();
        try (InputStream resource = Objects.requireNonNull(
                        GoldenLog.class.getResourceAsStream("/golden/log-" + number + ".jsonl.gz"));
                BufferedReader lines = new BufferedReader(
                        new InputStreamReader(new GZIPInputStream(resource), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode json = JSON.readTree(line);
                entries.add(new Entry(
                        json.get("topic").textValue(),
                        json.get("offset").longValue(),
                        json.get("timestamp").longValue(),
                        decoded(json.get("key")),
                        decoded(json.get("value"))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new GoldenLog(entries);
    }

    /** The records of one topic, by the name it had. */
    List<Entry> of(String topic) {
        return entries.stream().filter(entry -> entry.topic().equals(topic)).toList();
    }

    List<Entry> changelog() {
        return of(APPLICATION + "-models-changelog");
    }

    /**
     * Writes the log to topics of the same names behind a prefix, and commits for the group that its samples have been
     * read: a learner then goes on from there.
     *
     * @return the settings of that learner
     */
    Map<String, String> load(String bootstrap, String prefix) throws Exception {
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.put("bootstrap.servers", bootstrap);
        settings.put("application.id", prefix + APPLICATION);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
                Producer<byte[], byte[]> producer = producer(bootstrap)) {
            for (String topic : TOPICS) {
                settings.put(topic.replace('-', '.') + ".topic", prefix + topic);
                // The records are old, and stay.
                admin.createTopics(List.of(new NewTopic(prefix + topic, 1, (short) 1)
                                .configs(Map.of(
                                        "retention.ms",
                                        "-1",
                                        "message.timestamp.after.max.ms",
                                        Long.toString(Long.MAX_VALUE)))))
                        .all()
                        .get();
                for (Entry entry : of(topic)) {
                    producer.send(new ProducerRecord<>(
                                    prefix + topic, 0, entry.timestamp(), entry.key(), entry.value()))
                            .get();
                }
            }
            settings.remove((APPLICATION + "-models-changelog").replace('-', '.') + ".topic");
            admin.alterConsumerGroupOffsets(
                            prefix + APPLICATION,
                            Map.of(
                                    new TopicPartition(prefix + "samples", 0),
                                    new OffsetAndMetadata(of("samples").size())))
                    .all()
                    .get();
        }
        // There were no commands then: whoever upgrades creates their topics.
        settings.put("control.topic", prefix + "control");
        settings.put("events.topic", prefix + "events");
        Map<String, Boolean> created = Topics.create(Settings.of(settings), 1, Optional.of((short) 1), line -> {});
        assertThat(created.values().stream().filter(isNew -> isNew)).hasSize(2);
        return settings;
    }
}
