package dev.streamgrad.stream;

import dev.streamgrad.cluster.ClusterFacts;
import dev.streamgrad.control.Command;
import dev.streamgrad.control.Event.Said;
import dev.streamgrad.learning.Model;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.records.ModelName;
import dev.streamgrad.records.ValueFormat;
import dev.streamgrad.replay.ModelId;
import dev.streamgrad.replay.OwnRecords;
import dev.streamgrad.replay.ReplayedModel;
import dev.streamgrad.replay.Replayer;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.LearningListener.CommandOutcome;
import dev.streamgrad.stream.LearningListener.TaskListener;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the models of a task do what the records of the control topic say: a command in; an event out, and a snapshot, a
 * tombstone or a dead letter. Every record of the control topic has exactly one event, which says where among the
 * samples it took effect.
 *
 * <p>A command is obeyed whole, or refused with the model as it was.
 */
final class ControlHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ControlHandler.class);

    private final ClusterFacts cluster;
    private final int partition;
    private final LiveModels models;
    private final PartitionProgress progress;
    private final Ledger ledger;
    private final Replayer replayer;
    private final OwnRecords own;
    private final SamplesAgain samples;
    private final TaskListener listener;
    private boolean saidThatItSkips;

    /**
     * A handler of one partition's commands.
     *
     * @param models the partition's
     * @param progress how far its commands have been dealt with
     * @param ledger of the partition
     * @param values what the samples' values are
     * @param samples for states that have to catch up
     */
    ControlHandler(
            Settings settings,
            ClusterFacts cluster,
            int partition,
            LiveModels models,
            PartitionProgress progress,
            Ledger ledger,
            ValueFormat values,
            SamplesAgain samples,
            TaskListener listener) {
        this.cluster = cluster;
        this.partition = partition;
        this.models = models;
        this.progress = progress;
        this.ledger = ledger;
        this.replayer = new Replayer(settings, cluster.samplesPartitions(), values);
        this.own =
                new OwnRecords(settings.modelNames(cluster.samplesPartitions(), values), cluster.samplesPartitions());
        this.samples = samples;
        this.listener = listener;
    }

    /** Obeys a command, or says why not. */
    void handle(InFlightRecord inFlight) {
        long offset = inFlight.from().offset();
        if (offset <= progress.lastCommand()) {
            skip(inFlight);
            return;
        }
        new Handling(inFlight).run();
        progress.commandReached(offset);
    }

    /** The group's offsets can be lost, or be set back; the state knows better. */
    private void skip(InFlightRecord inFlight) {
        if (!saidThatItSkips) {
            saidThatItSkips = true;
            LOG.warn(
                    "{}-{} is read again from offset {}, though its commands have been dealt with up to offset {}: those are"
                            + " skipped",
                    inFlight.from().topic(),
                    inFlight.from().partition(),
                    inFlight.from().offset(),
                    progress.lastCommand());
        }
        listener.readAgain();
    }

    /** One command, and what is known of it so far. */
    private final class Handling {
        private final InFlightRecord inFlight;
        private String name = "";
        private @Nullable Command command;
        private @Nullable LiveModel live;
        /** How many bytes a snapshot may have, if that is why the command is refused. */
        private long limit;

        Handling(InFlightRecord inFlight) {
            this.inFlight = inFlight;
        }

        void run() {
            try {
                Record<byte[], byte[]> record = inFlight.record();
                if (record.key() == null) {
                    throw new BadRecordException(
                            Reason.KEY, "key must be the name of the model that is to obey; got none");
                }
                name = ModelName.of(record.key());
                live = models.get(record.key());
                Command read = Command.read(record.value());
                command = read;
                if (live == null) {
                    throw new BadRecordException(
                            Reason.COMMAND,
                            "key must name a model of partition " + partition + "; there is none called "
                                    + BadRecordException.shown(name)
                                    + "; send the command to the partition that has the model's samples");
                }
                if (read.wasObeyedBy(live.model())) {
                    String reason =
                            "id must be new; the model has obeyed " + BadRecordException.shown(read.id()) + " already";
                    ledger.refused(inFlight, name, live, Said.of(read), reason, 0);
                    listener.commanded(name, read.kind(), CommandOutcome.REPEATED);
                    return;
                }
                obey(read, live);
            } catch (BadRecordException e) {
                refuse(e);
            }
        }

        private void obey(Command read, LiveModel obedient) throws BadRecordException {
            requireRoom(read.largestSnapshot(obedient.model()));
            int depth = obedient.model().spec().architecture().depth();
            Command ready = read.catchUp() ? caughtUp(read, obedient.model()) : read;
            Model next = ready.applyTo(obedient.model());
            if (next == null) {
                ledger.deleted(inFlight, obedient, Said.of(read));
                models.delete(obedient);
                listener.gone(name);
            } else {
                if (next.spec().architecture().depth() != depth) {
                    listener.gone(name);
                }
                LiveModel replaced = models.replace(obedient, next);
                replaced.listener().frozen(next.isFrozen());
                ledger.obeyed(inFlight, replaced, Said.of(read));
                ledger.snapshot(inFlight, replaced);
            }
            listener.commanded(name, read.kind(), CommandOutcome.OBEYED);
            LOG.info("model {} has obeyed {} by {}: {}", name, read.kind().id(), read.by(), read.why());
        }

        /**
         * Lets the state that came with a command learn what the model has learned since. Where the samples are in the
         * log, they are committed: the model has learned them.
         */
        private Command caughtUp(Command behind, Model model) throws BadRecordException {
            behind.requireWithinReachOf(model);
            ReplayedModel state = replayer.from(new ModelId(name, partition), behind.stateFor(model));
            long next = state.model().lastOffset() + 1;
            boolean all = model.lastOffset() < next
                    || samples.read(partition, next, model.lastOffset(), sample -> {
                        if (own.isOf(state, sample)) {
                            state.take(sample);
                        }
                    });
            if (!all) {
                throw new BadRecordException(
                        Reason.COMMAND,
                        "lastOffset must be one whose later samples are still in partition " + partition + "; got "
                                + (next - 1) + "; send a state that has learned more");
            }
            return behind.caughtUp(state.model(), model);
        }

        /** Before the model is made: it may be much larger than what was said of it. */
        private void requireRoom(long largest) throws BadRecordException {
            if (largest > cluster.largestSnapshot()) {
                limit = cluster.largestSnapshot();
                throw new BadRecordException(
                        Reason.LIMIT,
                        "the model must have snapshots of at most " + limit
                                + " bytes, which is what the snapshots topic takes; these may have " + largest
                                + "; raise max.message.bytes of that topic, and kafka.producer.max.request.size");
            }
        }

        private void refuse(BadRecordException e) {
            ledger.refused(inFlight, name, live, command == null ? null : Said.of(command), e.text(), limit);
            if (command == null || live == null || !command.comesAtTheWrongTimeFor(live.model())) {
                inFlight.failed(e.text());
                listener.deadLetter(name, e.reason(), e.text());
            }
            listener.commanded(name, command == null ? null : command.kind(), CommandOutcome.REFUSED);
        }
    }
}
