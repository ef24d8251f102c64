package dev.streamgrad.stream;

import dev.streamgrad.records.StateFormat;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Builds {@link ModelStore}s over a logged, uncached inner store. */
final class ModelStoreBuilder implements StoreBuilder<ModelStore> {
    private final StoreBuilder<KeyValueStore<Bytes, byte[]>> inner;
    private final int mostLive;
    private final int oldMaxRecordBytes;
    private final Watches watches;

    /**
     * A builder.
     *
     * @param supplier supplies the store of bytes
     * @param changelogConfig the changelog's topic settings
     * @param mostLive how many models stay on the heap over a commit
     * @param oldMaxRecordBytes what models of older state formats get as {@code max.record.bytes}
     * @param watches which models are watched
     */
    ModelStoreBuilder(
            KeyValueBytesStoreSupplier supplier,
            Map<String, String> changelogConfig,
            int mostLive,
            int oldMaxRecordBytes,
            Watches watches) {
        this.watches = watches;
        this.mostLive = mostLive;
        this.oldMaxRecordBytes = oldMaxRecordBytes;
        this.inner = Stores.keyValueStoreBuilder(supplier, Serdes.Bytes(), Serdes.ByteArray())
                .withLoggingEnabled(changelogConfig)
                .withCachingDisabled();
    }

    @Override
    public ModelStore build() {
        return new ModelStore(inner.build(), mostLive, new StateFormat(oldMaxRecordBytes), watches);
    }

    @Override
    public Map<String, String> logConfig() {
        return inner.logConfig();
    }

    @Override
    public boolean loggingEnabled() {
        return inner.loggingEnabled();
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public StoreBuilder<ModelStore> withCachingEnabled() {
        throw new UnsupportedOperationException("the model store is its own cache");
    }

    @Override
    public StoreBuilder<ModelStore> withCachingDisabled() {
        return this;
    }

    @Override
    public StoreBuilder<ModelStore> withLoggingEnabled(Map<String, String> config) {
        inner.withLoggingEnabled(config);
        return this;
    }

    @Override
    public StoreBuilder<ModelStore> withLoggingDisabled() {
        throw new UnsupportedOperationException("without its changelog a model would be lost");
    }
}
