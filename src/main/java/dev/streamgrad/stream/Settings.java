package dev.streamgrad.stream;

import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.StateFormat;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The application's settings, checked: what is wrong with them stops the start.
 *
 * <p>Three kinds of names: the settings of {@link #DEFINITION}; {@code kafka.*}, passed on to Kafka Streams and its
 * clients; and {@code models.NAME.*}, a model setting for one model.
 */
public final class Settings {
    /** The prefix of what is passed on to Kafka Streams and its clients. */
    public static final String KAFKA_PREFIX = "kafka.";

    /** The prefix of what is for one model only. */
    public static final String MODELS_PREFIX = "models.";

    /** The setting of the brokers' addresses. */
    public static final String BOOTSTRAP_SERVERS = "bootstrap.servers";

    /** The setting of the model that samples without a key are for. */
    public static final String DEFAULT_MODEL = "default.model";

    private static final String NO_HANDLER =
            "going on after a failed write would lose weights; bad records are dead letters without it";

    /** What of Kafka's own is not to be set, and why or what instead. */
    private static final Map<String, String> FIXED = Map.of(
            StreamsConfig.APPLICATION_ID_CONFIG,
            "set application.id itself",
            StreamsConfig.BOOTSTRAP_SERVERS_CONFIG,
            "set bootstrap.servers itself",
            StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
            "learning is always " + StreamsConfig.EXACTLY_ONCE_V2,
            StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
            NO_HANDLER,
            StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG,
            NO_HANDLER,
            StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
            NO_HANDLER,
            "default.production.exception.handler",
            NO_HANDLER,
            "default.deserialization.exception.handler",
            NO_HANDLER);

    /** The largest request a producer sends unless the models need more: a dead letter may be as large as this. */
    static final int LARGEST_REQUEST = 8 * 1024 * 1024;

    /** What a record batch adds to a record, and more: headers, our own among them. */
    static final int RECORD_OVERHEAD = 4096;

    /** Every setting but the prefixed ones, with type, default and meaning. The README's table is made from it. */
    public static final ConfigDef DEFINITION = SettingsDefinition.make();

    private final Map<String, Object> values;
    private final ModelSpec spec;
    private final Map<String, ModelSpec> specs;
    private final Map<String, String> kafka;
    private long maxRequestSize;

    private Settings(
            Map<String, Object> values, ModelSpec spec, Map<String, ModelSpec> specs, Map<String, String> kafka) {
        this.values = values;
        this.spec = spec;
        this.specs = specs;
        this.kafka = kafka;
    }

    private static String hostName() {
        String fromEnvironment = System.getenv("HOSTNAME");
        if (fromEnvironment != null && !fromEnvironment.isBlank()) {
            return fromEnvironment;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /**
     * Checks settings.
     *
     * @param given names and values, the prefixed ones among them
     * @throws SettingsException for the first thing that is wrong
     */
    public static Settings of(Map<String, String> given) {
        Map<String, String> own = new LinkedHashMap<>();
        Map<String, Map<String, String>> byModel = new TreeMap<>();
        Map<String, String> kafka = new TreeMap<>();
        given.forEach((key, value) -> {
            if (key.startsWith(KAFKA_PREFIX)) {
                kafka.put(key.substring(KAFKA_PREFIX.length()), value);
            } else if (key.startsWith(MODELS_PREFIX)) {
                String setting = modelSettingOf(key);
                String model = key.substring(MODELS_PREFIX.length(), key.length() - setting.length() - 1);
                byModel.computeIfAbsent(model, name -> new HashMap<>()).put(setting, value);
            } else if (DEFINITION.names().contains(key)) {
                own.put(key, value);
            } else {
                throw unknown(key);
            }
        });
        Map<String, Object> values = parse(own);
        Map<String, String> common = new HashMap<>();
        for (String key : SpecSettings.DEFAULTS.keySet()) {
            common.put(key, String.valueOf(values.get(key)));
        }
        ModelSpec spec = spec(common, "");
        Map<String, ModelSpec> specs = new HashMap<>();
        byModel.forEach((model, overrides) -> {
            Map<String, String> merged = new HashMap<>(common);
            merged.putAll(overrides);
            specs.put(model, spec(merged, MODELS_PREFIX + model + "."));
        });
        Settings settings = new Settings(values, spec, specs, kafka);
        settings.checkTopics();
        settings.checkKafka();
        return settings;
    }

    private static ModelSpec spec(Map<String, String> settings, String prefix) {
        try {
            return SpecSettings.parse(settings);
        } catch (IllegalArgumentException e) {
            throw new SettingsException(prefix + e.getMessage());
        }
    }

    private static Map<String, Object> parse(Map<String, String> own) {
        try {
            return DEFINITION.parse(own);
        } catch (ConfigException e) {
            throw new SettingsException(String.valueOf(e.getMessage())
                    .replaceFirst("^Invalid value (.*) for configuration ([^:]+): (.*)$", "$2 is wrong: $3; got $1"));
        }
    }

    /** Whether this is a model setting for one model, such as {@code models.my.model.learning.rate}. */
    public static boolean isModelSetting(String key) {
        return key.startsWith(MODELS_PREFIX) && endOf(key).isPresent();
    }

    /** The longest model setting that a key ends with after a model's name, which may have dots. */
    private static Optional<String> endOf(String key) {
        return SpecSettings.DEFAULTS.keySet().stream()
                .filter(setting ->
                        key.endsWith("." + setting) && key.length() > MODELS_PREFIX.length() + setting.length() + 1)
                .max(Comparator.comparingInt(String::length));
    }

    private static String modelSettingOf(String key) {
        return endOf(key)
                .orElseThrow(() -> new SettingsException("setting " + key + " must end with a model setting, as in "
                        + "models.xor.learning.rate; model settings are "
                        + String.join(", ", SpecSettings.DEFAULTS.keySet())));
    }

    private static SettingsException unknown(String key) {
        String nearest = DEFINITION.names().stream()
                .min(Comparator.comparingInt(name -> distance(name, key)))
                .orElseThrow();
        return new SettingsException("setting " + key + " is unknown; did you mean " + nearest
                + "? Settings of Kafka itself start with " + KAFKA_PREFIX);
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(substituted, Math.min(previous[j], row[j - 1]) + 1);
            }
            previous = row;
        }
        return previous[b.length()];
    }

    private void checkTopics() {
        List<String> topics = topics();
        for (String topic : topics) {
            try {
                Topic.validate(topic);
            } catch (InvalidTopicException e) {
                throw new SettingsException(
                        "topic names must be as Kafka takes them; got " + topic + ": " + e.getMessage());
            }
        }
        if (Set.copyOf(topics).size() < topics.size()) {
            throw new SettingsException(
                    "samples.topic, predictions.topic, snapshots.topic and dead.letters.topic must be four"
                            + " topics, or the learner would read what it writes; got " + String.join(", ", topics));
        }
    }

    private void checkKafka() {
        FIXED.forEach((fixed, remedy) -> {
            if (kafka.containsKey(fixed)) {
                throw new SettingsException(KAFKA_PREFIX + fixed + " cannot be set; " + remedy);
            }
        });
        if ("streams".equalsIgnoreCase(kafka.get(StreamsConfig.GROUP_PROTOCOL_CONFIG))
                && instanceId().isPresent()) {
            throw new SettingsException(
                    "kafka.group.protocol=streams knows no stable names yet; set instance.id= (empty) as well,"
                            + " or leave the protocol as it is");
        }
        try {
            StreamsConfig config = new StreamsConfig(streams());
            ProducerConfig producer = producerConfig(config);
            maxRequestSize = Math.min(
                    producer.getInt(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
                    producer.getLong(ProducerConfig.BUFFER_MEMORY_CONFIG));
            ConsumerConfig unusedConsumer = new ConsumerConfig(
                    withDeserializers(config.getMainConsumerConfigs(applicationId(), applicationId(), 1)));
            AdminClientConfig unusedAdmin = new AdminClientConfig(config.getAdminConfigs(applicationId()));
        } catch (ConfigException e) {
            throw new SettingsException(KAFKA_PREFIX + "* is wrong: " + e.getMessage());
        }
        long request = maxRequestSize();
        allSpecs().forEach((model, its) -> requireRoom(model, its, request));
    }

    private Map<String, ModelSpec> allSpecs() {
        Map<String, ModelSpec> all = new TreeMap<>();
        all.put("any model", spec);
        specs.forEach((name, its) -> all.put("model " + name, its));
        return all;
    }

    private static long largestRecord(ModelSpec spec) {
        return Math.max(Snapshot.largest(spec), StateFormat.largest(spec)) + RECORD_OVERHEAD;
    }

    /** The size of the largest record that any configured model makes, in bytes. */
    long largestRecord() {
        return allSpecs().values().stream()
                .mapToLong(Settings::largestRecord)
                .max()
                .orElseThrow();
    }

    /** The size of the largest prediction that any configured model makes, in bytes. */
    long largestPrediction() {
        return allSpecs().values().stream()
                        .mapToLong(its -> Prediction.largest(its.architecture().outputs()))
                        .max()
                        .orElseThrow()
                + RECORD_OVERHEAD;
    }

    /** The largest state of any configured model, in bytes. */
    long largestState() {
        return allSpecs().values().stream()
                        .mapToLong(StateFormat::largest)
                        .max()
                        .orElseThrow()
                + RECORD_OVERHEAD;
    }

    /** The producer's configuration as Kafka Streams will make it. */
    private ProducerConfig producerConfig(StreamsConfig streams) {
        Map<String, Object> config = streams.getProducerConfigs(applicationId());
        config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, applicationId());
        return new ProducerConfig(config);
    }

    private static Map<String, Object> withDeserializers(Map<String, Object> config) {
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return config;
    }

    /** The largest request that the producer sends, in bytes. */
    long maxRequestSize() {
        return maxRequestSize;
    }

    /**
     * Requires that a model's records fit what the producer sends: the settings may have become smaller than what is
     * stored.
     *
     * @throws SettingsException naming the setting to raise
     */
    void requireRoomFor(String model, ModelSpec its) {
        requireRoom("model " + model, its, maxRequestSize());
    }

    private static void requireRoom(String model, ModelSpec its, long request) {
        long largest = largestRecord(its);
        if (largest > request) {
            throw new SettingsException(
                    "kafka.producer.max.request.size and kafka.producer.buffer.memory must be at least "
                            + largest + ", because a snapshot or state of " + model + " (" + its.architecture()
                            + ") can be that large; got " + request);
        }
    }

    private long defaultRequestSize() {
        return Math.min(Integer.MAX_VALUE, Math.max(LARGEST_REQUEST, largestRecord()));
    }

    /** The spec that a new model of this name gets. */
    public ModelSpec specOf(String model) {
        return specs.getOrDefault(model, spec);
    }

    /** The brokers' addresses. */
    public String bootstrapServers() {
        return string(BOOTSTRAP_SERVERS);
    }

    /** The consumer group. */
    public String applicationId() {
        return string(SettingsDefinition.APPLICATION_ID);
    }

    /** Where samples are read. */
    public String samplesTopic() {
        return string(SettingsDefinition.SAMPLES_TOPIC);
    }

    /** Where predictions are written. */
    public String predictionsTopic() {
        return string(SettingsDefinition.PREDICTIONS_TOPIC);
    }

    /** Where snapshots are written. */
    public String snapshotsTopic() {
        return string(SettingsDefinition.SNAPSHOTS_TOPIC);
    }

    /** Where records that cannot be used are written. */
    public String deadLettersTopic() {
        return string(SettingsDefinition.DEAD_LETTERS_TOPIC);
    }

    /** The model of a sample without a key. */
    public String defaultModel() {
        return string(DEFAULT_MODEL);
    }

    int mostLiveModels() {
        return Integer.parseInt(string(SettingsDefinition.MOST_LIVE));
    }

    int mostModels() {
        return Integer.parseInt(string(SettingsDefinition.MOST_MODELS));
    }

    /** The largest key and value of a sample together, in bytes. */
    public int largestSample() {
        return Integer.parseInt(string(SettingsDefinition.LARGEST_SAMPLE));
    }

    boolean storeIsOnDisk() {
        return string(SettingsDefinition.STORE).equals("rocksdb");
    }

    /** This process's stable name in its group, if it has one. */
    Optional<String> instanceId() {
        String id = string(SettingsDefinition.INSTANCE_ID);
        return Optional.of(id.equals(SettingsDefinition.HOST_NAME) ? hostName() : id)
                .filter(name -> !name.isBlank());
    }

    /** Whether brokers may know the user, and so hide what it may not see. */
    boolean isSecured() {
        return kafka.containsKey(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG);
    }

    /** Where HTTP listens. */
    public String httpHost() {
        return string(SettingsDefinition.HTTP_HOST);
    }

    /** The port of HTTP; 0 is any free one, -1 none. */
    public int httpPort() {
        return Integer.parseInt(string(SettingsDefinition.HTTP_PORT));
    }

    /**
     * Where other instances reach this one's HTTP.
     *
     * @param port the port that it listens on
     */
    public String httpAdvertised(int port) {
        String given = string(SettingsDefinition.HTTP_ADVERTISED);
        if (!given.isBlank()) {
            return given;
        }
        boolean everywhere = httpHost().equals("0.0.0.0") || httpHost().equals("::");
        return (everywhere ? hostName() : httpHost()) + ":" + port;
    }

    /** How many models have metrics of their own. */
    public int metricsModels() {
        return Integer.parseInt(string(SettingsDefinition.METRICS_MODELS));
    }

    long startupTimeoutMs() {
        return Long.parseLong(string(SettingsDefinition.STARTUP_TIMEOUT));
    }

    private String string(String key) {
        return String.valueOf(values.get(key));
    }

    /**
     * The changelog's topic settings: small segments, cleaned early, so that a restore reads little more than the
     * models.
     */
    Map<String, String> changelogConfig() {
        Map<String, String> config = new LinkedHashMap<>();
        config.put(TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(16 * 1024 * 1024));
        config.put(TopicConfig.SEGMENT_MS_CONFIG, "600000");
        config.put(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1");
        config.put(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, "600000");
        // A changelog record has the timestamp of a sample, whatever that may be.
        config.put(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, Long.toString(Long.MAX_VALUE));
        config.put(TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, Long.toString(Long.MAX_VALUE));
        if (largestState() > 1024 * 1024) {
            config.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Long.toString(largestState()));
            config.put(
                    TopicConfig.SEGMENT_BYTES_CONFIG,
                    Long.toString(Math.min(Integer.MAX_VALUE, Math.max(16L * 1024 * 1024, 4 * largestState()))));
        }
        return config;
    }

    /** Kafka Streams' own configuration. */
    public Properties streams() {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId());
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        long request = defaultRequestSize();
        putProducerDefault(properties, ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        putProducerDefault(properties, ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024);
        putProducerDefault(properties, ProducerConfig.MAX_REQUEST_SIZE_CONFIG, (int) request);
        putProducerDefault(properties, ProducerConfig.BUFFER_MEMORY_CONFIG, Math.max(32L * 1024 * 1024, 2 * request));
        instanceId()
                .ifPresent(id -> properties.put(
                        StreamsConfig.mainConsumerPrefix(CommonClientConfigs.GROUP_INSTANCE_ID_CONFIG), id));
        properties.putAll(kafka);
        return properties;
    }

    /** With its prefix a default of ours would go before what the user sets without it. */
    private void putProducerDefault(Properties properties, String key, Object value) {
        if (!kafka.containsKey(key)) {
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
        kafka.forEach((key, value) -> {
            if (names.contains(key)) {
                config.put(key, value);
            }
        });
        kafka.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                config.put(key.substring(prefix.length()), value);
            }
        });
        config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers());
        return config;
    }

    /** The changelog's name, as Kafka Streams makes it. */
    public String changelogTopic() {
        return applicationId() + "-" + ModelStore.NAME + "-changelog";
    }

    /** The names of the four topics: samples, predictions, snapshots, dead letters. */
    List<String> topics() {
        return List.of(samplesTopic(), predictionsTopic(), snapshotsTopic(), deadLettersTopic());
    }
}
