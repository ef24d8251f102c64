package dev.streamgrad.app;

import dev.streamgrad.learning.Model;
import dev.streamgrad.records.PartitionState;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import dev.streamgrad.records.StateFormat;
import dev.streamgrad.settings.HostAndPort;
import dev.streamgrad.stream.StoredModels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;

/**
 * The models as they were last written to their stores, which is at every commit, read beside the threads that learn:
 * those of this instance from its stores, those of others by the address that they advertise. The bytes of a model are
 * never written to, so nothing here can touch what learns.
 */
public final class ServedModels {
    /** The order of names: that of their bytes, which is the stores' own and so what pages go by. */
    public static final Comparator<String> ORDER =
            Comparator.comparing(name -> Bytes.wrap(name.getBytes(StandardCharsets.UTF_8)));

    /** As Kafka says that a record has no timestamp. */
    public static final long UNKNOWN_TIME = ConsumerRecord.NO_TIMESTAMP;

    /** As Kafka says that a record has no partition yet. */
    public static final int UNKNOWN_PARTITION = RecordMetadata.UNKNOWN_PARTITION;

    private final KafkaStreams streams;
    private final boolean namesAreKeys;
    private final @Nullable String advertised;

    /**
     * The models of an application.
     *
     * @param namesAreKeys whether a model is where Kafka's partitioner puts its name
     */
    ServedModels(KafkaStreams streams, boolean namesAreKeys, @Nullable String advertised) {
        this.namesAreKeys = namesAreKeys;
        this.streams = streams;
        this.advertised = advertised;
    }

    /**
     * A model of this instance.
     *
     * @throws UnavailableException if the stores move or are being restored
     */
    public Optional<Model> model(String name) throws UnavailableException {
        return state(name).map(state -> new StateFormat().read(state));
    }

    /**
     * A model of this instance as it is published, with what is known here of its place. The time of its last sample is
     * not kept: it is {@link #UNKNOWN_TIME}. Its partition is not known where names are no keys: it is
     * {@link #UNKNOWN_PARTITION}.
     *
     * @throws UnavailableException if the stores move or are being restored
     */
    public Optional<Snapshot> snapshot(String name) throws UnavailableException {
        byte[] key = name.getBytes(StandardCharsets.UTF_8);
        try {
            for (StoredModels store : StoredModels.of(streams)) {
                byte[] state = store.stored(key);
                if (state != null) {
                    Model model = new StateFormat().read(state);
                    return Optional.of(Snapshot.of(
                            name,
                            model,
                            new Source(partition(key), model.lastOffset()),
                            log(store.stored(PartitionState.key())),
                            UNKNOWN_TIME));
                }
            }
            return Optional.empty();
        } catch (InvalidStateStoreException e) {
            throw new UnavailableException();
        }
    }

    /**
     * The bytes of a model of this instance, as of its last commit, which are not to be changed.
     *
     * @throws UnavailableException if the stores move or are being restored
     */
    public Optional<byte[]> state(String name) throws UnavailableException {
        byte[] key = name.getBytes(StandardCharsets.UTF_8);
        try {
            for (StoredModels store : StoredModels.of(streams)) {
                byte[] state = store.stored(key);
                if (state != null) {
                    return Optional.of(state);
                }
            }
            return Optional.empty();
        } catch (InvalidStateStoreException e) {
            throw new UnavailableException();
        }
    }

    /** The partition of the samples that a model learns; {@link #UNKNOWN_PARTITION} if that is not known here. */
    public int partition(String name) {
        return partition(name.getBytes(StandardCharsets.UTF_8));
    }

    private int partition(byte[] key) {
        KeyQueryMetadata metadata =
                namesAreKeys ? streams.queryMetadataForKey(StoredModels.STORE, key, new ByteArraySerializer()) : null;
        return metadata == null || metadata.equals(KeyQueryMetadata.NOT_AVAILABLE)
                ? UNKNOWN_PARTITION
                : metadata.partition();
    }

    private static SamplesLog log(byte @Nullable [] partition) {
        PartitionState state = partition == null ? PartitionState.unknown(0, 0) : PartitionState.read(partition);
        return new SamplesLog(
                state.samplesTopicId(), state.keylessModel().isEmpty() ? null : state.keylessModel(), state.reading());
    }

    /**
     * Names of models of this instance, in {@link #ORDER}.
     *
     * @param after only names after this one
     * @param limit at most so many
     * @throws UnavailableException if the stores move or are being restored
     */
    public List<String> names(String after, int limit) throws UnavailableException {
        try {
            List<String> names = new ArrayList<>();
            for (StoredModels store : StoredModels.of(streams)) {
                store.storedNames(after, limit, names::add);
            }
            return names.stream().sorted(ORDER).limit(limit).toList();
        } catch (InvalidStateStoreException e) {
            throw new UnavailableException();
        }
    }

    /**
     * The addresses of the other instances of which one has, or would have, this model; empty if this one has. Where
     * the names of models are not the keys of their records nobody knows which, so it is all of them.
     *
     * @throws UnavailableException if nobody is known to have it now
     */
    public List<String> elsewhere(String name) throws UnavailableException {
        if (!namesAreKeys) {
            return model(name).isPresent() ? List.of() : others();
        }
        return atItsKey(name).stream().toList();
    }

    private Optional<String> atItsKey(String name) throws UnavailableException {
        try {
            KeyQueryMetadata metadata = streams.queryMetadataForKey(
                    StoredModels.STORE, name.getBytes(StandardCharsets.UTF_8), new ByteArraySerializer());
            if (metadata == null || metadata.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
                throw new UnavailableException();
            }
            return Optional.of(address(metadata.activeHost())).filter(address -> !address.equals(advertised));
        } catch (IllegalStateException e) {
            throw new UnavailableException();
        }
    }

    /** The addresses of the other instances. */
    public List<String> others() {
        return streams.streamsMetadataForStore(StoredModels.STORE).stream()
                .map(StreamsMetadata::hostInfo)
                .filter(host -> !host.equals(HostInfo.unavailable()))
                .map(ServedModels::address)
                .filter(address -> !address.equals(advertised))
                .sorted()
                .toList();
    }

    private static String address(HostInfo host) {
        return new HostAndPort(host.host(), host.port()).toString();
    }

    /** The models cannot be read now; a moment later they can. */
    public static final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnavailableException() {
            super("the models are being moved or restored; try again in a moment");
        }
    }
}
