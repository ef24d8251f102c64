package dev.streamgrad.stream;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
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
 * up the learner. The price is that a {@link #range}, which only {@code /models} asks for, has to sort.
 *
 * <p>One thread writes, any reads.
 */
final class HashStore implements KeyValueStore<Bytes, byte[]> {
    private final String name;
    private final Map<Bytes, byte[]> values = new ConcurrentHashMap<>();
    private final Position position = Position.emptyPosition();
    private volatile boolean open;

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
        return values.get(key);
    }

    @Override
    public void put(Bytes key, byte @Nullable [] value) {
        if (value == null) {
            values.remove(key);
        } else {
            values.put(key, value);
        }
    }

    @Override
    public byte @Nullable [] putIfAbsent(Bytes key, byte[] value) {
        return values.putIfAbsent(key, value);
    }

    @Override
    public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
        entries.forEach(entry -> put(entry.key, entry.value));
    }

    @Override
    public byte @Nullable [] delete(Bytes key) {
        return values.remove(key);
    }

    /** In the order of the keys' bytes; both bounds belong to it, and null is none. */
    @Override
    public KeyValueIterator<Bytes, byte[]> range(@Nullable Bytes from, @Nullable Bytes to) {
        return new Entries(values.entrySet().stream()
                .filter(entry -> (from == null || entry.getKey().compareTo(from) >= 0)
                        && (to == null || entry.getKey().compareTo(to) <= 0))
                .sorted(Map.Entry.comparingByKey())
                .iterator());
    }

    /** In no order. */
    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
        return new Entries(values.entrySet().iterator());
    }

    @Override
    public long approximateNumEntries() {
        return values.size();
    }

    /** Nothing is kept beyond this process. */
    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {}

    @Override
    public void close() {
        values.clear();
        open = false;
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

    private static final class Entries implements KeyValueIterator<Bytes, byte[]> {
        private final Iterator<Map.Entry<Bytes, byte[]>> entries;
        private Map.@Nullable Entry<Bytes, byte[]> next;

        Entries(Iterator<Map.Entry<Bytes, byte[]>> entries) {
            this.entries = entries;
        }

        @Override
        public boolean hasNext() {
            return next != null || entries.hasNext();
        }

        private Map.Entry<Bytes, byte[]> peek() {
            if (next == null) {
                next = entries.next();
            }
            return next;
        }

        @Override
        public Bytes peekNextKey() {
            return peek().getKey();
        }

        @Override
        public KeyValue<Bytes, byte[]> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Map.Entry<Bytes, byte[]> entry = peek();
            next = null;
            return KeyValue.pair(entry.getKey(), entry.getValue());
        }

        @Override
        public void close() {}
    }
}
