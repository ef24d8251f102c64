package dev.streamgrad.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

class HashStoreTest {
    private final KeyValueStore<Bytes, byte[]> store =
            HashStore.supplier("models").get();
    private final TreeMap<Bytes, byte[]> expected = new TreeMap<>();

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
        assertThat(store.approximateNumEntries()).isZero();
    }
}
