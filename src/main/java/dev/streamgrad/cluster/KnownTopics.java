package dev.streamgrad.cluster;

import dev.streamgrad.settings.Settings;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;

/** What was seen of the topics, and what a new look says about them. Of one thread. */
final class KnownTopics {
    private final Settings settings;
    private final Map<String, Uuid> ids = new HashMap<>();
    private final Set<String> doubtful = new HashSet<>();

    KnownTopics(Settings settings) {
        this.settings = settings;
    }

    /** The topic is there under this id; returns what is wrong with that and what to do. */
    Optional<String> found(String topic, Uuid id) {
        doubtful.remove(topic);
        Uuid before = ids.putIfAbsent(topic, id);
        return before == null || before.equals(id)
                ? Optional.empty()
                : Optional.of("topic " + topic + " must stay; it was deleted and made anew; "
                        + Remedies.goneTopic(settings, topic));
    }

    /**
     * The broker does not know the topic. One that has just started, or has not heard of the latest yet, says so of any
     * topic: only the second time in a row counts.
     */
    Optional<String> unknown(String topic) {
        return doubtful.add(topic)
                ? Optional.empty()
                : Optional.of("topic " + topic + " must exist; it was deleted; " + Remedies.goneTopic(settings, topic));
    }

    /** Whether the next look is to come soon. */
    boolean isInDoubt() {
        return !doubtful.isEmpty();
    }
}
