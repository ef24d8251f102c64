package dev.streamgrad.stream;

import dev.streamgrad.cluster.ClusterFacts;
import dev.streamgrad.control.Event;
import dev.streamgrad.control.Event.Cause;
import dev.streamgrad.control.Event.Kind;
import dev.streamgrad.control.Event.Said;
import dev.streamgrad.learning.Drift;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.LearningListener.TaskListener;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what becomes of the models of a partition: events, as long as there are commands, and snapshots. It only
 * adds to what a record has brought about; whoever sends that sends it in the transaction that makes it so.
 */
final class Ledger {
    private final String samplesTopicId;
    private final int partition;
    private final boolean writesEvents;
    private final PartitionProgress progress;
    private final TaskListener listener;
    private final SamplesLog logWithoutKeyless;
    private final SamplesLog logWithKeyless;

    /**
     * A ledger.
     *
     * @param partition of the samples topic
     * @param progress how far its records have been dealt with
     * @param listener hears of the events
     */
    Ledger(Settings settings, ClusterFacts cluster, int partition, PartitionProgress progress, TaskListener listener) {
        this.samplesTopicId = cluster.samplesTopicId();
        this.partition = partition;
        this.writesEvents = settings.controlTopic().isPresent();
        this.progress = progress;
        this.listener = listener;
        this.logWithoutKeyless = new SamplesLog(cluster.samplesTopicId(), null, settings.reading());
        this.logWithKeyless = new SamplesLog(cluster.samplesTopicId(), settings.defaultModel(), settings.reading());
    }

    /** A sample has made a model. */
    void created(InFlightRecord inFlight, LiveModel live) {
        if (writesEvents) {
            write(inFlight, live.name(), live.key(), bySample(inFlight, live, Kind.CREATED, null));
        }
    }

    /** A model has gone back to its checkpoint at a sample. */
    void restored(InFlightRecord inFlight, LiveModel live) {
        if (writesEvents) {
            write(inFlight, live.name(), live.key(), bySample(inFlight, live, Kind.RESTORED, null));
        }
    }

    /** A sample has shown a drift; the model is as it is after what that did to it. */
    void drifted(InFlightRecord inFlight, LiveModel live, Drift drift) {
        if (writesEvents) {
            write(inFlight, live.name(), live.key(), bySample(inFlight, live, Kind.DRIFT, drift));
        }
    }

    private Event bySample(InFlightRecord inFlight, LiveModel live, Kind kind, @Nullable Drift drift) {
        boolean made = kind == Kind.CREATED;
        return new Event(
                kind,
                live.name(),
                live.model().version(),
                samplesTopicId,
                new Source(partition, inFlight.from().offset()),
                time(inFlight),
                null,
                null,
                made ? SpecSettings.format(live.model().spec()) : Map.of(),
                null,
                0,
                drift,
                made ? null : Fingerprint.of(live.model()));
    }

    /** A model has obeyed a command; it is as it is from then on. */
    void obeyed(InFlightRecord inFlight, LiveModel live, Said said) {
        Event event = byCommand(
                inFlight,
                Kind.CONTROL,
                live.name(),
                live.model().version(),
                live.model().lastOffset(),
                said,
                null,
                0,
                Fingerprint.of(live.model()));
        write(inFlight, live.name(), live.key(), event);
    }

    /** A model has obeyed the command to be no more. */
    void deleted(InFlightRecord inFlight, LiveModel live, Said said) {
        long version = live.model().version() + 1;
        Event event = byCommand(
                inFlight, Kind.DELETED, live.name(), version, live.model().lastOffset(), said, null, 0, null);
        write(inFlight, live.name(), live.key(), event);
        inFlight.send(LearnTopology.SNAPSHOTS, live.key(), null);
    }

    /**
     * A command was not obeyed.
     *
     * @param name of the model; empty if it names none
     * @param live the model; null if there is none
     * @param said what it said; null if it could not be read
     * @param limit how many bytes a snapshot may have, if that is why; else 0
     */
    void refused(
            InFlightRecord inFlight,
            String name,
            @Nullable LiveModel live,
            @Nullable Said said,
            String reason,
            long limit) {
        long version = live == null ? 0 : live.model().version();
        long modelOffset = live == null ? -1 : live.model().lastOffset();
        Event event = byCommand(inFlight, Kind.REFUSED, name, version, modelOffset, said, reason, limit, null);
        write(inFlight, name, name.getBytes(StandardCharsets.UTF_8), event);
    }

    private Event byCommand(
            InFlightRecord inFlight,
            Kind kind,
            String name,
            long version,
            long modelOffset,
            @Nullable Said said,
            @Nullable String reason,
            long limit,
            @Nullable String fingerprint) {
        // A model that was rebuilt may be ahead of the others of its partition.
        long after = Math.max(progress.lastOffset(), modelOffset);
        Cause cause = Cause.of(
                inFlight.from().topic(),
                inFlight.from().partition(),
                inFlight.from().offset(),
                inFlight.record().value());
        return new Event(
                kind,
                name,
                version,
                samplesTopicId,
                new Source(partition, after),
                time(inFlight),
                cause,
                said,
                Map.of(),
                reason,
                limit,
                null,
                fingerprint);
    }

    private void write(InFlightRecord inFlight, String name, byte[] key, Event event) {
        inFlight.send(LearnTopology.EVENTS, key, event.toJson());
        listener.event(name, event.kind());
    }

    /** A snapshot of a model as it is now. */
    void snapshot(InFlightRecord inFlight, LiveModel live) {
        byte[] snapshot = Snapshot.of(
                        live.name(),
                        live.model(),
                        new Source(partition, live.model().lastOffset()),
                        progress.hasSeenKeyless() ? logWithKeyless : logWithoutKeyless,
                        time(inFlight))
                .toJson();
        live.listener().snapshot();
        inFlight.send(LearnTopology.SNAPSHOTS, live.key(), snapshot);
    }

    private static long time(InFlightRecord inFlight) {
        return inFlight.record().timestamp();
    }
}
