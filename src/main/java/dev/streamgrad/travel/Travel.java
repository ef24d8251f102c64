package dev.streamgrad.travel;

import dev.streamgrad.formats.Formats;
import dev.streamgrad.formats.TaskFormat;
import dev.streamgrad.formats.WaitEndedException;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.replay.Ledger;
import dev.streamgrad.replay.ModelId;
import dev.streamgrad.replay.OwnRecords;
import dev.streamgrad.replay.ReplayListener;
import dev.streamgrad.replay.Replayer;
import dev.streamgrad.replay.TopicLog;
import dev.streamgrad.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** The way to a past state of a model. */
public final class Travel {
    private final Settings settings;
    private final String name;
    private final @Nullable Integer partition;
    private final Destination destination;
    private final boolean fromTheStart;
    private final ReplayListener listener;

    /**
     * A way that has not begun.
     *
     * @param partition of the samples topic that has the model; null is the one that has it
     * @param fromTheStart whether to begin with version 0, and so to compare all snapshots up to the destination
     */
    public Travel(
            Settings settings,
            String name,
            @Nullable Integer partition,
            Destination destination,
            boolean fromTheStart,
            ReplayListener listener) {
        this.settings = settings;
        this.name = name;
        this.partition = partition;
        this.destination = destination;
        this.fromTheStart = fromTheStart;
        this.listener = listener;
    }

    /**
     * Goes there.
     *
     * @return empty if it was stopped
     * @throws TravelException if the state cannot be had
     */
    public Optional<Arrival> run() throws TravelException {
        return run((arrival, journey, replay) -> Optional.of(arrival));
    }

    /** What is done at the destination. */
    interface Then<T> {
        /**
         * Goes on from there.
         *
         * @param journey which has ended
         * @return empty if it was stopped
         */
        Optional<T> goOn(Arrival arrival, Journey journey, Replay replay) throws TravelException;
    }

    /**
     * What of the log is open.
     *
     * @param id of the model
     * @param samples the samples topic
     * @param end the offset behind the last of the model's partition there
     */
    record Replay(ModelId id, Ledger ledger, Replayer replayer, OwnRecords own, TopicLog samples, long end) {}

    <T> Optional<T> run(Then<T> then) throws TravelException {
        // In the order of an audit: of what the snapshots are, the events and samples are then there.
        try (Formats formats = Formats.of(settings, listener::isStopped);
                TaskFormat format = formats.newTask();
                TopicLog snapshots = new TopicLog(settings, settings.snapshotsTopic())) {
            Ledger ledger = Ledger.read(settings, samplesTopicId(), listener::isStopped);
            try (TopicLog samples = new TopicLog(settings, settings.samplesTopic())) {
                Map<Integer, Candidates> found = new TreeMap<>();
                ledger.named(name).forEach(id -> found.put(id.partition(), candidates(id, ledger, samples)));
                read(snapshots, samples, ledger, found);
                if (listener.isStopped()) {
                    return Optional.empty();
                }
                ModelId id = new ModelId(name, chosen(found));
                Candidates candidates = Objects.requireNonNull(found.get(id.partition()));
                long end = samples.end(id.partition());
                requireInside(id.partition(), end);
                Replayer replayer = new Replayer(settings, samples.partitions(), format.values());
                OwnRecords own = new OwnRecords(
                        settings.modelNames(samples.partitions(), format.values()), samples.partitions());
                Replay replay = new Replay(id, ledger, replayer, own, samples, end);
                Journey journey = new Journey(candidates, replay, destination);
                return lead(journey, candidates.bounds().lastSample(), replay)
                        ? then.goOn(journey.arrival(samples.topicId()), journey, replay)
                        : Optional.empty();
            }
        } catch (WaitEndedException e) {
            return Optional.empty();
        }
    }

    /** Opened for that alone: the samples are to be opened last. */
    private String samplesTopicId() {
        try (TopicLog samples = new TopicLog(settings, settings.samplesTopic())) {
            return samples.topicId();
        }
    }

    private Candidates candidates(ModelId id, Ledger ledger, TopicLog samples) {
        return new Candidates(id, new Bounds(destination, id, ledger, samples), ledger, samples, fromTheStart);
    }

    private void read(TopicLog snapshots, TopicLog samples, Ledger ledger, Map<Integer, Candidates> found) {
        byte[] key = name.getBytes(StandardCharsets.UTF_8);
        String topicId = samples.topicId();
        while (!snapshots.isAtEnd() && !listener.isStopped()) {
            snapshots.poll(record -> {
                if (record.value() == null || !Arrays.equals(key, record.key())) {
                    return;
                }
                Snapshot snapshot;
                try {
                    snapshot = Snapshot.read(record.value());
                } catch (IllegalArgumentException e) {
                    // One that cannot be read is no beginning; the audit tells of it.
                    return;
                }
                if (snapshot.isOfAnotherLog(topicId)) {
                    return;
                }
                if (snapshot.log() != null) {
                    settings.requireReading(snapshot.log().reading());
                }
                found.computeIfAbsent(
                                snapshot.source().partition(),
                                place -> candidates(new ModelId(name, place), ledger, samples))
                        .take(snapshot);
            });
        }
    }

    private int chosen(Map<Integer, Candidates> found) throws TravelException {
        String model = BadRecordException.shown(name);
        if (found.isEmpty()) {
            throw new TravelException(
                    "it must have a snapshot or an event; there is none of that name; a model has its first"
                            + " snapshot after snapshot.every steps");
        }
        String partitions = found.keySet().stream().map(String::valueOf).collect(Collectors.joining(" and "));
        if (partition != null && !found.containsKey(partition)) {
            throw new TravelException("--partition must be one that has a model " + model + "; it is in " + partitions
                    + "; got " + partition);
        }
        if (partition == null && found.size() > 1) {
            throw new TravelException("there are models named " + model + " in the partitions " + partitions
                    + "; choose one with --partition");
        }
        return partition != null ? partition : found.keySet().iterator().next();
    }

    private void requireInside(int place, long end) throws TravelException {
        if (destination.kind() == Destination.Kind.OFFSET && destination.value() >= end) {
            throw new TravelException("offset must be one that partition " + place
                    + " of the samples topic has; the last is " + (end - 1) + "; got " + destination.value());
        }
    }

    /** Leads the model to the destination, or returns that it was stopped. */
    private boolean lead(Journey journey, long last, Replay replay) {
        long from =
                Math.max(journey.next(), replay.samples().beginning(replay.id().partition()));
        return read(
                replay.samples(), replay.id().partition(), from, last + 1, journey::isOver, listener, journey::take);
    }

    /** Takes what the model's partition has from an offset on to its end, or returns that it was stopped. */
    boolean readOn(Replay replay, long from, Consumer<ConsumerRecord<byte[], byte[]>> to) {
        return read(replay.samples(), replay.id().partition(), from, replay.end(), () -> false, listener, to);
    }

    /** Takes what a partition has between two offsets, or returns that it was stopped. */
    static boolean read(
            TopicLog samples,
            int partition,
            long from,
            long end,
            BooleanSupplier isOver,
            ReplayListener listener,
            Consumer<ConsumerRecord<byte[], byte[]>> to) {
        samples.narrow(partition, from, end);
        while (!samples.isAtEnd() && !isOver.getAsBoolean()) {
            if (listener.isStopped()) {
                return false;
            }
            samples.poll(to);
            listener.progress(samples.read(), samples.size());
        }
        return true;
    }
}
