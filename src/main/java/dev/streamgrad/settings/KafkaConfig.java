package dev.streamgrad.settings;

import static java.util.Map.entry;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;

/**
 * What Kafka Streams and Kafka's clients are configured with: our defaults, the settings {@code kafka.*} over them, and
 * over those what learning exactly once depends on.
 */
public final class KafkaConfig {
    private static final String NO_HANDLER =
            "going on after a failed write would lose weights; bad records are dead letters without it";

    private static final String SET_INSTANCE_ID = "set instance.id itself, after which transactions are named too";

    /** What of Kafka's own is not to be set, and why or what instead. */
    private static final Map<String, String> FIXED = Map.ofEntries(
            entry(StreamsConfig.APPLICATION_ID_CONFIG, "set application.id itself"),
            entry(CommonClientConfigs.GROUP_INSTANCE_ID_CONFIG, SET_INSTANCE_ID),
            entry(StreamsConfig.consumerPrefix(CommonClientConfigs.GROUP_INSTANCE_ID_CONFIG), SET_INSTANCE_ID),
            entry(StreamsConfig.mainConsumerPrefix(CommonClientConfigs.GROUP_INSTANCE_ID_CONFIG), SET_INSTANCE_ID),
            entry(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "set bootstrap.servers itself"),
            entry(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, "learning is always " + StreamsConfig.EXACTLY_ONCE_V2),
            entry(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, NO_HANDLER),
            entry(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, NO_HANDLER),
            entry(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, NO_HANDLER),
            entry("default.production.exception.handler", NO_HANDLER),
            entry("default.deserialization.exception.handler", NO_HANDLER));

    private final Map<String, String> given;
    private final String applicationId;
    private final String bootstrapServers;
    private final Optional<String> instanceId;
    private final RecordLimits limits;
    private final long maxRequestSize;

    /**
     * A checked configuration.
     *
     * @param given the settings {@code kafka.*}, without that prefix
     * @throws SettingsException for the first thing that is wrong
     */
    KafkaConfig(
            Map<String, String> given,
            String applicationId,
            String bootstrapServers,
            Optional<String> instanceId,
            RecordLimits limits) {
        this.given = Map.copyOf(given);
        this.applicationId = applicationId;
        this.bootstrapServers = bootstrapServers;
        this.instanceId = instanceId;
        this.limits = limits;
        requireNothingFixed();
        this.maxRequestSize = checkedRequestSize();
        limits.requireRoom(maxRequestSize);
    }

    /** Why one of Kafka's settings cannot be set, or what to set instead; empty if it can. */
    static Optional<String> whyFixed(String name) {
        return Optional.ofNullable(FIXED.get(name));
    }

    /** What to say of names that nothing of Kafka knows, a line for each. */
    public List<String> doubts() {
        return given.keySet().stream()
                .sorted()
                .flatMap(name -> KafkaNames.doubt(name).stream())
                .toList();
    }

    private void requireNothingFixed() {
        FIXED.forEach((fixed, remedy) -> {
            if (given.containsKey(fixed)) {
                throw new SettingsException(Settings.KAFKA_PREFIX + fixed + " cannot be set; " + remedy);
            }
        });
        if ("streams".equalsIgnoreCase(given.get(StreamsConfig.GROUP_PROTOCOL_CONFIG)) && instanceId.isPresent()) {
            throw new SettingsException(
                    "kafka.group.protocol=streams knows no stable names yet; set instance.id= (empty) as well,"
                            + " or leave the protocol as it is");
        }
    }

    /** Lets Kafka check everything as its clients will, and returns the largest request of the producer. */
    private long checkedRequestSize() {
        try {
            StreamsConfig config = new StreamsConfig(streams());
            ProducerConfig producer = producerConfig(config);
            ConsumerConfig unusedConsumer = new ConsumerConfig(
                    withDeserializers(config.getMainConsumerConfigs(applicationId, applicationId, 1)));
            AdminClientConfig unusedAdmin = new AdminClientConfig(config.getAdminConfigs(applicationId));
            return Math.min(
                    producer.getInt(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
                    producer.getLong(ProducerConfig.BUFFER_MEMORY_CONFIG));
        } catch (ConfigException e) {
            throw new SettingsException(Settings.KAFKA_PREFIX + "* is wrong: " + e.getMessage());
        }
    }

    /** The producer's configuration as Kafka Streams will make it. */
    private ProducerConfig producerConfig(StreamsConfig streams) {
        Map<String, Object> config = streams.getProducerConfigs(applicationId);
        config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, applicationId);
        return new ProducerConfig(config);
    }

    private static Map<String, Object> withDeserializers(Map<String, Object> config) {
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return config;
    }

    /** The largest request that the producer sends, in bytes. */
    public long maxRequestSize() {
        return maxRequestSize;
    }

    /** Whether brokers may know the user, and so hide what it may not see. */
    public boolean isSecured() {
        return given.containsKey(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG);
    }

    /** Kafka Streams' own configuration, under the name that is set. */
    public Properties streams() {
        return streams(instanceId);
    }

    /**
     * Kafka Streams' own configuration.
     *
     * @param name this process's name in its group, if it is to have one
     */
    public Properties streams(Optional<String> name) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        // The place of a command among samples is whatever the ledger says, so none is waited for: with 0 Kafka Streams
        // would look up, for each sample, how far the empty control topic has been read, which costs as much as
        // learning.
        properties.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        long request = Math.min(Integer.MAX_VALUE, Math.max(RecordLimits.LARGEST_REQUEST, limits.largestRecord()));
        putProducerDefault(properties, ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        putProducerDefault(properties, ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024);
        putProducerDefault(properties, ProducerConfig.MAX_REQUEST_SIZE_CONFIG, (int) request);
        putProducerDefault(properties, ProducerConfig.BUFFER_MEMORY_CONFIG, Math.max(32L * 1024 * 1024, 2 * request));
        name.ifPresent(id ->
                properties.put(StreamsConfig.mainConsumerPrefix(CommonClientConfigs.GROUP_INSTANCE_ID_CONFIG), id));
        properties.putAll(given);
        return properties;
    }

    /** With its prefix a default of ours would go before what the user sets without it. */
    private void putProducerDefault(Properties properties, String key, Object value) {
        if (!given.containsKey(key)) {
            properties.put(StreamsConfig.producerPrefix(key), value);
        }
    }

    /** The configuration of a plain consumer with the same connection and security. */
    public Map<String, Object> consumer() {
        return client(ConsumerConfig.configNames(), StreamsConfig.CONSUMER_PREFIX);
    }

    /** The configuration of a plain producer with the same connection and security. */
    public Map<String, Object> producer() {
        return client(ProducerConfig.configNames(), StreamsConfig.PRODUCER_PREFIX);
    }

    /** The configuration of an admin client with the same connection and security. */
    public Map<String, Object> admin() {
        return client(AdminClientConfig.configNames(), StreamsConfig.ADMIN_CLIENT_PREFIX);
    }

    private Map<String, Object> client(Set<String> names, String prefix) {
        Map<String, Object> config = new HashMap<>();
        given.forEach((key, value) -> {
            if (names.contains(key)) {
                config.put(key, value);
            }
        });
        given.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                config.put(key.substring(prefix.length()), value);
            }
        });
        config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return config;
    }

    /**
     * The changelog's topic settings: small segments, cleaned early, so that a restore reads little more than the
     * models.
     */
    public Map<String, String> changelogTopic() {
        Map<String, String> config = new LinkedHashMap<>();
        config.put(TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(16 * 1024 * 1024));
        config.put(TopicConfig.SEGMENT_MS_CONFIG, "600000");
        config.put(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1");
        config.put(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, "600000");
        // A changelog record has the timestamp of a sample, whatever that may be.
        config.put(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, Long.toString(Long.MAX_VALUE));
        config.put(TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, Long.toString(Long.MAX_VALUE));
        long largestState = limits.largestState();
        if (largestState > 1024 * 1024) {
            config.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Long.toString(largestState));
            config.put(
                    TopicConfig.SEGMENT_BYTES_CONFIG,
                    Long.toString(Math.min(Integer.MAX_VALUE, Math.max(16L * 1024 * 1024, 4 * largestState))));
        }
        return config;
    }
}
