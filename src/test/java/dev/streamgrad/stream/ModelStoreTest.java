package dev.streamgrad.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.ModelState;
import dev.streamgrad.learning.Task;
import dev.streamgrad.stream.LearningListener.ModelListener;
import dev.streamgrad.stream.LearningListener.TaskListener;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the store does without a task; what it does in one is in {@code LearnTopologyTest} and {@code LearnerIT}. */
class ModelStoreTest {
    private static final byte[] XOR = "xor".getBytes(StandardCharsets.UTF_8);

    private final KeyValueStore<Bytes, byte[]> inner =
            HashStore.supplier(ModelStore.NAME).get();
    private final ModelStore store = new ModelStore(inner, 10);

    @BeforeEach
    void openInner() {
        inner.init(new MockProcessorContext<>().getStateStoreContext(), inner);
    }

    /** Kafka Streams suspends a task and resumes it without a new store: the processor then begins anew. */
    @Test
    void aResumedTask_tellsItsNewListener_andGoesOnWithItsModels() {
        ModelListener first = new ModelListener() {};
        ModelListener second = new ModelListener() {};
        store.listenWith(of(first));
        LiveModel created = store.create(XOR, ModelSpec.xor(), 7);
        assertThat(created.listener()).isSameAs(first);
        store.changed(created);
        store.flushCache();

        store.listenWith(of(second));
        LiveModel resumed = Objects.requireNonNull(store.get(XOR));
        assertThat(resumed.listener()).isSameAs(second);
        assertThat(ModelState.counters(resumed.model())).isEqualTo(ModelState.counters(created.model()));
    }

    private static TaskListener of(ModelListener each) {
        return new TaskListener() {
            @Override
            public ModelListener model(String name, Task task, int layers) {
                return each;
            }
        };
    }
}
