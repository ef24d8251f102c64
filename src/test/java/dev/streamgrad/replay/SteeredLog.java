package dev.streamgrad.replay;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.cluster.ClusterFacts;
import dev.streamgrad.control.Command;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.LearnTopology;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.jspecify.annotations.Nullable;

/**
 * The log of a model that is steered: what came in and went out of the real topology in the test driver, to be written
 * to a broker's topics as it is, or tampered with.
 */
public final class SteeredLog implements AutoCloseable {
    /** Hears of no progress, and never stops. */
    public static final ReplayListener QUIET = new ReplayListener() {
        @Override
        public void progress(long done, long total) {}

        @Override
        public boolean isStopped() {
            return false;
        }
    };

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final AtomicInteger TESTS = new AtomicInteger();
    /** Records of another time would soon be beyond the broker's retention. */
    public static final long NOW = System.currentTimeMillis();

    public static final byte[] XOR = bytes("xor");
    public static final String FASTER = "{\"id\":\"a\",\"command\":\"set\",\"settings\":{\"learning.rate\":\"2\"}}";

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A record of a topic. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record Entry(byte[] key, byte @Nullable [] value, long time) {
        public ObjectNode json() throws Exception {
            return (ObjectNode) JSON.readTree(value);
        }

        public Entry with(Consumer<ObjectNode> change) throws Exception {
            ObjectNode tree = json();
            change.accept(tree);
            return new Entry(key, JSON.writeValueAsBytes(tree), time);
        }
    }

    public final List<Entry> samples = new ArrayList<>();
    public final List<Entry> control = new ArrayList<>();
    public List<Entry> events = new ArrayList<>();
    public List<Entry> snapshots = new ArrayList<>();
    public final Settings settings;
    private final String bootstrapServers;
    private final TopologyTestDriver driver;
    private final TestInputTopic<byte[], byte[]> samplesIn;
    private final TestInputTopic<byte[], byte[]> controlIn;
    private final SampleSource source = Dataset.NOISY_XOR.samples(3);

    /**
     * A log of the model xor, with noisy samples and a snapshot every 20 versions.
     *
     * @param more settings, as KEY=VALUE
     */
    public SteeredLog(EmbeddedBroker broker, String... more) {
        bootstrapServers = broker.bootstrapServers();
        int test = TESTS.incrementAndGet();
        Map<String, String> given =
                new HashMap<>(Map.of("bootstrap.servers", broker.bootstrapServers(), "snapshot.every", "20"));
        for (String topic : List.of("samples", "snapshots", "control", "events")) {
            given.put(topic + ".topic", "ledger-" + topic + "-" + test);
        }
        for (String setting : more) {
            given.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        settings = Settings.of(given);
        driver = new TopologyTestDriver(
                LearnTopology.build(settings, new ClusterFacts("", 1, 1_000_000), this::readAgain),
                settings.kafka().streams());
        samplesIn =
                driver.createInputTopic(settings.samplesTopic(), new ByteArraySerializer(), new ByteArraySerializer());
        controlIn = driver.createInputTopic(
                settings.controlTopic().orElse("none"), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private boolean readAgain(int partition, long from, long to, Consumer<ConsumerRecord<byte[], byte[]>> take) {
        for (int offset = (int) from; offset <= to; offset++) {
            Entry entry = samples.get(offset);
            take.accept(new ConsumerRecord<>(settings.samplesTopic(), partition, offset, entry.key(), entry.value()));
        }
        return true;
    }

    public SteeredLog learn(int count) {
        for (int i = 0; i < count; i++) {
            sample(source.next().toJson());
        }
        return this;
    }

    public SteeredLog sample(byte[] value) {
        Entry entry = new Entry(XOR, value, NOW + samples.size());
        samples.add(entry);
        samplesIn.pipeInput(entry.key(), entry.value(), entry.time());
        return this;
    }

    /** Samples of another model, which is in the same partition. */
    public SteeredLog others(int count) {
        for (int i = 0; i < count; i++) {
            Entry entry = new Entry(bytes("other"), source.next().toJson(), NOW + samples.size());
            samples.add(entry);
            samplesIn.pipeInput(entry.key(), entry.value(), entry.time());
        }
        return this;
    }

    public SteeredLog command(String json) {
        Entry entry = new Entry(XOR, bytes(json), NOW + 1000 + control.size());
        control.add(entry);
        controlIn.pipeInput(entry.key(), entry.value(), entry.time());
        return this;
    }

    /** Gives the model a state back that learns what has come since. */
    public SteeredLog catchUp(byte[] state) {
        return command(new String(
                Command.catchUp(null, Snapshot.read(state), null, null).toJson(), StandardCharsets.UTF_8));
    }

    /** Takes what has been said. */
    public SteeredLog said() {
        events = output(settings.eventsTopic());
        snapshots = output(settings.snapshotsTopic());
        return this;
    }

    public List<Entry> output(String topic) {
        List<Entry> entries = new ArrayList<>();
        driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList()
                .forEach(record -> entries.add(new Entry(record.key(), record.value(), record.timestamp())));
        return entries;
    }

    public byte[] newestSnapshot() {
        return driver
                .createOutputTopic(settings.snapshotsTopic(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readValuesToList()
                .stream()
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    public SteeredLog written() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
                Producer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", bootstrapServers, "max.in.flight.requests.per.connection", "1"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            Map<String, List<Entry>> topics = Map.of(
                    settings.samplesTopic(), samples,
                    settings.controlTopic().orElseThrow(), control,
                    settings.eventsTopic(), events,
                    settings.snapshotsTopic(), snapshots);
            admin.createTopics(topics.keySet().stream()
                            .map(topic -> new NewTopic(topic, 1, (short) 1))
                            .toList())
                    .all()
                    .get();
            topics.forEach((topic, entries) -> entries.forEach(entry -> {
                var unused = producer.send(new ProducerRecord<>(topic, 0, entry.time(), entry.key(), entry.value()));
            }));
            producer.flush();
        }
        return this;
    }

    @Override
    public void close() {
        driver.close();
    }
}
