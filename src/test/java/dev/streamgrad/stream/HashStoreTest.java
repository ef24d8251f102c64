package dev.streamgrad.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HashStoreTest {
    private final KeyValueStore<Bytes, byte[]> store =
            HashStore.supplier("models").get();
    private final TreeMap<Bytes, byte[]> expected = new TreeMap<>();

    @BeforeEach
    void open() {
        store.init(new MockProcessorContext<>().getStateStoreContext(), store);
    }

    private static Bytes key(String name) {
        return Bytes.wrap(name.getBytes(StandardCharsets.UTF_8));
    }

    private void put(String name) {
        byte[] value = {(byte) name.length()};
        store.put(key(name), value);
        expected.put(key(name), value);
    }

    private static List<Bytes> keys(KeyValueIterator<Bytes, byte[]> iterator) {
        List<Bytes> keys = new ArrayList<>();
        try (iterator) {
            while (iterator.hasNext()) {
                Bytes next = iterator.peekNextKey();
                assertThat(iterator.next().key).isEqualTo(next);
                keys.add(next);
            }
            assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
        }
        return keys;
    }

    @Test
    void range_isInTheOrderOfTheBytes_withBothBounds() {
        for (String name : List.of("b", "a", "ab", "ä", "c", "aa", "😀")) {
            put(name);
        }
        assertThat(keys(store.range(null, null))).containsExactlyElementsOf(expected.keySet());
        assertThat(keys(store.range(key("aa"), null)))
                .containsExactlyElementsOf(expected.tailMap(key("aa"), true).keySet());
        assertThat(keys(store.range(null, key("b"))))
                .containsExactlyElementsOf(expected.headMap(key("b"), true).keySet());
        assertThat(keys(store.range(key("aa"), key("b"))))
                .containsExactlyElementsOf(
                        expected.subMap(key("aa"), true, key("b"), true).keySet());
        assertThat(keys(store.all())).containsExactlyInAnyOrderElementsOf(expected.keySet());
        assertThat(store.approximateNumEntries()).isEqualTo(7);
    }

    @Test
    void values_areReplacedAndRemoved() {
        put("a");
        put("bb");
        byte[] other = {9};
        store.putAll(List.of(KeyValue.pair(key("a"), other)));
        assertThat(store.get(key("a"))).isSameAs(other);
        assertThat(store.putIfAbsent(key("a"), new byte[1])).isSameAs(other);
        assertThat(store.putIfAbsent(key("d"), other)).isNull();
        assertThat(store.delete(key("d"))).isSameAs(other);
        store.put(key("a"), null);
        assertThat(store.get(key("a"))).isNull();
        assertThat(keys(store.all())).containsExactly(key("bb"));
        store.close();
        open();
        assertThat(store.approximateNumEntries()).isZero();
    }

    /** "Unknown" would be an answer, and a wrong one: the model is elsewhere now. Whoever asks is to ask again. */
    @Test
    void afterClose_everyRead_saysThatTheModelsMove_alsoOneThatHadBegun() {
        put("a");
        put("b");
        KeyValueIterator<Bytes, byte[]> range = store.range(null, null);
        KeyValueIterator<Bytes, byte[]> all = store.all();
        assertThat(range.next().key).isEqualTo(key("a"));
        store.close();
        List<ThrowingCallable> reads = List.of(
                () -> store.get(key("a")),
                () -> store.get(key("unknown")),
                () -> store.range(null, null),
                () -> store.range(key("b"), key("a")),
                store::all,
                store::approximateNumEntries,
                range::hasNext,
                range::peekNextKey,
                range::next,
                all::hasNext);
        assertThat(reads).allSatisfy(read -> assertThatThrownBy(read).isInstanceOf(InvalidStateStoreException.class));
    }

    @Test
    void neverOpened_isNotRead() {
        assertThatThrownBy(() -> HashStore.supplier("models").get().get(key("a")))
                .isInstanceOf(InvalidStateStoreException.class);
    }

    /** A reader beside {@code close} finds the model or hears that it moves: never that there is none. */
    @Test
    void whileItIsClosed_noReaderFindsAModelMissing() throws InterruptedException {
        int models = 200;
        for (int round = 0; round < 200; round++) {
            for (int i = 0; i < models; i++) {
                put("model" + i);
            }
            AtomicReference<@Nullable String> wrong = new AtomicReference<>();
            AtomicBoolean closed = new AtomicBoolean();
            CountDownLatch reading = new CountDownLatch(2);
            Runnable readAll = () -> {
                for (int i = 0; i < models; i++) {
                    if (store.get(key("model" + i)) == null) {
                        wrong.set("model" + i + " is missing");
                    }
                }
            };
            Runnable readRange = () -> {
                int found = keys(store.range(null, null)).size();
                if (found != models) {
                    wrong.set("a range has " + found + " models");
                }
            };
            List<Thread> readers = Stream.of(readAll, readRange)
                    .map(read -> new Thread(() -> readUntilClosed(read, reading, closed, wrong)))
                    .toList();
            readers.forEach(Thread::start);
            reading.await();
            store.close();
            closed.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
            assertThat(wrong).as("round %d", round).hasValue(null);
            open();
        }
    }

    private static void readUntilClosed(
            Runnable read, CountDownLatch reading, AtomicBoolean closed, AtomicReference<@Nullable String> wrong) {
        try {
            for (boolean last = false; !last; last = closed.get()) {
                read.run();
                reading.countDown();
            }
            read.run();
            wrong.set("it was read although it was closed");
        } catch (InvalidStateStoreException moved) {
            // As it should be.
            reading.countDown();
        }
    }

    /** Counts how often keys are compared, which is what a range costs. */
    private static final class CountedKey extends Bytes {
        private static final AtomicLong COMPARISONS = new AtomicLong();

        CountedKey(String name) {
            super(name.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public int compareTo(Bytes other) {
            COMPARISONS.incrementAndGet();
            return super.compareTo(other);
        }
    }

    @Test
    void aPage_costsWhatIsTakenFromIt_andNotWhatThereIs() {
        int models = 100_000;
        for (int i = 0; i < models; i++) {
            store.put(new CountedKey(String.format(Locale.ROOT, "model%06d", i)), new byte[1]);
        }
        assertThat(CountedKey.COMPARISONS)
                .as("without a range there is no order to keep")
                .hasValue(0);
        assertThat(store.range(null, null).next().key).isEqualTo(key("model000000"));
        CountedKey.COMPARISONS.set(0);
        KeyValueIterator<Bytes, byte[]> range = store.range(new CountedKey("model050000"), null);
        for (int i = 50_000; i < 50_100; i++) {
            assertThat(range.next().key).isEqualTo(key(String.format(Locale.ROOT, "model%06d", i)));
        }
        assertThat(CountedKey.COMPARISONS.get()).isLessThan(1000);
    }

    @Test
    void keysThatCome_goOrComeAgainAfterTheFirstRange_areInTheNextAsTheyAre() {
        put("a");
        put("c");
        assertThat(keys(store.range(null, null))).containsExactlyElementsOf(expected.keySet());
        put("b");
        put("c");
        store.putIfAbsent(key("d"), new byte[0]);
        store.delete(key("a"));
        assertThat(keys(store.range(null, null))).containsExactly(key("b"), key("c"), key("d"));
        put("a");
        store.put(key("d"), null);
        assertThat(keys(store.range(null, key("b")))).containsExactly(key("a"), key("b"));
        assertThat(keys(store.range(key("c"), null))).containsExactly(key("c"));
        store.close();
        open();
        assertThat(keys(store.range(null, null))).isEmpty();
        put("e");
        assertThat(keys(store.range(null, null))).containsExactly(key("e"));
    }

    @Test
    void aRange_hasEveryKeyThatWasThereBeforeIt_whileOthersCome() throws InterruptedException {
        for (int round = 0; round < 20; round++) {
            AtomicInteger written = new AtomicInteger();
            Thread writer = new Thread(() -> {
                for (int i = 0; i < 20_000; i++) {
                    store.put(key("model" + i), new byte[1]);
                    written.set(i + 1);
                }
            });
            writer.start();
            while (writer.isAlive()) {
                int before = written.get();
                Set<Bytes> found = new HashSet<>(keys(store.range(null, null)));
                for (int i = 0; i < before; i++) {
                    assertThat(found).as("round %d", round).contains(key("model" + i));
                }
            }
            writer.join();
            store.close();
            open();
        }
    }
}
