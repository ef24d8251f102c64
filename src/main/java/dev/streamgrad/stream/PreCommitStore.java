package dev.streamgrad.stream;

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
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.QueryableStoreType;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;
import org.apache.kafka.streams.state.internals.StateStoreProvider;
import org.jspecify.annotations.Nullable;

/**
 * A store over an inner, logged key-value store that may write, and send records, right before each commit: the one
 * class that knows Kafka Streams' internals.
 *
 * <p><b>The hook.</b> Kafka Streams calls {@link #flushCache} of a {@link CachedStateStore} in the task's
 * {@code prepareCommit}, before the producer is flushed and the transaction commits: what is written there commits
 * together with the offsets and the outputs. No other hook serves. {@code flush} and {@code commit} come after the
 * transaction under exactly-once; a punctuator does not run at a revocation; {@code Processor.close} is too late; and a
 * cached {@code put} for each record serializes the value each time (measured with 17 parameters: 3,870 ns a record
 * against 2,760).
 *
 * <p><b>Sending from there.</b> No record is being processed then, so {@link #asOf} puts the place back from which a
 * record is sent, as Kafka Streams' own caching stores do.
 *
 * <p><b>What it must not be.</b> No {@code KeyValueStore}, which the processor context would wrap, and nothing that
 * Kafka Streams would wrap for the sake of old checkpoint files, see {@link #managesOffsets}: in both cases the hook
 * would no longer be seen, and nothing would ever be written. A test counts the writes of a commit.
 */
abstract class PreCommitStore implements StateStore, CachedStateStore<Bytes, byte[]> {
    private final KeyValueStore<Bytes, byte[]> inner;
    /** Of the task. */
    private @Nullable InternalProcessorContext<?, ?> context;

    /** The node that sends. */
    private @Nullable ProcessorNode<?, ?, ?, ?> sender;

    PreCommitStore(KeyValueStore<Bytes, byte[]> inner) {
        this.inner = inner;
    }

    /** For interactive queries: the stores of one class, of all partitions that an instance has. */
    static <T> QueryableStoreType<List<T>> ofAllPartitions(Class<T> type) {
        return new QueryableStoreType<>() {
            @Override
            public boolean accepts(StateStore store) {
                return type.isInstance(store);
            }

            @Override
            public List<T> create(StateStoreProvider provider, String name) {
                return provider.stores(name, new QueryableStoreType<T>() {
                    @Override
                    public boolean accepts(StateStore store) {
                        return type.isInstance(store);
                    }

                    @Override
                    public T create(StateStoreProvider ofOne, String storeName) {
                        throw new UnsupportedOperationException("the provider hands out the stores themselves");
                    }
                });
            }
        };
    }

    /** Writes what is to be committed. */
    abstract void prepareCommit();

    /** Forgets what has not been written: its transaction is given up, and the bytes underneath may change. */
    abstract void drop();

    /** The logged store of bytes. */
    final KeyValueStore<Bytes, byte[]> inner() {
        return inner;
    }

    /** Says that the node that is being initialised is the one that sends. */
    final void sendFromHere() {
        sender = Objects.requireNonNull(context).currentNode();
    }

    /** Sends what has come of a record as if that were being processed. */
    final void asOf(InFlightRecord record, Consumer<InFlightRecord> sends) {
        InternalProcessorContext<?, ?> task = Objects.requireNonNull(context);
        ProcessorNode<?, ?, ?, ?> nodeBefore = task.currentNode();
        ProcessorRecordContext recordBefore = task.recordContext();
        task.setCurrentNode(sender);
        task.setRecordContext((ProcessorRecordContext) record.from());
        try {
            sends.accept(record);
        } finally {
            task.setCurrentNode(nodeBefore);
            task.setRecordContext(recordBefore);
        }
    }

    @Override
    public final void flushCache() {
        prepareCommit();
    }

    @Override
    public final void clearCache() {
        drop();
    }

    @Override
    public final boolean setFlushListener(CacheFlushListener<Bytes, byte[]> listener, boolean sendOldValues) {
        return false;
    }

    @Override
    public final String name() {
        return inner.name();
    }

    /** Registers {@code root}, which is this store, with the inner store's restore callback. */
    @Override
    public final void init(StateStoreContext storeContext, StateStore root) {
        drop();
        context = (InternalProcessorContext<?, ?>) storeContext;
        inner.init(storeContext, root);
    }

    @Override
    public final void commit(Map<TopicPartition, Long> changelogOffsets) {
        inner.commit(changelogOffsets);
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka's interface returns null for "none".
    public final Long committedOffset(TopicPartition partition) {
        return inner.committedOffset(partition);
    }

    /** As the inner store does, or Kafka Streams would wrap a persistent store for the sake of old checkpoint files. */
    @Override
    @SuppressWarnings("deprecation") // Asked by Kafka Streams until it is removed.
    public final boolean managesOffsets() {
        return inner.managesOffsets();
    }

    @Override
    public final void close() {
        drop();
        inner.close();
    }

    @Override
    public final boolean persistent() {
        return inner.persistent();
    }

    @Override
    public final boolean isOpen() {
        return inner.isOpen();
    }

    @Override
    public final Position getPosition() {
        return inner.getPosition();
    }
}
