package dev.streamgrad.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.cluster.ClusterFacts;
import dev.streamgrad.replay.SteeredLog;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.LearnTopology;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is sent to a learner, the audit of its own log does not accuse it. */
class HostileRecordsTest {
    private static final String GOOD = "{\"features\":[0,1],\"label\":[1]}";
    /** Of every kind: keys that name models or cannot, values that are samples or are not. */
    private static final List<@Nullable String> KEYS = new ArrayList<>(List.of(
            "a b",
            "a\u00A0b",
            "a\u2028b",
            "\u00E4",
            "a\u0308",
            "\uFEFFa b",
            "A B",
            "",
            "a\nb",
            "x".repeat(250),
            "xor"));

    private static final List<@Nullable String> VALUES = new ArrayList<>(List.of(
            GOOD,
            "{\"features\":[0,1]}",
            "{\"features\":[1,0],\"label\":1,\"weight\":0}",
            "{\"features\":[1,0],\"label\":1,\"weight\":1e308}",
            "{\"features\":[1e308,-1e308],\"label\":0}",
            "{\"features\":[-0.0,4.9e-324],\"label\":-0.0}",
            "{\"features\":[NaN,1],\"label\":1}",
            "{\"features\":[1,1],\"label\":2}",
            "{\"features\":[1,1],\"label\":0,\"id\":\"\\uD800\"}",
            "{\"features\":[1,1],\"label\":0,\"id\":7}",
            "{\"features\":[1,1],\"label\":0,\"label\":1}",
            "\uFEFF \n{\"features\":[1,0.1],\"label\":1}\t",
            GOOD + GOOD,
            ""));

    static {
        KEYS.add(null);
        VALUES.add(null);
    }

    private static int tests;

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

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Entry(byte @Nullable [] key, byte @Nullable [] value, long timestamp) {}

    private static byte @Nullable [] utf8(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /** Lets a real topology learn these records, and audits what is then in the topics. */
    private static List<Finding> audit(List<Entry> samples, String... more) throws Exception {
        int test = tests++;
        Map<String, String> map = new HashMap<>(Map.of(
                "bootstrap.servers", broker.bootstrapServers(),
                "samples.topic", "hostile-samples-" + test,
                "snapshots.topic", "hostile-snapshots-" + test));
        for (String setting : more) {
            map.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        Settings settings = Settings.of(map);
        List<Entry> snapshots = new ArrayList<>();
        try (TopologyTestDriver driver = new TopologyTestDriver(
                LearnTopology.build(settings, new ClusterFacts("", 1, 1_000_000)),
                settings.kafka().streams())) {
            TestInputTopic<byte[], byte[]> in = driver.createInputTopic(
                    settings.samplesTopic(), new ByteArraySerializer(), new ByteArraySerializer());
            TestOutputTopic<byte[], byte[]> out = driver.createOutputTopic(
                    settings.snapshotsTopic(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
            samples.forEach(sample -> in.pipeInput(sample.key(), sample.value(), sample.timestamp()));
            out.readRecordsToList()
                    .forEach(record -> snapshots.add(new Entry(record.key(), record.value(), record.timestamp())));
        }
        assertThat(snapshots).isNotEmpty();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
                Producer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                broker.bootstrapServers(),
                                "max.in.flight.requests.per.connection",
                                "1"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            Map<String, String> forAllTimes =
                    Map.of("retention.ms", "-1", "message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE));
            admin.createTopics(List.of(
                            new NewTopic(settings.samplesTopic(), 1, (short) 1).configs(forAllTimes),
                            new NewTopic(settings.snapshotsTopic(), 1, (short) 1).configs(forAllTimes)))
                    .all()
                    .get();
            write(producer, settings.samplesTopic(), samples);
            write(producer, settings.snapshotsTopic(), snapshots);
        }
        return new Audit(settings, Optional.empty(), SteeredLog.QUIET).run().orElseThrow();
    }

    private static void write(Producer<byte[], byte[]> producer, String topic, List<Entry> entries) throws Exception {
        for (Entry entry : entries) {
            var unused = producer.send(new ProducerRecord<>(topic, 0, entry.timestamp(), entry.key(), entry.value()));
        }
        producer.flush();
    }

    @ParameterizedTest
    @ValueSource(strings = {"on.divergence=skip", "on.divergence=restore"})
    void recordsOfEveryKind_andTimesOfEveryAge_leaveEveryModelHonest(String policy) throws Exception {
        long[] times = {0, 1, 1_700_000_000_000L, 4_102_444_800_000L, Long.MAX_VALUE};
        List<Entry> samples = new ArrayList<>();
        for (int round = 0; round < 7; round++) {
            for (String key : KEYS) {
                for (String value : VALUES) {
                    samples.add(new Entry(utf8(key), utf8(value), times[samples.size() % times.length]));
                }
                samples.add(new Entry(new byte[] {'a', (byte) 0xC3}, utf8(GOOD), 0));
            }
        }
        List<Finding> findings =
                audit(samples, "snapshot.every=10", "live.models=1", policy, "divergence.restore.after=1");
        assertThat(findings).hasSizeGreaterThan(5).allMatch(Finding::isGood);
        assertThat(findings).extracting(Finding::model).contains("a b", "a\u2028b", "xor");
    }

    /** The learner makes a dead letter of a record that is larger than it takes, however good it would be. */
    @Test
    void recordThatWasTooLargeToLearn_isNotLearnedByTheAudit() throws Exception {
        List<Entry> samples = new ArrayList<>();
        samples.add(new Entry(utf8("a b"), utf8("{\"features\":[1,0],\"label\":1}"), 0));
        samples.add(new Entry(utf8("a b"), utf8(GOOD.replace("}", ",\"more\":\"" + "x".repeat(100) + "\"}")), 0));
        samples.add(new Entry(utf8("a b"), utf8(GOOD), 0));
        assertThat(audit(samples, "snapshot.every=2", "max.record.bytes=100"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.isGood()).isTrue());
    }
}
