package dev.streamgrad.audit;

import dev.streamgrad.audit.Finding.Verdict;
import dev.streamgrad.control.Command;
import dev.streamgrad.control.Event;
import dev.streamgrad.control.Event.Cause;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.SnapshotDigest;
import dev.streamgrad.records.Source;
import dev.streamgrad.replay.Ledger;
import dev.streamgrad.replay.Ledger.Entry;
import dev.streamgrad.replay.ReplayedModel;
import dev.streamgrad.replay.Replayer.Known;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * One model under audit: it is trained again on its samples, and what its snapshots had to say is compared with what
 * they say.
 *
 * <p>Snapshots and samples are read side by side, so either may be a little ahead: what waits for the other side is
 * kept, by version, and no more than that.
 */
final class Audited {
    private final ReplayedModel replayed;
    private final String name;
    private final boolean settingsStandIn;
    private final Ledger ledger;
    /** Events that are still to come. */
    private final Deque<Entry> events;
    /** Whether it was deleted, and no sample has made it anew. */
    private boolean gone;
    /** Where the replay begins: what was before is not looked at. */
    private final Moment base;
    /** Published and not yet derived, or derived and not yet met. */
    private final Map<Moment, SnapshotDigest> published = new HashMap<>();

    private final Map<Moment, List<SnapshotDigest>> derived = new HashMap<>();
    /** The last in each partition of the snapshots topic, of which a model uses one unless they have been increased. */
    private final Map<Integer, Moment> lastIn = new HashMap<>();

    private long largestRecord;
    private long smallestRecord = Long.MAX_VALUE;
    private long checked;
    private long last;
    private boolean obeyedCommands;
    private @Nullable String mismatch;
    /** Why nothing can be said from some event on. */
    private @Nullable String unknown;

    /**
     * What names one state: versions begin anew where a model was deleted and made again.
     *
     * @param firstOffset of the sample that made the model
     * @param version of the model
     */
    private record Moment(long firstOffset, long version) implements Comparable<Moment> {
        static Moment of(Model model) {
            return new Moment(model.firstOffset(), model.version());
        }

        @Override
        public int compareTo(Moment other) {
            int byOffset = Long.compare(firstOffset, other.firstOffset);
            return byOffset != 0 ? byOffset : Long.compare(version, other.version);
        }
    }

    /**
     * A model under audit.
     *
     * @param replayed the model where its replay begins
     * @param base the snapshot that it was taken from, or begun for
     * @param known what it and later ones say of which records are the model's
     * @param ledger what was decided about it
     */
    Audited(ReplayedModel replayed, Snapshot base, Known known, Ledger ledger) {
        this.replayed = replayed;
        this.name = replayed.id().name();
        this.settingsStandIn = known.maxRecordBytes() == 0;
        this.ledger = ledger;
        this.base = Moment.of(replayed.model());
        this.events = new ArrayDeque<>(ledger.of(replayed.id()));
        events.removeIf(this::isBeforeTheBase);
        if (replayed.baseVersion() > 0 && !base.isIntact()) {
            disagree(base.model().version(), base.source(), "the snapshot's own weights do not have its fingerprint");
        }
    }

    private boolean isBeforeTheBase(Entry entry) {
        Model model = replayed.model();
        long after = entry.event().after().offset();
        return replayed.baseVersion() == 0
                ? after < model.firstOffset()
                : after < model.lastOffset()
                        || (after == model.lastOffset() && entry.event().version() <= model.version());
    }

    /** Whether records without a key are the model's. */
    boolean takesKeyless() {
        return replayed.takesKeyless();
    }

    long waiting() {
        return mismatch == null && unknown == null ? derived.size() - published.size() : 0;
    }

    /** A record of the samples topic that is the model's. */
    void sample(ConsumerRecord<byte[], byte[]> record) {
        long size = ReplayedModel.size(record);
        largestRecord = Math.max(largestRecord, size);
        smallestRecord = Math.min(smallestRecord, size);
        if (mismatch != null || unknown != null) {
            return;
        }
        followUpTo(record.offset() - 1);
        if (mismatch != null || unknown != null || (gone && !isCreatedAgainBy(record))) {
            return;
        }
        Model model = replayed.model();
        boolean isFirst = model.lastOffset() < model.firstOffset();
        long before = model.version();
        ReplayedModel.Outcome outcome = replayed.take(record);
        if (isFirst && outcome.reachedTheModel() && isCreatedBy(record)) {
            events.remove();
        }
        if (outcome == ReplayedModel.Outcome.RESTORED) {
            requireRestored(record);
        }
        if (outcome == ReplayedModel.Outcome.TRAINED && model.snapshotIsDueSince(before)) {
            derive(new Source(record.partition(), record.offset()), Math.max(record.timestamp(), 0));
        }
    }

    private void derive(Source source, long time) {
        Model model = replayed.model();
        List<SnapshotDigest> digests = SnapshotDigest.derived(name, model, source, time);
        Moment moment = Moment.of(model);
        SnapshotDigest met = published.remove(moment);
        if (met == null) {
            derived.put(moment, digests);
        } else {
            compare(digests, met);
        }
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

    private void requireRestored(ConsumerRecord<byte[], byte[]> record) {
        Entry next = events.peek();
        if (next != null
                && next.event().kind() == Event.Kind.RESTORED
                && next.event().after().offset() == record.offset()) {
            events.remove();
            requireSame(next);
        } else if (ledger.hadBegun(record.partition(), record.offset())) {
            disagree(
                    replayed.model().version(),
                    new Source(record.partition(), record.offset()),
                    "no event says that the model went back to its checkpoint here");
        }
    }

    /** Does what the events say that stand behind samples up to this offset, as far as it follows. */
    private void followUpTo(long offset) {
        while (mismatch == null
                && unknown == null
                && !events.isEmpty()
                && events.element().event().after().offset() <= offset) {
            follow(events.remove());
        }
    }

    private void follow(Entry entry) {
        Event event = entry.event();
        Cause cause = event.cause();
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
            unknown = entry.place() + " restored a state by the command " + cause.topic() + "-" + cause.partition()
                    + "@" + cause.offset() + ", which is gone; keep that topic with retention.ms=-1";
        } else if (gone || command.wasObeyedBy(replayed.model()) || isRefusedForItsSize(command, event)) {
            requireKind(entry, Event.Kind.REFUSED);
        } else {
            obey(entry, command);
        }
    }

    /** The command; null if it is gone, and what the event says of it is not all. */
    private @Nullable Command commandOf(Event event, Cause cause) throws BadRecordException {
        if (!ledger.isGone(cause)) {
            return Command.read(ledger.command(cause));
        }
        return event.said() == null ? Command.read(null) : event.said().withoutState();
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

    private void obey(Entry entry, Command command) {
        try {
            if (replayed.obey(command)) {
                if (requireKind(entry, Event.Kind.CONTROL) && requireSame(entry)) {
                    derive(
                            new Source(
                                    entry.event().after().partition(),
                                    replayed.model().lastOffset()),
                            entry.event().time());
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

    /**
     * A record of the snapshots topic about this model.
     *
     * @param value what it was read from
     * @param ofThisLog whether it says that it is of the samples topic that is there
     */
    void snapshot(Snapshot snapshot, byte[] value, int inPartition, boolean ofThisLog) {
        obeyedCommands |= snapshot.model().controls() > 0;
        long version = snapshot.model().version();
        Moment moment = Moment.of(snapshot.model());
        if (mismatch != null || unknown != null || moment.compareTo(base) <= 0) {
            return;
        }
        if (!ofThisLog) {
            disagree(version, snapshot.source(), "it says that its samples are of another topic");
            return;
        }
        // Those that compaction has removed come no more.
        derived.keySet().removeIf(older -> older.compareTo(moment) < 0);
        Moment before = lastIn.put(inPartition, moment);
        if (before != null && moment.compareTo(before) <= 0) {
            disagree(version, snapshot.source(), "there is more than one snapshot of this version");
            return;
        }
        SnapshotDigest digest = SnapshotDigest.published(snapshot, value);
        List<SnapshotDigest> ours = derived.remove(moment);
        if (ours == null) {
            published.put(moment, digest);
        } else {
            compare(ours, digest);
        }
    }

    private void compare(List<SnapshotDigest> derivedInEachFormat, SnapshotDigest theirs) {
        String difference = derivedInEachFormat.get(theirs.format() - 1).differenceFrom(theirs);
        if (difference != null) {
            disagree(theirs.version(), theirs.source(), difference);
        } else {
            checked++;
            last = Math.max(last, theirs.version());
        }
    }

    private void disagree(long version, Source source, String what) {
        if (mismatch == null) {
            mismatch = String.format(
                    Locale.ROOT,
                    "at version %,d (sample %d@%d): %s",
                    version,
                    source.partition(),
                    source.offset(),
                    what);
            published.clear();
            derived.clear();
        }
    }

    /**
     * All samples and snapshots have been seen. Snapshots that compaction has removed are no fault; one too many is.
     *
     * @param keyless how many records without a key its partition has
     */
    Finding finish(long keyless) {
        followUpTo(Long.MAX_VALUE);
        if (unknown != null) {
            return finding(Verdict.NOT_VERIFIED, unknown);
        }
        published.entrySet().stream()
                .min(Map.Entry.comparingByKey())
                .ifPresent(first -> disagree(
                        first.getKey().version(),
                        first.getValue().source(),
                        String.format(
                                Locale.ROOT,
                                "the samples in the log lead only to version %,d",
                                replayed.model().version())));
        if (mismatch != null) {
            String doubt = doubt(keyless);
            return doubt == null ? finding(Verdict.MISMATCH, mismatch) : finding(Verdict.NOT_VERIFIED, doubt);
        }
        if (checked == 0) {
            return finding(
                    Verdict.NOT_VERIFIED,
                    String.format(
                            Locale.ROOT,
                            "no snapshot after that of version %,d, where the replay begins",
                            replayed.baseVersion()));
        }
        return finding(Verdict.AGREES, "");
    }

    private Finding finding(Verdict verdict, String text) {
        return new Finding(name, replayed.id().partition(), verdict, replayed.baseVersion(), checked, last, text);
    }

    /**
     * What a snapshot of format 1 does not say, and the settings may say otherwise than they did then: which records
     * were too large, if some are much larger than others, and whose those without a key were, if there are any.
     */
    private @Nullable String doubt(long keyless) {
        if (obeyedCommands && !ledger.isWhole()) {
            return "it has obeyed commands, and not all events are there to follow: control.topic and events.topic must be those"
                    + " of the learner, this user must be able to read them, and none of their records may be gone ("
                    + mismatch + ")";
        }
        if (!settingsStandIn) {
            return null;
        }
        int limit = replayed.model().spec().hyperparameters().maxRecordBytes();
        if (largestRecord > limit || largestRecord > 2 * smallestRecord) {
            return String.format(
                    Locale.ROOT,
                    "it has records of up to %,d bytes, and its snapshots are too old to say which were taken; it does not fit"
                            + " max.record.bytes=%d; run the audit with the value that the learner had (%s)",
                    largestRecord,
                    limit,
                    mismatch);
        }
        if (keyless > 0) {
            return String.format(
                    Locale.ROOT,
                    "its partition has %,d records without a key, and its snapshots are too old to say whose they were; it"
                            + " does not fit the present default.model; run the audit with the value that the learner had (%s)",
                    keyless,
                    mismatch);
        }
        return null;
    }
}
