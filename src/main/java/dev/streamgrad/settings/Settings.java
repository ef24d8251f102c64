package dev.streamgrad.settings;

import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.ModelNames;
import dev.streamgrad.records.Reading;
import dev.streamgrad.records.ValueFormat;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;

/**
 * The application's settings, checked: what is wrong with them stops the start.
 *
 * <p>Four kinds of names: the settings of {@link #DEFINITION}; {@code kafka.*}, passed on to Kafka Streams and its
 * clients; {@code samples.deserializer.*}, passed on to that; and {@code models.NAME.*}, a model setting for one model.
 */
public final class Settings {
    /** The prefix of what is passed on to Kafka Streams and its clients. */
    public static final String KAFKA_PREFIX = "kafka.";

    /** The prefix of what is for one model only. */
    public static final String MODELS_PREFIX = "models.";

    /** The prefix of what {@code samples.deserializer} is configured with. */
    public static final String DESERIALIZER_PREFIX = "samples.deserializer.";

    /** The setting of the brokers' addresses. */
    public static final String BOOTSTRAP_SERVERS = "bootstrap.servers";

    /** The setting of the model that samples without a key are for. */
    public static final String DEFAULT_MODEL = "default.model";

    /**
     * Every setting but the prefixed ones, with type, default and meaning. The table of the page of settings is made
     * from it.
     */
    public static final ConfigDef DEFINITION = SettingsDefinition.make();

    /** The name of the store of models, which is in the changelog's name. */
    public static final String STORE_OF_MODELS = "models";

    private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::", "[::]");

    private final Map<String, Object> values;
    private final ModelSpec spec;
    private final Map<String, ModelSpec> specs;
    private final Optional<HostAndPort> advertised;
    private final Set<String> httpHosts;
    private final ReadingSettings reading;
    private final RecordLimits limits;
    private final KafkaConfig kafka;

    private Settings(
            Map<String, Object> values,
            ModelSpec spec,
            Map<String, ModelSpec> specs,
            Map<String, String> deserializer,
            Map<String, String> kafka) {
        this.values = values;
        this.spec = spec;
        this.specs = specs;
        this.reading = new ReadingSettings(values, DEFINITION.defaultValues(), deserializer);
        checkTopics();
        this.advertised = advertised(string(SettingsDefinition.HTTP_ADVERTISED));
        this.httpHosts = httpHosts(string(SettingsDefinition.HTTP_HOSTS));
        Map<String, ModelSpec> all = new TreeMap<>();
        all.put("any model", spec);
        specs.forEach((name, ofModel) -> all.put("model " + name, ofModel));
        reading.requireMappings(all.values());
        this.limits = new RecordLimits(all, reading.reading());
        this.kafka = new KafkaConfig(kafka, applicationId(), bootstrapServers(), instanceId(), limits);
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
        Map<String, String> deserializer = new TreeMap<>();
        given.forEach((key, value) -> {
            if (key.startsWith(KAFKA_PREFIX)) {
                kafka.put(key.substring(KAFKA_PREFIX.length()), value);
            } else if (key.startsWith(DESERIALIZER_PREFIX)) {
                deserializer.put(key.substring(DESERIALIZER_PREFIX.length()), value);
            } else if (key.startsWith(MODELS_PREFIX)) {
                String setting = modelSettingOf(key);
                String model = key.substring(MODELS_PREFIX.length(), key.length() - setting.length() - 1);
                byModel.computeIfAbsent(model, name -> new HashMap<>()).put(setting, value);
            } else if (DEFINITION.names().contains(key)) {
                own.put(key, value);
            } else {
                throw SettingFaults.unknown(key);
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
        return new Settings(values, spec, specs, deserializer, kafka);
    }

    private static ModelSpec spec(Map<String, String> settings, String prefix) {
        try {
            return SpecSettings.parseGiven(settings);
        } catch (IllegalArgumentException e) {
            throw new SettingsException(prefix + e.getMessage());
        }
    }

    private static Map<String, Object> parse(Map<String, String> own) {
        try {
            return DEFINITION.parse(own);
        } catch (ConfigException e) {
            throw new SettingsException(SettingFaults.inOurWords(String.valueOf(e.getMessage())));
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

    /** The setting that a misspelt name most likely stands for, if there is one that resembles it. */
    public static Optional<String> nearest(String key) {
        return SettingFaults.nearest(key);
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
                    "samples.topic, predictions.topic, snapshots.topic, dead.letters.topic, control.topic and events.topic"
                            + " must be different topics, or the learner would read what it writes; got "
                            + String.join(", ", topics));
        }
    }

    /** What Kafka Streams and Kafka's clients are configured with. */
    public KafkaConfig kafka() {
        return kafka;
    }

    /** How large the records of the configured models can become. */
    public RecordLimits limits() {
        return limits;
    }

    /**
     * Requires that a model's records fit what the producer sends: the settings may have become smaller than what is
     * stored.
     *
     * @throws SettingsException naming the setting to raise
     */
    public void requireRoomFor(String model, ModelSpec stored) {
        limits.requireRoomFor("model " + model, stored, kafka.maxRequestSize());
    }

    /** The spec that a new model gets which has no settings of its own. */
    public ModelSpec defaultSpec() {
        return spec;
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

    /** How the records of the samples topic are read, as it is kept with the models. */
    public Reading reading() {
        return reading.reading();
    }

    /** Whether a record's key names its model, so that Kafka's partitioner decides where the model is. */
    public boolean keysNameModels() {
        return reading.keysNameModels();
    }

    /**
     * Which model a record is for.
     *
     * @param samplesPartitions how many partitions the samples topic has
     * @param format what the records' values are
     */
    public ModelNames modelNames(int samplesPartitions, ValueFormat format) {
        return reading.modelNames(samplesPartitions, format);
    }

    /**
     * Requires that records have been read as they are now.
     *
     * @throws SettingsException naming the settings that were others
     */
    public void requireReading(Reading then) {
        String differences = then.differencesFrom(reading());
        if (!differences.isEmpty()) {
            throw new SettingsException("the samples must be read as they were when the models learned from them; these"
                    + " settings were others: " + differences + "; set them back, or forget the models: "
                    + Invocation.of("reset"));
        }
    }

    /** What the values of the samples topic are. */
    public SampleFormat sampleFormat() {
        return reading.format();
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

    /** Where commands are read; empty if there are none, and then there are no events either. */
    public Optional<String> controlTopic() {
        return Optional.of(string(SettingsDefinition.CONTROL_TOPIC)).filter(topic -> !topic.isEmpty());
    }

    /** Where events are written, if there are commands. */
    public String eventsTopic() {
        return string(SettingsDefinition.EVENTS_TOPIC);
    }

    /** The model of a sample without a key. */
    public String defaultModel() {
        return string(DEFAULT_MODEL);
    }

    public int mostLiveModels() {
        return Integer.parseInt(string(SettingsDefinition.MOST_LIVE));
    }

    public int mostModels() {
        return Integer.parseInt(string(SettingsDefinition.MOST_MODELS));
    }

    /** The largest key and value of a record together that any configured model takes, in bytes. */
    public int largestSample() {
        int largest = spec.hyperparameters().maxRecordBytes();
        for (ModelSpec ofModel : specs.values()) {
            largest = Math.max(largest, ofModel.hyperparameters().maxRecordBytes());
        }
        return largest;
    }

    public boolean storeIsOnDisk() {
        return string(SettingsDefinition.STORE).equals("rocksdb");
    }

    /** This process's stable name in its group, if it has one. */
    public Optional<String> instanceId() {
        String id = string(SettingsDefinition.INSTANCE_ID);
        return Optional.of(id.equals(SettingsDefinition.HOST_NAME) ? hostName() : id)
                .filter(name -> !name.isBlank());
    }

    /** Whether {@link #instanceId} is this machine's name, which another process here may have as well. */
    public boolean isNamedAfterItsHost() {
        return string(SettingsDefinition.INSTANCE_ID).equals(SettingsDefinition.HOST_NAME);
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
        return advertised
                .orElseGet(() -> new HostAndPort(httpIsEverywhere() ? hostName() : httpHost(), port))
                .toString();
    }

    private static Optional<HostAndPort> advertised(String given) {
        if (given.isBlank()) {
            return Optional.empty();
        }
        return Optional.of(HostAndPort.parse(given)
                .orElseThrow(() -> new SettingsException(
                        "http.advertised must be HOST:PORT, with brackets around an IPv6 address; got " + given
                                + "; write it as in learner-1:8080 or [2001:db8::1]:8080")));
    }

    /** Whether HTTP listens on every address of this machine. */
    public boolean httpIsEverywhere() {
        return EVERYWHERE.contains(httpHost());
    }

    /** The names under which this instance's HTTP is known: its own and those of {@code http.hosts}. */
    public Set<String> httpNames() {
        Set<String> names = new TreeSet<>();
        names.add(advertised.map(HostAndPort::host).orElseGet(() -> httpIsEverywhere() ? hostName() : httpHost()));
        if (!httpIsEverywhere()) {
            names.add(httpHost());
        }
        names.addAll(httpHosts);
        return names;
    }

    /** Whether HTTP shows what samples say. */
    public boolean httpFeatures() {
        return Boolean.parseBoolean(string(SettingsDefinition.HTTP_FEATURES));
    }

    private static Set<String> httpHosts(String given) {
        Set<String> names = new TreeSet<>();
        for (String name : given.split(",", -1)) {
            if (!name.isBlank()) {
                if (HostAndPort.parse(name.strip() + ":0").isEmpty()) {
                    throw new SettingsException("http.hosts must be host names without ports, separated by commas; got "
                            + name.strip() + "; write it as in streamgrad,models.example.com");
                }
                names.add(name.strip());
            }
        }
        return names;
    }

    /** How many models have metrics of their own. */
    public int metricsModels() {
        return Integer.parseInt(string(SettingsDefinition.METRICS_MODELS));
    }

    public long startupTimeoutMs() {
        return Long.parseLong(string(SettingsDefinition.STARTUP_TIMEOUT));
    }

    private String string(String key) {
        return String.valueOf(values.get(key));
    }

    /** The changelog's name, as Kafka Streams makes it. */
    public String changelogTopic() {
        return applicationId() + "-" + STORE_OF_MODELS + "-changelog";
    }

    /**
     * The names of the topics: samples, predictions, snapshots, dead letters and, with commands, control and events.
     */
    public List<String> topics() {
        List<String> topics =
                new ArrayList<>(List.of(samplesTopic(), predictionsTopic(), snapshotsTopic(), deadLettersTopic()));
        controlTopic().ifPresent(control -> topics.addAll(List.of(control, eventsTopic())));
        return List.copyOf(topics);
    }

    /** The topics that do not have their default names, by the settings that name them. */
    public Map<String, String> topicsByOtherNames() {
        Map<String, String> others = new TreeMap<>();
        for (String setting : List.of(
                SettingsDefinition.SAMPLES_TOPIC,
                SettingsDefinition.PREDICTIONS_TOPIC,
                SettingsDefinition.SNAPSHOTS_TOPIC,
                SettingsDefinition.DEAD_LETTERS_TOPIC,
                SettingsDefinition.CONTROL_TOPIC,
                SettingsDefinition.EVENTS_TOPIC)) {
            if (!string(setting).equals(DEFINITION.defaultValues().get(setting))) {
                others.put(setting, string(setting));
            }
        }
        return others;
    }
}
