package dev.streamgrad.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.ModelState;
import dev.streamgrad.learning.Task;
import dev.streamgrad.records.StateFormat;
import dev.streamgrad.records.ValueFormat;
import dev.streamgrad.stream.LearningListener.ModelListener;
import dev.streamgrad.stream.LearningListener.TaskListener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LiveModelsTest {
    private static final double[] FEATURES = {0, 1};
    private static final double[] LABEL = {1};

    /** The bytes of all models, by name. */
    private final Map<String, byte[]> bytes = new TreeMap<>();

    private final List<String> loaded = new ArrayList<>();
    private int writes;

    private final LiveModels models = new LiveModels(
            new LiveModels.States() {
                @Override
                public byte @Nullable [] get(byte[] key) {
                    return bytes.get(new String(key, StandardCharsets.UTF_8));
                }

                @Override
                public void put(byte[] key, byte[] state) {
                    writes++;
                    bytes.put(new String(key, StandardCharsets.UTF_8), state);
                }

                @Override
                public void delete(byte[] key) {
                    bytes.remove(new String(key, StandardCharsets.UTF_8));
                }
            },
            2,
            new StateFormat(),
            new Watches(() -> 0));

    private int size(String name) {
        return Objects.requireNonNull(bytes.get(name)).length;
    }

    private static byte[] key(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    private void begin() {
        models.begin(
                ValueFormat.JSON,
                TaskListener.NONE,
                model -> loaded.add(model.name()),
                bytes.size(),
                bytes.values().stream().mapToLong(state -> state.length).sum());
    }

    private LiveModel learned(String name) {
        LiveModel live = models.get(key(name));
        if (live == null) {
            live = models.create(key(name), ModelSpec.xor(), 7);
        }
        live.workbench().learner().learn(live.model(), FEATURES, LABEL, 1.0);
        models.changed(live);
        return live;
    }

    private static Map<String, Long> counters(@Nullable LiveModel live) {
        return ModelState.counters(Objects.requireNonNull(live).model());
    }

    @Test
    void aModel_isWrittenOnce_howeverOftenItHasChanged() {
        for (int i = 0; i < 100; i++) {
            learned("xor");
        }
        assertThat(writes).isZero();
        models.writeChanges();
        assertThat(writes).isEqualTo(1);
        models.writeChanges();
        assertThat(writes).isEqualTo(1);
        assertThat(models.bytes()).isEqualTo(size("xor"));
    }

    @Test
    void theLongestUnused_goFromTheHeap_andComeBackAsTheyWere() {
        begin();
        for (String name : List.of("a", "b", "c")) {
            learned(name);
        }
        assertThat(models.live()).as("before they are written").isEqualTo(3);
        models.writeChanges();
        assertThat(models.live()).isEqualTo(2);
        assertThat(models.count()).isEqualTo(3);
        Model back = learned("a").model();
        assertThat(loaded).containsExactly("a");
        assertThat(back.version()).isEqualTo(2);
    }

    /** Kafka Streams suspends a task and resumes it without a new store: the processor then begins anew. */
    @Test
    void whatWasNotWritten_isGone_whenItBeginsAnew() {
        begin();
        learned("xor");
        models.writeChanges();
        Map<String, Long> committed = counters(models.get(key("xor")));
        learned("xor");
        learned("new");
        begin();
        assertThat(counters(models.get(key("xor")))).isEqualTo(committed);
        assertThat(models.get(key("new"))).isNull();
        assertThat(models.count()).isEqualTo(1);
        assertThat(models.haveChanged()).isFalse();
    }

    @Test
    void aNewListener_isToldOfModelsThatTheOldOneKnew() {
        ModelListener first = new ModelListener() {};
        ModelListener second = new ModelListener() {};
        models.begin(ValueFormat.JSON, of(first), model -> {}, 0, 0);
        assertThat(learned("xor").listener()).isSameAs(first);
        models.writeChanges();
        models.begin(ValueFormat.JSON, of(second), model -> {}, 1, size("xor"));
        assertThat(Objects.requireNonNull(models.get(key("xor"))).listener()).isSameAs(second);
    }

    private static TaskListener of(ModelListener each) {
        return new TaskListener() {
            @Override
            public ModelListener model(String name, Task task, int layers) {
                return each;
            }
        };
    }

    @Test
    void aModelThatIsNotThere_isAnsweredByVersion0_andNotRemembered() {
        LiveModel untrained = models.untrained(key("xor"), ModelSpec.xor());
        assertThat(untrained.model().version()).isZero();
        assertThat(models.get(key("xor"))).isNull();
        assertThat(models.count()).isZero();
    }
}
