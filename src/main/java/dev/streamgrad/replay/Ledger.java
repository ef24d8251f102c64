package dev.streamgrad.replay;

import dev.streamgrad.control.Command;
import dev.streamgrad.control.Event;
import dev.streamgrad.control.Event.Cause;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What was decided about the models of a log: its events, and the commands that they name. All of both are held: they
 * are few.
 *
 * <p>It believes nothing: {@link #faults} says what does not fit between the two topics, and whether an event follows
 * from the samples before it is for a replay to say.
 */
public final class Ledger {
    /** That of a learner without commands. */
    public static final Ledger EMPTY = new Ledger("");

    private final Map<ModelId, List<Entry>> entries = new TreeMap<>();
    private final String samplesTopicId;
    private String controlTopicId = "";
    /** Whether the oldest events are there. */
    private boolean whole;
    /** By partition of the samples topic: the first offset that an event stands behind. */
    private final Map<Integer, Long> begins = new HashMap<>();

    private final Map<TopicPartition, Map<Long, ConsumerRecord<byte[], byte[]>>> commands = new HashMap<>();
    /** By partition of the control topic: what is there, from the oldest offset on. */
    private final Map<TopicPartition, Long> oldest = new HashMap<>();
    /** By partition of the control topic: the last command that an event names, and how far the events went. */
    private final Map<TopicPartition, Map<Long, Entry>> caused = new HashMap<>();

    /** Of commands whose state had to catch up: the offset of the last sample in it. */
    private final Map<Cause, Long> lastsOfStatesBehind = new HashMap<>();

    private final List<Fault> faults = new ArrayList<>();

    /**
     * An event, and where it stands.
     *
     * @param event what was decided
     * @param partition of the events topic
     * @param offset in it
     */
    public record Entry(Event event, int partition, long offset) {
        /** As a person finds it. */
        public String place() {
            return "event " + partition + "@" + offset;
        }
    }

    /**
     * Something that does not fit.
     *
     * @param model the name of the model that it is about; may be empty
     * @param text what, in one line
     */
    public record Fault(String model, String text) {}

    private Ledger(String samplesTopicId) {
        this.samplesTopicId = samplesTopicId;
    }

    /**
     * Reads what both topics hold now. To be called after the topics have been opened of which it is to tell, and
     * before that of the samples.
     *
     * @param samplesTopicId events about a samples topic that had another id are about other models; empty if it is not
     *     known
     * @param isStopped whether to end early; what was read until then is then returned
     */
    public static Ledger read(Settings settings, String samplesTopicId, BooleanSupplier isStopped) {
        Optional<String> control = settings.controlTopic();
        if (control.isEmpty()
                || !TopicLog.exists(settings, control.get())
                || !TopicLog.exists(settings, settings.eventsTopic())) {
            return EMPTY;
        }
        Ledger ledger = new Ledger(samplesTopicId);
        try (TopicLog events = TopicLog.ofAllBegun(settings, settings.eventsTopic());
                TopicLog commands = new TopicLog(settings, control.get())) {
            while (!events.isAtEnd() && !isStopped.getAsBoolean()) {
                events.poll(ledger::take);
            }
            ledger.whole = true;
            for (int partition = 0; partition < events.partitions(); partition++) {
                ledger.whole &= events.beginning(partition) == 0;
            }
            ledger.controlTopicId = commands.topicId();
            for (int partition = 0; partition < commands.partitions(); partition++) {
                ledger.oldest.put(new TopicPartition(control.get(), partition), commands.beginning(partition));
            }
            while (!commands.isAtEnd() && !isStopped.getAsBoolean()) {
                commands.poll(record -> ledger.commands
                        .computeIfAbsent(partitionOf(record), key -> new TreeMap<>())
                        .put(record.offset(), record));
            }
        }
        ledger.compare();
        return ledger;
    }

    private static TopicPartition partitionOf(ConsumerRecord<byte[], byte[]> record) {
        return new TopicPartition(record.topic(), record.partition());
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        Event event;
        try {
            event = Event.read(record.value() == null ? new byte[0] : record.value());
        } catch (IllegalArgumentException e) {
            String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
            faults.add(new Fault(key, "event " + record.partition() + "@" + record.offset() + ": " + e.getMessage()));
            return;
        }
        Entry entry = new Entry(event, record.partition(), record.offset());
        Cause cause = event.cause();
        if (cause != null) {
            Entry other = caused.computeIfAbsent(
                            new TopicPartition(cause.topic(), cause.partition()), key -> new TreeMap<>())
                    .put(cause.offset(), entry);
            if (other != null) {
                fault(entry, "the command " + place(cause) + " has another, " + other.place());
            }
        }
        if (!samplesTopicId.isEmpty()
                && !event.samplesTopicId().isEmpty()
                && !event.samplesTopicId().equals(samplesTopicId)) {
            return;
        }
        ModelId id = new ModelId(event.model(), event.after().partition());
        List<Entry> ofModel = entries.computeIfAbsent(id, key -> new ArrayList<>());
        if (!ofModel.isEmpty()) {
            Event before = ofModel.get(ofModel.size() - 1).event();
            if (event.after().offset() < before.after().offset()) {
                fault(
                        entry,
                        "it stands behind sample " + event.after().offset() + ", and the one before it behind "
                                + before.after().offset());
            }
        }
        ofModel.add(entry);
        begins.merge(event.after().partition(), event.after().offset(), Math::min);
    }

    private static String place(Cause cause) {
        return cause.topic() + "-" + cause.partition() + "@" + cause.offset();
    }

    private void fault(Entry entry, String text) {
        faults.add(new Fault(entry.event().model(), entry.place() + ": " + text));
    }

    /** What events say of commands, and the commands. */
    private void compare() {
        caused.forEach((partition, ofPartition) -> ofPartition.forEach((offset, entry) -> compare(entry)));
        commands.forEach((partition, ofPartition) -> {
            Map<Long, Entry> dealtWith = caused.getOrDefault(partition, Map.of());
            long first =
                    dealtWith.keySet().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
            long last =
                    dealtWith.keySet().stream().mapToLong(Long::longValue).max().orElse(-1);
            ofPartition.forEach((offset, record) -> {
                if (offset > first && offset < last && !dealtWith.containsKey(offset)) {
                    String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
                    faults.add(new Fault(key, "the command " + partition + "@" + offset + " has no event"));
                }
            });
        });
    }

    private void compare(Entry entry) {
        Cause cause = entry.event().cause();
        if (cause == null || isGone(cause)) {
            return;
        }
        ConsumerRecord<byte[], byte[]> record = record(cause);
        if (record == null) {
            fault(entry, "there is no command " + place(cause));
            return;
        }
        if (!Event.sha256(record.value()).equals(cause.sha256())) {
            fault(entry, "the command " + place(cause) + " is another than the one that was dealt with");
        }
        String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        if (!entry.event().model().isEmpty() && !key.equals(entry.event().model())) {
            fault(entry, "the command " + place(cause) + " is for another model");
        }
        if (entry.event().said() != null && entry.event().said().isOfAState()) {
            lastOfStateBehind(record.value()).ifPresent(last -> lastsOfStatesBehind.put(cause, last));
        }
    }

    /** Read here once: with a state a command is large. */
    private static OptionalLong lastOfStateBehind(byte @Nullable [] value) {
        try {
            Command command = Command.read(value);
            return command.catchUp() && command.lastOffset() != null
                    ? OptionalLong.of(command.lastOffset())
                    : OptionalLong.empty();
        } catch (BadRecordException e) {
            // It was refused, which is for a replay to say.
            return OptionalLong.empty();
        }
    }

    private @Nullable ConsumerRecord<byte[], byte[]> record(Cause cause) {
        return commands.getOrDefault(new TopicPartition(cause.topic(), cause.partition()), Map.of())
                .get(cause.offset());
    }

    /** Whether all events that were ever written are there to be read. */
    public boolean isWhole() {
        return whole;
    }

    /** What does not fit between events and commands. */
    public List<Fault> faults() {
        return List.copyOf(faults);
    }

    /** The models of this name that there are events of, by partition. */
    public List<ModelId> named(String name) {
        return entries.keySet().stream().filter(id -> id.name().equals(name)).toList();
    }

    /** The events of a model, in order. */
    public List<Entry> of(ModelId id) {
        return List.copyOf(entries.getOrDefault(id, List.of()));
    }

    /** Whether events were written of this partition of the samples topic before the sample at this offset. */
    public boolean hadBegun(int partition, long offset) {
        Long first = begins.get(partition);
        return first != null && first < offset;
    }

    /** The settings with which the sample at this offset made a model; empty if no event says so. */
    public Optional<ModelSpec> specOf(ModelId id, long firstOffset) {
        return entries.getOrDefault(id, List.of()).stream()
                .map(Entry::event)
                .filter(event ->
                        event.kind() == Event.Kind.CREATED && event.after().offset() == firstOffset)
                .findFirst()
                .map(event -> SpecSettings.parse(event.spec()));
    }

    /** The id of the control topic; empty if there is none, or it is not known. */
    public String controlTopicId() {
        return controlTopicId;
    }

    /** The last command of a partition of the control topic that has been dealt with; −1 if none has. */
    public long lastCommand(int partition) {
        return caused.entrySet().stream()
                .filter(ofPartition -> ofPartition.getKey().partition() == partition)
                .flatMap(ofPartition -> ofPartition.getValue().keySet().stream())
                .mapToLong(Long::longValue)
                .max()
                .orElse(-1);
    }

    /** Whether a command has been deleted since it was dealt with. */
    public boolean isGone(Cause cause) {
        Long first = oldest.get(new TopicPartition(cause.topic(), cause.partition()));
        return first == null || cause.offset() < first;
    }

    /**
     * The fingerprints of models that a command gave a state to which is not in the command: because the command is
     * gone, or because the state had to catch up, and what it learned then may be gone.
     */
    public Set<String> fingerprintsOfStatesElsewhere() {
        Set<String> fingerprints = new HashSet<>();
        entries.values().stream().flatMap(List::stream).map(Entry::event).forEach(event -> {
            if (event.kind() == Event.Kind.CONTROL
                    && event.fingerprint() != null
                    && event.said() != null
                    && event.said().isOfAState()
                    && (isGone(event) || lastOfStateBehind(event).isPresent())) {
                fingerprints.add(event.fingerprint());
            }
        });
        return fingerprints;
    }

    private boolean isGone(Event event) {
        return event.cause() != null && isGone(event.cause());
    }

    /**
     * The offset of the last sample in the state that came with a command, if it had to catch up with the model before
     * it was restored; empty for all other events, and if the command is gone.
     */
    OptionalLong lastOfStateBehind(Event event) {
        Long last = event.cause() == null ? null : lastsOfStatesBehind.get(event.cause());
        return last == null ? OptionalLong.empty() : OptionalLong.of(last);
    }

    /** The value of a command; null if it has none, or is not there. */
    public byte @Nullable [] command(Cause cause) {
        ConsumerRecord<byte[], byte[]> record = record(cause);
        return record == null ? null : record.value();
    }
}
