package dev.streamgrad.settings;

import java.lang.reflect.Field;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The names of Kafka's own settings. Kafka takes any other name in silence, because what is plugged in, an interceptor
 * or a login callback, is configured by names of its own: so one that is unknown is worth a word, and no more than
 * that.
 */
final class KafkaNames {
    /** Which client's settings may follow a prefix. No prefix begins with another one. */
    private static final Map<String, Set<String>> BY_PREFIX = Map.of(
            StreamsConfig.MAIN_CONSUMER_PREFIX, ConsumerConfig.configNames(),
            StreamsConfig.RESTORE_CONSUMER_PREFIX, ConsumerConfig.configNames(),
            StreamsConfig.GLOBAL_CONSUMER_PREFIX, ConsumerConfig.configNames(),
            StreamsConfig.CONSUMER_PREFIX, ConsumerConfig.configNames(),
            StreamsConfig.PRODUCER_PREFIX, ProducerConfig.configNames(),
            StreamsConfig.ADMIN_CLIENT_PREFIX, AdminClientConfig.configNames(),
            StreamsConfig.TOPIC_PREFIX, topicNames());

    private static final Set<String> WITHOUT_PREFIX = withoutPrefix();

    private KafkaNames() {}

    private static Set<String> withoutPrefix() {
        Set<String> names = new TreeSet<>(StreamsConfig.configDef().names());
        names.addAll(ConsumerConfig.configNames());
        names.addAll(ProducerConfig.configNames());
        names.addAll(AdminClientConfig.configNames());
        return names;
    }

    /** Those that Kafka's class of constants has. */
    private static Set<String> topicNames() {
        Set<String> names = new TreeSet<>();
        for (Field field : TopicConfig.class.getFields()) {
            if (field.getName().endsWith("_CONFIG")) {
                try {
                    names.add((String) field.get(null));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException("a public constant of Kafka cannot be read", e);
                }
            }
        }
        return names;
    }

    /** Whether Kafka Streams or a client of Kafka has a setting of this name, which has no prefix. */
    static boolean isKnown(String name) {
        return WITHOUT_PREFIX.contains(name);
    }

    /** What to say of a name that nothing of Kafka knows; empty if something does. */
    static Optional<String> doubt(String name) {
        for (Map.Entry<String, Set<String>> client : BY_PREFIX.entrySet()) {
            String prefix = client.getKey();
            if (name.startsWith(prefix)) {
                return doubt(prefix, name.substring(prefix.length()), client.getValue());
            }
        }
        return doubt("", name, WITHOUT_PREFIX);
    }

    private static Optional<String> doubt(String prefix, String name, Set<String> known) {
        if (known.contains(name) || isOpen(name)) {
            return Optional.empty();
        }
        String before = Settings.KAFKA_PREFIX + prefix;
        return Optional.of("setting " + before + name + " is unknown to Kafka; "
                + SettingFaults.nearest(name, known)
                        .map(nearest -> "did you mean " + before + nearest + "? ")
                        .orElse("")
                + "it is passed on for what may be plugged in");
    }

    /** Names below these are for whoever is plugged in to choose, and two underscores are Kafka Streams' own. */
    private static boolean isOpen(String name) {
        return name.startsWith("metrics.context.")
                || name.startsWith("config.providers.")
                || name.startsWith("listener.name.")
                || name.startsWith("__");
    }
}
