package dev.streamgrad.cli;

import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Looks through the records of the snapshots topic, in their order, for one model's snapshot: that of a version, or the
 * newest. Holds the one snapshot for each partition that has a model of the name, and the versions that there are.
 */
final class SnapshotSearch {
    /** So many versions or names are listed; of more, the first and the last. */
    private static final int MOST_LISTED = 12;

    private final String name;
    private final @Nullable Long version;
    private final @Nullable Integer partition;
    /** By the partition of the samples topic that has the model's history. */
    private final TreeMap<Integer, Found> found = new TreeMap<>();

    private final TreeSet<String> otherNames = new TreeSet<>();
    private int unreadable;
    private String whyUnreadable = "";

    private static final class Found {
        final NavigableSet<Long> versions = new TreeSet<>();
        byte @Nullable [] value;
    }

    /**
     * A search.
     *
     * @param version null is the newest
     * @param partition null is whichever has the model
     */
    SnapshotSearch(String name, @Nullable Long version, @Nullable Integer partition) {
        this.name = name;
        this.version = version;
        this.partition = partition;
    }

    /** Looks at the next record. */
    void take(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            return;
        }
        String key = new String(record.key(), StandardCharsets.UTF_8);
        if (!key.equals(name)) {
            if (otherNames.size() <= MOST_LISTED) {
                otherNames.add(BadRecordException.shown(key));
            }
            return;
        }
        if (record.value() == null) {
            // The model was deleted; what follows is another of its name.
            found.clear();
            return;
        }
        Snapshot snapshot;
        try {
            snapshot = Snapshot.read(record.value());
        } catch (IllegalArgumentException e) {
            unreadable++;
            whyUnreadable =
                    record.topic() + "-" + record.partition() + " at offset " + record.offset() + ": " + e.getMessage();
            return;
        }
        Found model = found.computeIfAbsent(snapshot.source().partition(), each -> new Found());
        model.versions.add(snapshot.model().version());
        if (version == null || version == snapshot.model().version()) {
            model.value = record.value();
        }
    }

    /** What has been passed over because it cannot be read; empty if nothing has. */
    Optional<String> passedOver() {
        return unreadable == 0
                ? Optional.empty()
                : Optional.of("snapshots that cannot be read were passed over, " + unreadable + " in all; the last is "
                        + BadRecordException.oneLine(whyUnreadable));
    }

    /** The record's value that was looked for; empty if there is none, and {@link #fault} says why. */
    Optional<byte[]> value() {
        Found model = chosen();
        return model == null ? Optional.empty() : Optional.ofNullable(model.value);
    }

    private @Nullable Found chosen() {
        if (partition != null) {
            return found.get(partition);
        }
        return found.size() == 1 ? found.firstEntry().getValue() : null;
    }

    /** One line that says why there is none. */
    String fault() {
        String model = BadRecordException.shown(name);
        if (found.isEmpty()) {
            return "the snapshots topic must have a snapshot of " + model + "; it has "
                    + (otherNames.isEmpty() ? "none at all" : "those of " + listed(new ArrayList<>(otherNames)))
                    + "; a model has its first one after snapshot.every steps";
        }
        Found chosen = chosen();
        if (chosen == null) {
            String partitions = found.keySet().stream().map(String::valueOf).collect(Collectors.joining(" and "));
            return partition == null
                    ? "there are models named " + model + " in the partitions " + partitions
                            + "; choose one with --partition"
                    : "--partition must be one that has a model " + model + "; it is in " + partitions + "; got "
                            + partition;
        }
        return "--version must be one that there is a snapshot of; got " + version + "; of " + model + " there are "
                + listed(chosen.versions.stream().map(String::valueOf).toList());
    }

    private static String listed(List<String> all) {
        return all.size() <= MOST_LISTED
                ? String.join(", ", all)
                : String.join(", ", all.subList(0, MOST_LISTED - 1)) + ", …, " + all.get(all.size() - 1);
    }
}
