package dev.streamgrad.stream;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.processor.BatchingStateRestoreCallback;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of all models in memory, by hash.
 *
 * <p>Kafka Streams' own store in memory is a tree under a lock. With a million models each sample searches it twice,
 * and each of twenty levels is an entry, a key and an array that no processor cache has: that took longer than
 * everything that the learner does with the sample. Here it is one bucket, and whoever looks from outside does not hold
 * up the learner.
 *
 * <p>A {@link #range}, which only {@code /models} asks for, needs an order. The first one sorts all keys into an index,
 * by which it and every later one cost no more than what is taken from them; from then on a key that is new costs a
 * search of the index, and about 100 bytes, once. A store that nobody asks for a range pays nothing.
 *
 * <p>One thread writes, any reads, and none waits for another; only those that ask for a range wait for the index. As
 * Kafka Streams' own stores do, a store that is closed refuses to be read: its models have moved, which is not to say
 * that they do not exist. A reader looks whether the store is open <i>after</i> it has read, because {@link #close} may
 * come in between, and what it has removed must not look as if it had never been there.
 */
final class HashStore implements KeyValueStore<Bytes, byte[]> {
    private final String name;
    private final Map<Bytes, byte[]> values = new ConcurrentHashMap<>();
    private final Position position = Position.emptyPosition();
    private volatile boolean open;
    /**
     * All keys in the order of their bytes, and perhaps some that have just been removed; null until a range is asked.
     */
    private volatile @Nullable NavigableSet<Bytes> index;

    /** Held by whoever makes the index, and so by those that wait for it. */
    private final Object indexing = new Object();

    private HashStore(String name) {
        this.name = name;
    }

    /** Supplies stores of this name. */
    static KeyValueBytesStoreSupplier supplier(String name) {
        return new KeyValueBytesStoreSupplier() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public KeyValueStore<Bytes, byte[]> get() {
                return new HashStore(name);
            }

            @Override
            public String metricsScope() {
                return "in-memory";
            }
        };
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        context.register(root, (BatchingStateRestoreCallback)
                records -> records.forEach(restored -> put(Bytes.wrap(restored.key), restored.value)));
        open = true;
    }

    @Override
    public byte @Nullable [] get(Bytes key) {
        byte[] value = values.get(key);
        requireOpen();
        return value;
    }

    private void requireOpen() {
        if (!open) {
            throw new InvalidStateStoreException("store " + name + " is not open: its models are being moved");
        }
    }

    @Override
    public void put(Bytes key, byte @Nullable [] value) {
        if (value == null) {
            delete(key);
        } else if (values.put(key, value) == null) {
            addToIndex(key);
        }
    }

    @Override
    public byte @Nullable [] putIfAbsent(Bytes key, byte[] value) {
        byte[] before = values.putIfAbsent(key, value);
        if (before == null) {
            addToIndex(key);
        }
        return before;
    }

    /** The key is among the values already: an index that is published after this look finds it there. */
    private void addToIndex(Bytes key) {
        NavigableSet<Bytes> keys = index;
        if (keys != null) {
            keys.add(key);
        }
    }

    @Override
    public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
        entries.forEach(entry -> put(entry.key, entry.value));
    }

    @Override
    public byte @Nullable [] delete(Bytes key) {
        byte[] before = values.remove(key);
        NavigableSet<Bytes> keys = index;
        if (keys != null) {
            keys.remove(key);
        }
        return before;
    }

    /** In the order of the keys' bytes; both bounds belong to it, and null is none. */
    @Override
    public KeyValueIterator<Bytes, byte[]> range(@Nullable Bytes from, @Nullable Bytes to) {
        NavigableSet<Bytes> keys = sortedKeys();
        requireOpen();
        if (from != null && to != null && from.compareTo(to) > 0) {
            return new Entries(Collections.emptyIterator());
        }
        NavigableSet<Bytes> atLeast = from == null ? keys : keys.tailSet(from, true);
        return new Entries((to == null ? atLeast : atLeast.headSet(to, true)).iterator());
    }

    /**
     * The index, with every key that was put before this was called. It is published before it is filled, so that the
     * writing thread adds what comes meanwhile.
     */
    private NavigableSet<Bytes> sortedKeys() {
        synchronized (indexing) {
            NavigableSet<Bytes> keys = index;
            if (keys == null) {
                keys = new ConcurrentSkipListSet<>();
                index = keys;
                keys.addAll(values.keySet());
            }
            return keys;
        }
    }

    /** In no order. */
    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
        requireOpen();
        return new Entries(values.keySet().iterator());
    }

    @Override
    public long approximateNumEntries() {
        long size = values.size();
        requireOpen();
        return size;
    }

    /** Nothing is kept beyond this process. */
    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {}

    @Override
    public void close() {
        open = false;
        values.clear();
        index = null;
    }

    @Override
    public boolean persistent() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public Position getPosition() {
        return position;
    }

    /** Looks each value up when its turn comes, and passes over keys that have been removed since. */
    private final class Entries implements KeyValueIterator<Bytes, byte[]> {
        private final Iterator<Bytes> keys;
        private @Nullable KeyValue<Bytes, byte[]> next;

        Entries(Iterator<Bytes> keys) {
            this.keys = keys;
        }

        @Override
        public boolean hasNext() {
            while (next == null && keys.hasNext()) {
                Bytes key = keys.next();
                byte[] value = values.get(key);
                next = value == null ? null : KeyValue.pair(key, value);
            }
            requireOpen();
            return next != null;
        }

        private KeyValue<Bytes, byte[]> peek() {
            if (!hasNext() || next == null) {
                throw new NoSuchElementException();
            }
            return next;
        }

        @Override
        public Bytes peekNextKey() {
            return peek().key;
        }

        @Override
        public KeyValue<Bytes, byte[]> next() {
            KeyValue<Bytes, byte[]> entry = peek();
            next = null;
            return entry;
        }

        @Override
        public void close() {}
    }
}
