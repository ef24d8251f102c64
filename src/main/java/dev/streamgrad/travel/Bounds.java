package dev.streamgrad.travel;

import dev.streamgrad.control.Event;
import dev.streamgrad.learning.Model;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.replay.Ledger;
import dev.streamgrad.replay.Ledger.Entry;
import dev.streamgrad.replay.ModelId;
import dev.streamgrad.replay.TopicLog;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What of a model's log is before a destination, or may be. */
final class Bounds {
    private final Destination destination;
    private final List<Entry> events = new ArrayList<>();
    /** Fingerprints that events behind the destination gave the model. */
    private final Set<String> later = new HashSet<>();

    private final long lastSample;
    /**
     * Of the sample that made the model which is meant, as far as that is known; else −1. Versions begin anew where a
     * model was deleted and made again.
     */
    private final long firstOffset;

    /**
     * Bounds.
     *
     * @param samples the samples topic
     */
    Bounds(Destination destination, ModelId id, Ledger ledger, TopicLog samples) {
        this.destination = destination;
        this.firstOffset = destination.kind() == Destination.Kind.VERSION ? lastCreation(ledger.of(id)) : -1;
        long last = lastSample(destination, id, samples);
        for (Entry entry : ledger.of(id)) {
            Event event = entry.event();
            if (event.after().offset() < firstOffset) {
                continue;
            }
            // What comes behind the first that is later is later, too.
            if (later.isEmpty() && event.after().offset() <= last && destination.isNotBefore(event)) {
                events.add(entry);
            } else {
                if (later.isEmpty()) {
                    last = Math.min(last, event.after().offset());
                }
                later.add(String.valueOf(event.fingerprint()));
            }
        }
        this.lastSample = last;
    }

    private static long lastCreation(List<Entry> events) {
        return events.stream()
                .map(Entry::event)
                .filter(event -> event.kind() == Event.Kind.CREATED)
                .mapToLong(event -> event.after().offset())
                .max()
                .orElse(-1);
    }

    private static long lastSample(Destination destination, ModelId id, TopicLog samples) {
        long end = samples.end(id.partition());
        return switch (destination.kind()) {
            case VERSION -> end - 1;
            case OFFSET -> Math.min(destination.value(), end - 1);
            case TIME -> samples.offsetOf(id.partition(), destination.value() + 1) - 1;
        };
    }

    /** The events that are followed. */
    List<Entry> events() {
        return events;
    }

    /** The last offset of the samples topic that may be looked at. */
    long lastSample() {
        return lastSample;
    }

    /** Whether the model of a snapshot is not behind the destination. */
    boolean isNotBefore(Snapshot snapshot) {
        Model model = snapshot.model();
        return destination.kind() == Destination.Kind.VERSION
                ? model.version() <= destination.value() && model.firstOffset() >= firstOffset
                : snapshot.source().offset() <= lastSample && !later.contains(snapshot.fingerprint());
    }
}
