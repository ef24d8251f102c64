package dev.streamgrad.stream;

import dev.streamgrad.cluster.ClusterFacts;
import dev.streamgrad.formats.Formats;
import dev.streamgrad.replay.TopicLog;
import dev.streamgrad.settings.Settings;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;

/**
 * Builds the topology: a source of samples and, with commands, one of those; one processor with the model store; sinks.
 */
public final class LearnTopology {
    public static final String SAMPLES = "samples";
    public static final String CONTROL = "control";
    public static final String LEARN = "learn";
    public static final String PREDICTIONS = "predictions";
    public static final String SNAPSHOTS = "snapshots";
    public static final String DEAD_LETTERS = "dead-letters";
    public static final String EVENTS = "events";

    private LearnTopology() {}

    public static Topology build(Settings settings, ClusterFacts cluster) {
        return build(settings, cluster, LearningListener.NONE, reason -> {});
    }

    /**
     * Builds one whose samples are in no topic.
     *
     * @param again reads them once more
     */
    public static Topology build(Settings settings, ClusterFacts cluster, SamplesAgain again) {
        return build(
                settings,
                cluster,
                Formats.of(settings),
                HashStore.supplier(ModelStore.NAME),
                new SamplesRead(LearningListener.NONE::skipped),
                again,
                LearningListener.NONE,
                reason -> {},
                new Watches(System::nanoTime));
    }

    public static Topology build(
            Settings settings, ClusterFacts cluster, LearningListener listener, Consumer<String> stop) {
        return build(
                settings,
                cluster,
                Formats.of(settings),
                new SamplesRead(listener::skipped),
                listener,
                stop,
                new Watches(System::nanoTime));
    }

    /**
     * Builds it.
     *
     * @param formats how records' values are read; whoever has it ends the waits for them
     * @param read is to be told by the consumers where they begin
     * @param watches which models are watched
     */
    public static Topology build(
            Settings settings,
            ClusterFacts cluster,
            Formats formats,
            SamplesRead read,
            LearningListener listener,
            Consumer<String> stop,
            Watches watches) {
        KeyValueBytesStoreSupplier supplier = settings.storeIsOnDisk()
                ? Stores.persistentKeyValueStore(ModelStore.NAME)
                : HashStore.supplier(ModelStore.NAME);
        return build(settings, cluster, formats, supplier, read, ofTheTopic(settings), listener, stop, watches);
    }

    private static SamplesAgain ofTheTopic(Settings settings) {
        return (partition, from, to, take) -> TopicLog.readSamples(settings, partition, from, to, take);
    }

    public static Topology build(
            Settings settings,
            ClusterFacts cluster,
            KeyValueBytesStoreSupplier supplier,
            LearningListener listener,
            Consumer<String> stop) {
        return build(
                settings,
                cluster,
                Formats.of(settings),
                supplier,
                new SamplesRead(listener::skipped),
                ofTheTopic(settings),
                listener,
                stop,
                new Watches(System::nanoTime));
    }

    private static Topology build(
            Settings settings,
            ClusterFacts cluster,
            Formats formats,
            KeyValueBytesStoreSupplier supplier,
            SamplesRead read,
            SamplesAgain again,
            LearningListener listener,
            Consumer<String> stop,
            Watches watches) {
        ByteArraySerializer bytes = new ByteArraySerializer();
        Topology topology = new Topology();
        source(topology, SAMPLES, settings.samplesTopic());
        Optional<String> control = settings.controlTopic();
        control.ifPresent(topic -> source(topology, CONTROL, topic));
        topology.addProcessor(
                        LEARN,
                        () -> new LearnProcessor(settings, cluster, formats, listener, stop, read, again),
                        control.isPresent() ? new String[] {SAMPLES, CONTROL} : new String[] {SAMPLES})
                .addStateStore(
                        new ModelStoreBuilder(
                                supplier,
                                settings.kafka().changelogTopic(),
                                settings.mostLiveModels(),
                                settings.defaultSpec().hyperparameters().maxRecordBytes(),
                                watches),
                        LEARN)
                .addSink(PREDICTIONS, settings.predictionsTopic(), bytes, bytes, LEARN)
                .addSink(SNAPSHOTS, settings.snapshotsTopic(), bytes, bytes, LEARN)
                .addSink(DEAD_LETTERS, settings.deadLettersTopic(), bytes, bytes, LEARN);
        if (control.isPresent()) {
            topology.addSink(EVENTS, settings.eventsTopic(), bytes, bytes, LEARN);
        }
        return topology;
    }

    private static void source(Topology topology, String name, String topic) {
        ByteArrayDeserializer raw = new ByteArrayDeserializer();
        topology.addSource(
                AutoOffsetReset.earliest(),
                name,
                // A record without a timestamp is no reason to stop: it is as old as can be.
                (record, partitionTime) -> Math.max(record.timestamp(), 0),
                raw,
                raw,
                topic);
    }
}
