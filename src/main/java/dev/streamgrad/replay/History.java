package dev.streamgrad.replay;

import dev.streamgrad.control.Command;
import dev.streamgrad.control.Event;
import dev.streamgrad.control.Event.Cause;
import dev.streamgrad.learning.Drift;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import dev.streamgrad.replay.Ledger.Entry;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A model that is led once more through all that made it: its samples, and between them what was decided about it.
 *
 * <p>An event is not believed: it must say what the samples and commands before it give. At the first that does not, or
 * whose command is gone and not to be made up for, the history is over.
 */
public final class History {
    private final ReplayedModel replayed;
    private final Ledger ledger;
    /** Events that are still to come. */
    private final Deque<Entry> events;
    /** Of the events to come, those that say that a state caught up with the model: such states learn beside it. */
    private final Map<Entry, CatchingUp> catchingUp = new LinkedHashMap<>();

    private final Listener listener;
    /** Whether it was deleted, and no sample has made it anew. */
    private boolean gone;

    private boolean over;
    private long time = -1;
    /** Why nothing can be said from some event on. */
    private @Nullable String unknown;

    /** Hears what comes of it. */
    public interface Listener {
        /**
         * The model is where a snapshot of it is published.
         *
         * @param source the last sample in it
         * @param time of the record that caused it, in milliseconds
         */
        void snapshotIsDue(Source source, long time);

        /** The log says what does not follow. The history is over then. */
        void disagrees(long version, Source after, String what);

        /**
         * The published snapshot of a model with this fingerprint, which stands in where what restored it is gone;
         * empty if there is none.
         */
        Optional<Snapshot> standIn(String fingerprint);
    }

    /**
     * A history from where a replay begins.
     *
     * @param replayed the model there
     * @param ledger what was decided about it, and by which commands
     * @param events those of the model's that are to be followed; what was before the replay's beginning is passed over
     */
    public History(ReplayedModel replayed, Ledger ledger, Collection<Entry> events, Listener listener) {
        this.replayed = replayed;
        this.ledger = ledger;
        this.listener = listener;
        this.events = new ArrayDeque<>(events);
        while (!this.events.isEmpty() && isBehind(this.events.element().event())) {
            this.events.remove();
        }
        this.events.forEach(this::prepareToCatchUp);
    }

    /** Only where the state's next sample is still to come: what is behind the beginning is not read again. */
    private void prepareToCatchUp(Entry entry) {
        OptionalLong last = ledger.lastOfStateBehind(entry.event());
        if (last.isPresent() && replayed.model().lastOffset() <= last.getAsLong()) {
            catchingUp.put(entry, new CatchingUp(entry.event(), last.getAsLong()));
        }
    }

    /** A state that learns beside the model, until a command gives it to the model. */
    private final class CatchingUp {
        private final Event event;
        private final long last;
        private boolean begun;
        private @Nullable ReplayedModel state;

        /**
         * A state that has learned nothing yet.
         *
         * @param last the offset of the last sample in it
         */
        CatchingUp(Event event, long last) {
            this.event = event;
            this.last = last;
        }

        void sample(ConsumerRecord<byte[], byte[]> record) {
            if (record.offset() > last) {
                state().ifPresent(there -> there.take(record));
            }
        }

        /** As it is now, and not held before it is needed; empty if the model cannot go on with it. */
        Optional<ReplayedModel> state() {
            if (!begun) {
                begun = true;
                try {
                    Command command = Command.read(ledger.command(Objects.requireNonNull(event.cause())));
                    state = replayed.in(command.stateFor(replayed.model()));
                } catch (BadRecordException e) {
                    // Where the command is followed, it is refused for the same reason.
                    state = null;
                }
            }
            return Optional.ofNullable(state);
        }
    }

    /**
     * Whether the model at the beginning has an event behind it. Its last sample alone does not tell: a command stands
     * behind whatever its partition had last, a sample of another model perhaps.
     */
    private boolean isBehind(Event event) {
        Model model = replayed.model();
        long after = event.after().offset();
        if (model.lastOffset() < model.firstOffset()) {
            return after < model.firstOffset();
        }
        if (after <= model.lastOffset() && event.cause() == null) {
            return true;
        }
        return after < model.lastOffset()
                || switch (event.kind()) {
                    case CONTROL, DELETED -> event.version() <= model.version();
                    // What is refused takes no version.
                    case REFUSED -> event.version() < model.version();
                    case CREATED, RESTORED, DRIFT -> false;
                };
    }

    /** The model as it is now; if it {@linkplain #isGone is gone}, as it was last. */
    public Model model() {
        return replayed.model();
    }

    /** Whether it was deleted, and no sample has made it anew. */
    public boolean isGone() {
        return gone;
    }

    /** When the last record or command came that the model is not the same since, in milliseconds; −1 if none has. */
    public long time() {
        return time;
    }

    /** Whether nothing more is followed. */
    public boolean isOver() {
        return over;
    }

    /** Why it is over, if it is because a command is gone. */
    public Optional<String> unknown() {
        return Optional.ofNullable(unknown);
    }

    /** Follows nothing more. */
    public void end() {
        over = true;
    }

    /** Takes a record of the samples topic that is the model's, after the events that stand before it. */
    public ReplayedModel.Outcome sample(ConsumerRecord<byte[], byte[]> record) {
        followUpTo(record.offset() - 1);
        if (!over) {
            catchingUp.values().forEach(state -> state.sample(record));
        }
        if (over || (gone && !isCreatedAgainBy(record))) {
            return ReplayedModel.Outcome.UNUSED;
        }
        Model model = replayed.model();
        boolean isFirst = model.lastOffset() < model.firstOffset();
        long before = model.version();
        ReplayedModel.Outcome outcome = replayed.take(record);
        if (outcome.reachedTheModel()) {
            time = Math.max(record.timestamp(), 0);
        }
        if (isFirst && outcome.reachedTheModel() && isCreatedBy(record)) {
            events.remove();
        }
        if (outcome == ReplayedModel.Outcome.RESTORED) {
            requireSaid(
                    Event.Kind.RESTORED, record, null, "no event says that the model went back to its checkpoint here");
        }
        if (outcome.isScored() && replayed.drift() != null) {
            requireSaid(
                    Event.Kind.DRIFT, record, replayed.drift(), "no event says that the model's errors drifted here");
        }
        if (outcome == ReplayedModel.Outcome.TRAINED && model.snapshotIsDueSince(before)) {
            listener.snapshotIsDue(new Source(record.partition(), record.offset()), time);
        }
        return outcome;
    }

    /** Does what the events say that stand behind samples up to this offset, as far as it follows. */
    public void followUpTo(long offset) {
        while (followNextUpTo(offset)) {
            // All of them.
        }
    }

    /**
     * Does what the next event says, if it stands behind a sample up to this offset.
     *
     * @return whether there was such an event
     */
    public boolean followNextUpTo(long offset) {
        if (over || events.isEmpty() || events.element().event().after().offset() > offset) {
            return false;
        }
        follow(events.remove());
        return true;
    }

    /** Whether the sample makes the deleted model anew. */
    private boolean isCreatedAgainBy(ConsumerRecord<byte[], byte[]> record) {
        Entry next = events.peek();
        boolean said = next != null && isCreatedBy(record);
        if (said) {
            replayed.createdAgain(SpecSettings.parse(next.event().spec()), record.offset());
            gone = false;
        }
        return said;
    }

    /**
     * Whether an event says that this sample made the model. There is none where it is older than all events, or where
     * there were no commands for a while.
     */
    private boolean isCreatedBy(ConsumerRecord<byte[], byte[]> record) {
        Entry next = events.peek();
        return next != null
                && next.event().kind() == Event.Kind.CREATED
                && next.event().after().offset() == record.offset()
                && next.event().version() == 0;
    }

    /** What a sample does to the model by itself, an event says as well. */
    private void requireSaid(
            Event.Kind kind, ConsumerRecord<byte[], byte[]> record, @Nullable Drift drift, String otherwise) {
        Entry next = events.peek();
        if (next != null && next.event().kind() == kind && next.event().after().offset() == record.offset()) {
            events.remove();
            if (requireSame(next) && !Objects.equals(next.event().drift(), drift)) {
                disagree(
                        next,
                        "the samples give " + drift + "; it says "
                                + next.event().drift());
            }
        } else if (ledger.hadBegun(record.partition(), record.offset())) {
            disagree(replayed.model().version(), new Source(record.partition(), record.offset()), otherwise);
        }
    }

    private void follow(Entry entry) {
        Event event = entry.event();
        Cause cause = event.cause();
        Optional<CatchingUp> behind = Optional.ofNullable(catchingUp.remove(entry));
        if (cause == null) {
            disagree(entry, "no sample at that place did what it says");
            return;
        }
        Command command;
        try {
            command = commandOf(event, cause);
        } catch (BadRecordException e) {
            requireKind(entry, Event.Kind.REFUSED);
            return;
        }
        if (command == null) {
            followWithoutState(
                    entry,
                    "the command " + place(cause) + ", which is gone, and so is the snapshot that had it; keep topic "
                            + cause.topic() + " with retention.ms=-1");
        } else if (gone || command.wasObeyedBy(replayed.model()) || isRefusedForItsSize(command, event)) {
            requireKind(entry, Event.Kind.REFUSED);
        } else {
            obey(entry, command, behind);
        }
    }

    private static String place(Cause cause) {
        return cause.topic() + "-" + cause.partition() + "@" + cause.offset();
    }

    /** The command; null if it is gone, and what the event says of it is not all. */
    private @Nullable Command commandOf(Event event, Cause cause) throws BadRecordException {
        if (!ledger.isGone(cause)) {
            return Command.read(ledger.command(cause));
        }
        return event.said() == null ? Command.read(null) : event.said().withoutState();
    }

    /**
     * A state came with a command, and what it was is not known. Refused, it changed nothing; obeyed, its snapshot has
     * it.
     *
     * @param how it was restored, why that cannot be followed if its snapshot is gone, too, and the remedy
     */
    private void followWithoutState(Entry entry, String how) {
        Event event = entry.event();
        if (event.kind() == Event.Kind.REFUSED) {
            return;
        }
        Optional<Snapshot> standIn = Optional.ofNullable(event.fingerprint())
                .flatMap(listener::standIn)
                .filter(Snapshot::isIntact)
                .filter(snapshot -> isNext(snapshot.model(), event));
        if (standIn.isPresent() && requireKind(entry, Event.Kind.CONTROL)) {
            replayed.goOnWith(standIn.get().model());
            snapshotIsDueAt(entry);
        } else if (!over) {
            unknown = entry.place() + " restored a state by " + how;
            over = true;
        }
    }

    private boolean isNext(Model restored, Event event) {
        Model before = replayed.model();
        return restored.firstOffset() == before.firstOffset()
                && restored.version() == before.version() + 1
                && restored.version() == event.version()
                && restored.controls() == before.controls() + 1
                && restored.lastOffset() == before.lastOffset();
    }

    /** Only the learner knew what its topic takes; that this is more follows. */
    private boolean isRefusedForItsSize(Command command, Event event) {
        try {
            return event.kind() == Event.Kind.REFUSED
                    && event.limit() > 0
                    && command.largestSnapshot(replayed.model()) > event.limit();
        } catch (BadRecordException e) {
            return false;
        }
    }

    private void obey(Entry entry, Command command, Optional<CatchingUp> behind) {
        try {
            Command ready = command;
            if (command.catchUp()) {
                command.requireWithinReachOf(replayed.model());
                Model asSent = command.stateFor(replayed.model());
                Optional<ReplayedModel> state = behind.flatMap(CatchingUp::state);
                if (state.isEmpty()) {
                    // That of a learner which found them gone, too, is refused.
                    followWithoutState(
                            entry,
                            "learning the samples since " + asSent.lastOffset()
                                    + ", which are behind where this begins, and the snapshot that had it is gone; begin"
                                    + " with version 0, as travel does by --from-start, and keep the samples topic with"
                                    + " retention.ms=-1");
                    return;
                }
                ready = command.caughtUp(state.get().model(), replayed.model());
            }
            if (replayed.obey(ready)) {
                if (requireKind(entry, Event.Kind.CONTROL) && requireSame(entry)) {
                    snapshotIsDueAt(entry);
                }
            } else {
                gone = true;
                if (entry.event().version() != replayed.model().version() + 1) {
                    disagree(entry, "the model was at another version");
                }
                requireKind(entry, Event.Kind.DELETED);
            }
        } catch (BadRecordException e) {
            if (requireKind(entry, Event.Kind.REFUSED)
                    && entry.event().version() != replayed.model().version()) {
                disagree(entry, "the model was at another version");
            }
        }
    }

    private void snapshotIsDueAt(Entry entry) {
        time = entry.event().time();
        listener.snapshotIsDue(
                new Source(entry.event().after().partition(), replayed.model().lastOffset()),
                entry.event().time());
    }

    private boolean requireKind(Entry entry, Event.Kind kind) {
        boolean fits = entry.event().kind() == kind;
        if (!fits) {
            disagree(entry, "it says " + entry.event().kind().id() + ", and the model gives " + kind.id());
        }
        return fits;
    }

    private boolean requireSame(Entry entry) {
        Model model = replayed.model();
        boolean same = entry.event().version() == model.version()
                && Fingerprint.of(model).equals(entry.event().fingerprint());
        if (!same) {
            disagree(
                    entry,
                    String.format(
                            Locale.ROOT,
                            "the samples and commands before it give version %,d with the fingerprint %.16s…, it says %,d with"
                                    + " %.16s…",
                            model.version(),
                            Fingerprint.of(model),
                            entry.event().version(),
                            entry.event().fingerprint()));
        }
        return same;
    }

    private void disagree(Entry entry, String what) {
        disagree(entry.event().version(), entry.event().after(), entry.place() + ": " + what);
    }

    private void disagree(long version, Source after, String what) {
        if (!over) {
            over = true;
            listener.disagrees(version, after, what);
        }
    }
}
