package dev.streamgrad.travel;

import dev.streamgrad.control.Command;
import dev.streamgrad.formats.Formats;
import dev.streamgrad.formats.TaskFormat;
import dev.streamgrad.formats.WaitEndedException;
import dev.streamgrad.learning.Model;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import dev.streamgrad.replay.History;
import dev.streamgrad.replay.OwnRecords;
import dev.streamgrad.replay.ReplayListener;
import dev.streamgrad.replay.ReplayedModel;
import dev.streamgrad.replay.Replayer;
import dev.streamgrad.replay.Replayer.Known;
import dev.streamgrad.replay.TopicLog;
import dev.streamgrad.settings.Settings;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Another model from a past state, under other settings, which learns what the model learned since. */
public final class Fork {
    private final Travel travel;
    private final Map<String, String> changes;

    /**
     * A fork.
     *
     * @param partition of the samples topic that has the model; null is the one that has it
     * @param changes settings that differ from those that the model had then, of those that a command can set; none is
     *     the model as if it had been told nothing since
     */
    public Fork(
            Settings settings,
            String name,
            @Nullable Integer partition,
            Destination destination,
            Map<String, String> changes,
            ReplayListener listener) {
        this.travel = new Travel(settings, name, partition, destination, false, listener);
        this.changes = Map.copyOf(changes);
    }

    /**
     * Trains both to the end of the log.
     *
     * @return empty if it was stopped
     * @throws TravelException if the state cannot be had, or cannot have these settings
     */
    public Optional<Comparison> run() throws TravelException {
        return travel.run(this::compare);
    }

    private Optional<Comparison> compare(Arrival arrival, Journey journey, Travel.Replay replay)
            throws TravelException {
        // Each goes on from numbers of its own.
        Snapshot begin = arrival.state();
        AsItWas asItWas = new AsItWas(journey.replayed().in(copyOf(begin).model()), journey, replay);
        Otherwise otherwise = new Otherwise(journey.replayed().in(copyOf(begin).model()), changes, begin.time());
        long[] place = {0};
        boolean whole = travel.readOn(replay, begin.model().lastOffset() + 1, record -> {
            if (replay.own().isOf(journey.replayed(), record)) {
                asItWas.take(record, place[0]);
                otherwise.take(record, place[0]);
                place[0]++;
            }
        });
        if (!whole) {
            return Optional.empty();
        }
        Model present = asItWas.atTheEnd();
        return Optional.of(new Comparison(arrival, asItWas.course, otherwise.course, present, otherwise.state(begin)));
    }

    /**
     * Lets a fork learn what has come since.
     *
     * @param fork the {@link Comparison#state} of a fork, or what this returned of it
     * @return its state at the end of the log; empty if it was stopped
     */
    public static Optional<Snapshot> goOn(Settings settings, Snapshot fork, ReplayListener listener)
            throws TravelException {
        try (Formats formats = Formats.of(settings, listener::isStopped);
                TaskFormat format = formats.newTask();
                TopicLog samples = new TopicLog(settings, settings.samplesTopic())) {
            Replayer replayer = new Replayer(settings, samples.partitions(), format.values());
            OwnRecords own =
                    new OwnRecords(settings.modelNames(samples.partitions(), format.values()), samples.partitions());
            ReplayedModel begun = replayer.from(copyOf(fork), Known.NOTHING.and(fork));
            Otherwise otherwise = new Otherwise(begun, Map.of(), fork.time());
            int partition = fork.source().partition();
            long next = begun.model().lastOffset() + 1;
            boolean whole =
                    Travel.read(samples, partition, next, samples.end(partition), () -> false, listener, record -> {
                        if (own.isOf(begun, record)) {
                            otherwise.take(record, 0);
                        }
                    });
            return whole ? Optional.of(otherwise.state(fork)) : Optional.empty();
        } catch (WaitEndedException e) {
            return Optional.empty();
        }
    }

    private static Snapshot copyOf(Snapshot snapshot) {
        return Snapshot.read(snapshot.toJson());
    }

    /** The model, with all that it was told. */
    private static final class AsItWas implements History.Listener {
        final Course course = new Course();
        private final ReplayedModel model;
        private final Journey journey;
        private final History history;
        private @Nullable String disagreement;

        AsItWas(ReplayedModel model, Journey journey, Travel.Replay replay) {
            this.model = model;
            this.journey = journey;
            this.history = new History(model, replay.ledger(), replay.ledger().of(replay.id()), this);
        }

        void take(ConsumerRecord<byte[], byte[]> record, long place) {
            if (history.sample(record).isScored()) {
                course.add(place, model.loss(), model.score());
            }
        }

        @Nullable
        Model atTheEnd() throws TravelException {
            history.followUpTo(Long.MAX_VALUE);
            String why = disagreement != null ? disagreement : history.unknown().orElse(null);
            if (why != null) {
                throw new TravelException(why);
            }
            return history.isGone() ? null : history.model();
        }

        @Override
        public void snapshotIsDue(Source source, long time) {
            // The audit compares them.
        }

        @Override
        public void disagrees(long version, Source after, String what) {
            disagreement = Journey.disagreement(version, after, what);
        }

        @Override
        public Optional<Snapshot> standIn(String fingerprint) {
            return journey.standIn(fingerprint);
        }
    }

    /** The model under other settings, which is told nothing. */
    private static final class Otherwise {
        final Course course = new Course();
        final ReplayedModel model;
        long time;

        Otherwise(ReplayedModel model, Map<String, String> changes, long time) throws TravelException {
            this.model = model;
            this.time = time;
            if (!changes.isEmpty()) {
                try {
                    boolean unused = model.obey(Command.of(null, Command.Kind.SET, changes, null, null));
                } catch (BadRecordException e) {
                    throw new TravelException(e.text());
                }
            }
        }

        /** Where it is now, in the words of the state that it began with. */
        Snapshot state(Snapshot begin) {
            return Snapshot.of(
                    begin.name(),
                    model.model(),
                    new Source(begin.source().partition(), model.model().lastOffset()),
                    Objects.requireNonNull(begin.log()),
                    time);
        }

        void take(ConsumerRecord<byte[], byte[]> record, long place) {
            ReplayedModel.Outcome outcome = model.take(record);
            if (outcome.isScored()) {
                course.add(place, model.loss(), model.score());
            }
            if (outcome.reachedTheModel()) {
                time = Math.max(record.timestamp(), 0);
            }
        }
    }
}
