package dev.streamgrad.stream;

import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;

/** Builds the topology: one source, one processor with the model store, three sinks. */
final class LearnTopology {
    static final String SAMPLES = "samples";
    static final String LEARN = "learn";
    static final String PREDICTIONS = "predictions";
    static final String SNAPSHOTS = "snapshots";
    static final String DEAD_LETTERS = "dead-letters";

    private LearnTopology() {}

    static Topology build(Settings settings, Cluster cluster) {
        return build(settings, cluster, LearnListener.NONE);
    }

    static Topology build(Settings settings, Cluster cluster, LearnListener listener) {
        KeyValueBytesStoreSupplier supplier = settings.storeIsOnDisk()
                ? Stores.persistentKeyValueStore(ModelStore.NAME)
                : HashStore.supplier(ModelStore.NAME);
        return build(settings, cluster, supplier, listener);
    }

    static Topology build(
            Settings settings, Cluster cluster, KeyValueBytesStoreSupplier supplier, LearnListener listener) {
        ByteArraySerializer bytes = new ByteArraySerializer();
        ByteArrayDeserializer raw = new ByteArrayDeserializer();
        return new Topology()
                .addSource(
                        AutoOffsetReset.earliest(),
                        SAMPLES,
                        // A record without a timestamp is no reason to stop: it is as old as can be.
                        (record, partitionTime) -> Math.max(record.timestamp(), 0),
                        raw,
                        raw,
                        settings.samplesTopic())
                .addProcessor(LEARN, () -> new LearnProcessor(settings, cluster, listener), SAMPLES)
                .addStateStore(
                        new ModelStoreBuilder(supplier, settings.changelogConfig(), settings.mostLiveModels()), LEARN)
                .addSink(PREDICTIONS, settings.predictionsTopic(), bytes, bytes, LEARN)
                .addSink(SNAPSHOTS, settings.snapshotsTopic(), bytes, bytes, LEARN)
                .addSink(DEAD_LETTERS, settings.deadLettersTopic(), bytes, bytes, LEARN);
    }
}
