package dev.streamgrad.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.streamgrad.cluster.ClusterFacts;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.records.PartitionState;
import dev.streamgrad.records.StateFormat;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.LearningListener.TaskListener;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a commit reads, writes and tells. Kafka's test driver commits after each record. */
class ModelStoreTest {
    private static final String SAMPLE = "{\"features\":[0,1],\"label\":[1]}";
    private static final String REQUEST = "{\"features\":[0,1]}";

    /** The methods of a store that read more than one model. */
    private static final Set<String> SCANS = Set.of("all", "reverseAll", "range", "reverseRange", "prefixScan");

    /** What {@link TaskListener#committing} is told. */
    private record Commit(long records, long models, long stateBytes) {}

    /** A learner over these bytes, which outlive it as a changelog does. */
    private static final class Running implements AutoCloseable {
        final List<String> scans = new ArrayList<>();

        final List<Commit> commits = new ArrayList<>();
        private final Map<Bytes, byte[]> bytes;
        private final TopologyTestDriver driver;
        private final TestInputTopic<byte[], byte[]> samples;

        Running(Map<Bytes, byte[]> bytes) {
            this(bytes, Map.of());
        }

        Running(Map<Bytes, byte[]> bytes, Map<String, String> given) {
            this.bytes = bytes;
            Settings settings = Settings.of(given);
            LearningListener listener = partition -> new TaskListener() {
                @Override
                public void committing(long records, long models, int live, long stateBytes) {
                    commits.add(new Commit(records, models, stateBytes));
                }
            };
            this.driver = new TopologyTestDriver(
                    LearnTopology.build(
                            settings, new ClusterFacts("", 1, 1_000_000), supplier(), listener, reason -> {}),
                    settings.kafka().streams());
            this.samples = driver.createInputTopic("samples", new ByteArraySerializer(), new ByteArraySerializer());
        }

        private KeyValueBytesStoreSupplier supplier() {
            KeyValueBytesStoreSupplier supplier = HashStore.supplier(ModelStore.NAME);
            return new KeyValueBytesStoreSupplier() {
                @Override
                public String name() {
                    return supplier.name();
                }

                @Override
                public KeyValueStore<Bytes, byte[]> get() {
                    KeyValueStore<Bytes, byte[]> store = supplier.get();
                    bytes.forEach(store::put);
                    return watched(store);
                }

                @Override
                public String metricsScope() {
                    return supplier.metricsScope();
                }
            };
        }

        @SuppressWarnings("unchecked")
        private KeyValueStore<Bytes, byte[]> watched(KeyValueStore<Bytes, byte[]> store) {
            return (KeyValueStore<Bytes, byte[]>) Proxy.newProxyInstance(
                    KeyValueStore.class.getClassLoader(),
                    new Class<?>[] {KeyValueStore.class},
                    (proxy, method, arguments) -> {
                        String name = method.getName();
                        if (SCANS.contains(name)) {
                            scans.add(name);
                        }
                        if (name.equals("put")) {
                            bytes.put((Bytes) arguments[0], (byte[]) arguments[1]);
                        }
                        try {
                            return method.invoke(store, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }

        void send(@Nullable String model, String value) {
            samples.pipeInput(
                    model == null ? null : model.getBytes(StandardCharsets.UTF_8),
                    value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void close() {
            driver.close();
        }
    }

    private static long size(Map<Bytes, byte[]> bytes) {
        return bytes.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(Bytes.wrap(PartitionState.key())))
                .mapToLong(entry -> entry.getValue().length)
                .sum();
    }

    private static Map<Bytes, byte[]> statesOfOldRelease(int models) {
        Map<Bytes, byte[]> bytes = new TreeMap<>();
        byte[] state = new StateFormat().write(new Model(ModelSpec.xor()));
        for (int i = 0; i < models; i++) {
            bytes.put(Bytes.wrap(("old-" + i).getBytes(StandardCharsets.UTF_8)), state);
        }
        return bytes;
    }

    @Test
    void modelsThatNobodyHasCounted_areReadOnce_whereNoTransactionIsOpen() {
        Map<Bytes, byte[]> bytes = statesOfOldRelease(5);
        try (Running learner = new Running(bytes)) {
            assertThat(learner.scans).as("before the first commit").containsExactly("all");
            learner.send("old-3", SAMPLE);
            learner.send("new", SAMPLE);
            learner.send("old-3", SAMPLE);
            assertThat(learner.scans).as("after three commits").containsExactly("all");
            assertThat(learner.commits).extracting(Commit::models).containsExactly(5L, 6L, 6L);
            assertThat(learner.commits).last().extracting(Commit::stateBytes).isEqualTo(size(bytes));
        }
    }

    @Test
    void modelsThatACommitHasCounted_areNeverReadAtOnce() {
        Map<Bytes, byte[]> bytes = statesOfOldRelease(5);
        try (Running learner = new Running(bytes)) {
            learner.send("new", SAMPLE);
        }
        try (Running successor = new Running(bytes)) {
            successor.send("new", SAMPLE); // Has the offset of the first one's, so it is skipped.
            successor.send("newer", SAMPLE);
            successor.send("old-3", SAMPLE);
            assertThat(successor.scans).isEmpty();
            assertThat(successor.commits).extracting(Commit::models).containsExactly(6L, 7L, 7L);
            assertThat(successor.commits).last().extracting(Commit::stateBytes).isEqualTo(size(bytes));
        }
    }

    @Test
    void aPartitionWithRequestsOnly_tellsOfEachCommit() {
        try (Running learner = new Running(new TreeMap<>())) {
            learner.send("xor", REQUEST);
            learner.send("xor", REQUEST);
            learner.send("xor", "no sample");
            assertThat(learner.commits).containsExactly(new Commit(1, 0, 0), new Commit(1, 0, 0), new Commit(1, 0, 0));
        }
    }

    @Test
    void anotherDefaultModel_isRefused_onceARecordWithoutAKeyHasTrainedTheFirst() {
        Map<Bytes, byte[]> bytes = new TreeMap<>();
        try (Running learner = new Running(bytes, Map.of("default.model", "first"))) {
            learner.send(null, SAMPLE);
            learner.send("first", SAMPLE);
        }
        assertThatThrownBy(() -> new Running(bytes, Map.of("default.model", "second")))
                .rootCause()
                .isInstanceOf(StateRefusedException.class)
                .hasMessage("default.model must stay first, which the records without a key have trained; got second;"
                        + " set it back, or send a key with each record and forget the models: streamgrad reset");
        try (Running successor = new Running(bytes, Map.of("default.model", "first"))) {
            assertThat(successor.commits).isEmpty();
        }
    }

    /** By other settings the same records would have made other models. */
    @Test
    void anotherReadingOfTheSamples_isRefused_onceThereIsAModel() {
        Map<Bytes, byte[]> bytes = new TreeMap<>();
        Map<String, String> byKey = Map.of("features", "a", "layers", "*,1");
        Map<String, String> byField = Map.of("features", "a", "layers", "*,1", "model", "shop");
        try (Running learner = new Running(bytes, byKey)) {
            learner.send("north", "no sample");
        }
        try (Running learner = new Running(bytes, byField)) {
            // The test driver begins at offset 0 again, which has been dealt with.
            learner.send("any", "skipped");
            learner.send("any", "{\"shop\":\"north\",\"a\":1,\"label\":1}");
        }
        assertThatThrownBy(() -> new Running(bytes, byKey))
                .rootCause()
                .isInstanceOf(StateRefusedException.class)
                .hasMessageStartingWith("the samples must be read as they were when the models learned from them; these"
                        + " settings were others: model shop (now its default); set them back");
        try (Running successor = new Running(bytes, byField)) {
            assertThat(successor.commits).isEmpty();
        }
    }

    @Test
    void anotherDefaultModel_isTaken_whereRecordsWithoutAKeyHaveTrainedNone() {
        Map<Bytes, byte[]> bytes = new TreeMap<>();
        try (Running learner = new Running(bytes, Map.of("default.model", "first", "max.models", "1"))) {
            learner.send("other", SAMPLE);
            learner.send(null, REQUEST);
            learner.send(null, "no sample");
            learner.send(null, "{\"features\":[0],\"label\":[1]}");
            learner.send(null, SAMPLE); // One model more than max.models.
        }
        assertThat(partitionState(bytes).lastOffset()).isEqualTo(4);
        assertThat(partitionState(bytes).keylessModel()).isEmpty();
        try (Running successor = new Running(bytes, Map.of("default.model", "second"))) {
            assertThat(successor.commits).isEmpty();
        }
    }

    private static PartitionState partitionState(Map<Bytes, byte[]> bytes) {
        return PartitionState.read(Objects.requireNonNull(bytes.get(Bytes.wrap(PartitionState.key()))));
    }
}
