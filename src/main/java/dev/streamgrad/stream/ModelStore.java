package dev.streamgrad.stream;

import dev.streamgrad.records.PartitionState;
import dev.streamgrad.records.Reading;
import dev.streamgrad.records.StateFormat;
import dev.streamgrad.records.ValueFormat;
import dev.streamgrad.stream.LearningListener.TaskListener;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.QueryableStoreType;
import org.jspecify.annotations.Nullable;

/**
 * The store {@code models}: {@link LiveModels} over an inner, logged key-value store of their bytes, and beside them,
 * under a key that is no name, the {@link PartitionState}.
 *
 * <p>What has changed since the last commit is written to the inner store, and so to the changelog, <b>once per
 * commit</b>, in {@link #prepareCommit}. The records under way are finished there first. Live models are dropped
 * whenever the bytes underneath may change without them: when the store is initialised (a corrupted task is initialised
 * again and restored), closed or recycled, and when a processor is attached. Uncommitted steps go with them, as the
 * transaction does; the samples come again.
 */
final class ModelStore extends PreCommitStore implements StoredModels {
    /** The store's name, and the end of its changelog's. */
    static final String NAME = STORE;

    /** For interactive queries: the stores of all partitions that an instance has. */
    static final QueryableStoreType<List<ModelStore>> OF_ALL_PARTITIONS = ofAllPartitions(ModelStore.class);

    private static final Bytes PARTITION = Bytes.wrap(PartitionState.key());

    private final LiveModels models;
    private final PartitionProgress progress = new PartitionProgress();
    private String samplesTopicId = PartitionState.UNKNOWN_TOPIC;
    private Reading reading = Reading.BY_DEFAULT;
    private String keylessModel = "";
    private String controlTopicId = PartitionState.UNKNOWN_TOPIC;
    private TaskListener listener = TaskListener.NONE;
    private Runnable finishRecords = () -> {};

    /**
     * A store.
     *
     * @param inner the logged store of bytes
     * @param mostLive how many models stay on the heap over a commit
     * @param format reads and writes the bytes
     * @param watches which models are watched
     */
    ModelStore(KeyValueStore<Bytes, byte[]> inner, int mostLive, StateFormat format, Watches watches) {
        super(inner);
        this.models = new LiveModels(
                new LiveModels.States() {
                    @Override
                    public byte @Nullable [] get(byte[] key) {
                        return stored(key);
                    }

                    @Override
                    public void put(byte[] key, byte[] state) {
                        inner.put(Bytes.wrap(key), state);
                    }

                    @Override
                    public void delete(byte[] key) {
                        var unused = inner.delete(Bytes.wrap(key));
                    }
                },
                mostLive,
                format,
                watches);
    }

    /** The models, for the processor that is attached. */
    LiveModels models() {
        return models;
    }

    /** How far the records of the partition have been dealt with, for the processor that is attached. */
    PartitionProgress progress() {
        return progress;
    }

    /**
     * The processor that is being initialised learns on these models from now on. A task that is resumed does that a
     * second time, with the transaction before given up.
     *
     * @param topicId of the samples topic
     * @param controlId of the control topic
     * @param keyless the model that records without a key are for; empty if there is none
     * @param newReading how records are read
     * @param values what their values are
     * @param newListener hears of the models
     * @param onLoad hears of every model that comes back from its bytes
     * @param newFinishRecords is to be run first when a commit is prepared; it may send records
     * @param boundaries what this process has read of the partition before
     * @throws StateRefusedException if the models have learned from another topic, records without a key trained
     *     another model, or records were read otherwise
     */
    void attach(
            String topicId,
            String controlId,
            String keyless,
            Reading newReading,
            ValueFormat values,
            TaskListener newListener,
            Consumer<LiveModel> onLoad,
            Runnable newFinishRecords,
            ReadBoundaries boundaries) {
        PartitionState stored = read();
        if (stored.isOfAnotherTopicThan(topicId)) {
            throw StateRefusedException.samplesReplaced(stored, topicId);
        }
        if (stored.hadAnotherKeylessModelThan(keyless)) {
            throw StateRefusedException.defaultModelChanged(stored, keyless);
        }
        String differences = stored.reading().differencesFrom(newReading);
        if (stored.models() > 0 && !differences.isEmpty()) {
            throw StateRefusedException.readingChanged(differences);
        }
        models.begin(values, newListener, onLoad, stored.models(), stored.stateBytes());
        progress.begin(
                stored.lastOffset(), !stored.keylessModel().isEmpty(), stored.lastCommandOf(controlId), boundaries);
        samplesTopicId = topicId;
        // Where commands are switched off for a while, those of before stay dealt with.
        controlTopicId = controlId.isEmpty() ? stored.controlTopicId() : controlId;
        reading = newReading;
        keylessModel = keyless;
        listener = newListener;
        finishRecords = newFinishRecords;
        sendFromHere();
    }

    /** The processor is gone, and what it has not finished with it: this can be committed no more. */
    void detach(Runnable refusal) {
        finishRecords = refusal;
    }

    /**
     * What the last commit says of the partition. Releases that did not write it left models to be counted, which reads
     * each of them once, here, where no transaction is open.
     */
    private PartitionState read() {
        byte[] bytes = inner().get(PARTITION);
        if (bytes != null) {
            return PartitionState.read(bytes);
        }
        long count = 0;
        long size = 0;
        try (KeyValueIterator<Bytes, byte[]> all = inner().all()) {
            while (all.hasNext()) {
                size += all.next().value.length;
                count++;
            }
        }
        return PartitionState.unknown(count, size);
    }

    @Override
    void prepareCommit() {
        finishRecords.run();
        long records = progress.recordsSinceCommit();
        models.writeChanges();
        if (!progress.isUnchanged()) {
            inner().put(
                            PARTITION,
                            new PartitionState(
                                            samplesTopicId,
                                            progress.hasSeenKeyless() ? keylessModel : "",
                                            reading,
                                            progress.lastOffset(),
                                            models.count(),
                                            models.bytes(),
                                            progress.lastCommand(),
                                            controlTopicId)
                                    .write());
        }
        listener.committing(records, models.count(), models.live(), models.bytes());
        progress.committing();
    }

    @Override
    void drop() {
        models.drop();
    }

    @Override
    public byte @Nullable [] stored(byte[] key) {
        Bytes wrapped = Bytes.wrap(key);
        // Whoever sends records may choose any key; this one is no model's.
        return wrapped.equals(PARTITION) ? null : inner().get(wrapped);
    }

    @Override
    public void storedNames(String after, int limit, Consumer<String> names) {
        Bytes from = after.isEmpty() ? null : Bytes.wrap(after.getBytes(StandardCharsets.UTF_8));
        try (KeyValueIterator<Bytes, byte[]> range = inner().range(from, null)) {
            for (int left = limit; left > 0 && range.hasNext(); ) {
                Bytes key = range.next().key;
                if (!key.equals(from) && !key.equals(PARTITION)) {
                    names.accept(new String(key.get(), StandardCharsets.UTF_8));
                    left--;
                }
            }
        }
    }
}
