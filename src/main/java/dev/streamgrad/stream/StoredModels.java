package dev.streamgrad.stream;

import dev.streamgrad.settings.Settings;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.jspecify.annotations.Nullable;

/**
 * The models of one partition as they were last written, which is at every commit; read by any thread, beside the one
 * that learns.
 */
public interface StoredModels {
    /** The name of the store, for whoever asks Kafka Streams where a model is. */
    String STORE = Settings.STORE_OF_MODELS;

    /**
     * Those of all partitions that an instance has.
     *
     * @throws org.apache.kafka.streams.errors.InvalidStateStoreException if they are being moved or restored
     */
    static List<StoredModels> of(KafkaStreams streams) {
        return List.copyOf(streams.store(StoreQueryParameters.fromNameAndType(STORE, ModelStore.OF_ALL_PARTITIONS)));
    }

    /** A model's bytes; null if there is no such model. */
    byte @Nullable [] stored(byte[] key);

    /** Hands out the names of models after this one, in the order of their bytes, at most {@code limit}. */
    void storedNames(String after, int limit, Consumer<String> names);
}
