package dev.streamgrad.stream;

import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.records.StateFormat;
import dev.streamgrad.stream.LearningListener.ModelListener;
import dev.streamgrad.stream.LearningListener.TaskListener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;
import org.apache.kafka.streams.processor.internals.ProcessorRecordContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.QueryableStoreType;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;
import org.apache.kafka.streams.state.internals.StateStoreProvider;
import org.jspecify.annotations.Nullable;

/**
 * The store {@code models}: live {@link Model} objects on the heap over an inner, logged key-value store of their
 * bytes.
 *
 * <p>A step changes a live model in place, which costs no serialization. What changed since the last commit is written
 * to the inner store, and so to the changelog, <b>once per commit</b>, in {@link #flushCache}. That is the only hook
 * that serves: Kafka Streams calls it in the task's {@code prepareCommit}, before the producer is flushed and the
 * transaction commits, so weights, predictions and offsets commit together. {@code flush} and {@code commit} come after
 * the transaction under exactly-once, a punctuator does not run at a revocation, and {@code Processor.close} is too
 * late.
 *
 * <p>The processor's records under way are finished there first, see {@link #beforeCommit}.
 *
 * <p>{@link CachedStateStore} is an internal interface of Kafka Streams; this class alone knows it and its like. It is
 * deliberately no {@code KeyValueStore}, which the processor context would wrap.
 *
 * <p>Live models are dropped whenever the bytes underneath may change without them: at {@link #init} (a corrupted task
 * is initialised again and restored), {@link #close} and {@link #clearCache} (a recycled task). Uncommitted steps go
 * with them, as the transaction does; the samples come again.
 */
final class ModelStore implements StateStore, StoredModels, CachedStateStore<Bytes, byte[]> {
    /** The store's name, and the end of its changelog's. */
    static final String NAME = STORE;

    /** For interactive queries: the stores of all partitions that an instance has. */
    static final QueryableStoreType<List<ModelStore>> OF_ALL_PARTITIONS = new QueryableStoreType<>() {
        @Override
        public boolean accepts(StateStore store) {
            return store instanceof ModelStore;
        }

        @Override
        public List<ModelStore> create(StateStoreProvider provider, String name) {
            return provider.stores(name, new QueryableStoreType<ModelStore>() {
                @Override
                public boolean accepts(StateStore store) {
                    return store instanceof ModelStore;
                }

                @Override
                public ModelStore create(StateStoreProvider ofOne, String its) {
                    throw new UnsupportedOperationException("the provider hands out the stores themselves");
                }
            });
        }
    };

    private static final int UNKNOWN = -1;

    private final KeyValueStore<Bytes, byte[]> inner;
    private final int mostLive;
    private final StateFormat format = new StateFormat();
    /** In the order of last use, the longest unused first. */
    private final Map<Bytes, LiveModel> live = new LinkedHashMap<>(16, 0.75f, true);

    private final Map<ModelSpec, Workbench> workbenches = new HashMap<>();
    private final List<LiveModel> dirty = new ArrayList<>();
    /** How many models there are, those not yet written included; {@link #UNKNOWN} until {@link #size} counts. */
    private int size = UNKNOWN;
    /** The last model asked for: a partition with one model never hashes its key. */
    private @Nullable LiveModel last;

    private TaskListener listener = TaskListener.NONE;
    private long records;
    /** The size of all bytes in the inner store; known when {@link #size} is. */
    private long bytes;

    private Runnable beforeCommit = () -> {};
    /** Of the task. */
    private @Nullable InternalProcessorContext<?, ?> context;

    /** The node that sends. */
    private @Nullable ProcessorNode<?, ?, ?, ?> learn;

    /** Hears of every model that comes back from its bytes. */
    private Consumer<LiveModel> onLoad = model -> {};

    /**
     * A store.
     *
     * @param inner the logged store of bytes
     * @param mostLive how many models stay on the heap over a commit
     */
    ModelStore(KeyValueStore<Bytes, byte[]> inner, int mostLive) {
        this.inner = inner;
        this.mostLive = mostLive;
    }

    void onLoad(Consumer<LiveModel> action) {
        onLoad = action;
    }

    /** Says that the node that is being initialised is the one that sends. */
    void sendFromHere() {
        learn = Objects.requireNonNull(context).currentNode();
    }

    void listenWith(TaskListener its) {
        if (dirty.isEmpty()) {
            // A task that is resumed still has those that told the last one.
            live.clear();
            last = null;
        }
        listener = its;
    }

    /** What is to be done first when a commit is prepared: it may send records. */
    void beforeCommit(Runnable action) {
        beforeCommit = action;
    }

    /**
     * Sends what has come of a record as if that were being processed. Kafka Streams' own caching stores do the same:
     * what they have held back, they too send when a commit is prepared, when no record is being processed.
     */
    void asOf(InFlightRecord work, Consumer<InFlightRecord> sends) {
        InternalProcessorContext<?, ?> its = Objects.requireNonNull(context);
        ProcessorNode<?, ?, ?, ?> node = its.currentNode();
        ProcessorRecordContext record = its.recordContext();
        its.setCurrentNode(learn);
        its.setRecordContext((ProcessorRecordContext) work.from());
        try {
            sends.accept(work);
        } finally {
            its.setCurrentNode(node);
            its.setRecordContext(record);
        }
    }

    /** Counts a record for the next commit. */
    void countRecord() {
        records++;
    }

    /** The model with this key, live; null if there is none yet. */
    @Nullable
    LiveModel get(byte[] key) {
        LiveModel recent = last;
        if (recent != null && Arrays.equals(recent.key().get(), key)) {
            return recent;
        }
        Bytes wrapped = Bytes.wrap(key);
        LiveModel found = live.get(wrapped);
        if (found == null) {
            byte[] state = inner.get(wrapped);
            if (state == null) {
                return null;
            }
            found = add(wrapped, format.read(state));
            found.stored(state.length);
            onLoad.accept(found);
        }
        last = found;
        return found;
    }

    /** A new model, version 0, made by the sample at this offset. It is not written before it {@link #changed}. */
    LiveModel create(byte[] key, ModelSpec spec, long offset) {
        size = size() + 1;
        LiveModel created =
                add(Bytes.wrap(key.clone()), workbenchFor(spec).untrained().another(offset));
        last = created;
        return created;
    }

    /**
     * How many models there are. The first call after a restore counts them, because an inner store on disk only
     * estimates; that reads every model once. Nothing has been created since, or it would be known.
     */
    int size() {
        if (size == UNKNOWN) {
            int counted = 0;
            bytes = 0;
            try (KeyValueIterator<Bytes, byte[]> all = inner.all()) {
                while (all.hasNext()) {
                    bytes += all.next().value.length;
                    counted++;
                }
            }
            size = counted;
        }
        return size;
    }

    @Override
    public byte @Nullable [] stored(byte[] key) {
        return inner.get(Bytes.wrap(key));
    }

    @Override
    public void storedNames(String after, int limit, Consumer<String> names) {
        Bytes from = after.isEmpty() ? null : Bytes.wrap(after.getBytes(StandardCharsets.UTF_8));
        try (KeyValueIterator<Bytes, byte[]> range = inner.range(from, null)) {
            for (int left = limit; left > 0 && range.hasNext(); ) {
                Bytes key = range.next().key;
                if (!key.equals(from)) {
                    names.accept(new String(key.get(), StandardCharsets.UTF_8));
                    left--;
                }
            }
        }
    }

    /** Version 0 of a model that is not there: to predict with, not to be trained. */
    LiveModel untrained(byte[] key, ModelSpec spec) {
        Workbench workbench = workbenchFor(spec);
        return new LiveModel(
                Bytes.wrap(key),
                new String(key, StandardCharsets.UTF_8),
                workbench.untrained(),
                workbench,
                ModelListener.NONE);
    }

    private LiveModel add(Bytes key, Model model) {
        String name = new String(key.get(), StandardCharsets.UTF_8);
        ModelSpec spec = model.spec();
        LiveModel added = new LiveModel(
                key,
                name,
                model,
                workbenchFor(spec),
                listener.model(name, spec.task(), spec.architecture().depth()));
        live.put(key, added);
        return added;
    }

    /** What models of this spec share. */
    Workbench workbenchFor(ModelSpec spec) {
        return workbenches.computeIfAbsent(spec, Workbench::new);
    }

    /** Says that the model has changed and must be written before the next commit. */
    void changed(LiveModel model) {
        if (!model.isDirty()) {
            model.setDirty();
            dirty.add(model);
        }
    }

    @Override
    public void flushCache() {
        beforeCommit.run();
        int models = dirty.isEmpty() ? size : size();
        for (LiveModel model : dirty) {
            byte[] state = format.write(model.model());
            inner.put(model.key(), state);
            bytes += state.length - model.storedBytes();
            model.stored(state.length);
        }
        dirty.clear();
        dropLongestUnused();
        if (models != UNKNOWN) {
            listener.committing(records, models, live.size(), bytes);
            records = 0;
        }
    }

    /** Everything is written now, so what goes from the heap comes back from its bytes when it is asked for. */
    private void dropLongestUnused() {
        if (live.size() > mostLive) {
            Iterator<LiveModel> longestUnused = live.values().iterator();
            for (int excess = live.size() - mostLive; excess > 0; excess--) {
                longestUnused.next();
                longestUnused.remove();
            }
            last = null;
        }
    }

    @Override
    public void clearCache() {
        live.clear();
        dirty.clear();
        last = null;
        size = UNKNOWN;
        records = 0;
    }

    @Override
    public boolean setFlushListener(CacheFlushListener<Bytes, byte[]> listener, boolean sendOldValues) {
        return false;
    }

    @Override
    public String name() {
        return inner.name();
    }

    /** Registers {@code root}, which is this store, with the inner store's restore callback. */
    @Override
    public void init(StateStoreContext context, StateStore root) {
        clearCache();
        this.context = (InternalProcessorContext<?, ?>) context;
        inner.init(context, root);
    }

    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        inner.commit(changelogOffsets);
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka's interface returns null for "none".
    public Long committedOffset(TopicPartition partition) {
        return inner.committedOffset(partition);
    }

    /**
     * As the inner store does. It matters: a persistent store that did not would be wrapped by Kafka Streams for the
     * sake of old checkpoint files, {@link #flushCache} would no longer be seen, and no model would ever be written.
     */
    @Override
    @SuppressWarnings("deprecation") // Asked by Kafka Streams until it is removed.
    public boolean managesOffsets() {
        return inner.managesOffsets();
    }

    @Override
    public void close() {
        clearCache();
        inner.close();
    }

    @Override
    public boolean persistent() {
        return inner.persistent();
    }

    @Override
    public boolean isOpen() {
        return inner.isOpen();
    }

    @Override
    public Position getPosition() {
        return inner.getPosition();
    }
}
