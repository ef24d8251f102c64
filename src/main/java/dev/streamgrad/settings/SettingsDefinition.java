package dev.streamgrad.settings;

import dev.streamgrad.learning.SpecSettings;
import org.apache.kafka.common.config.ConfigDef;
import org.jspecify.annotations.Nullable;

/** The names of the settings, with type, range, default and meaning. */
final class SettingsDefinition {
    static final String APPLICATION_ID = "application.id";
    static final String SAMPLES_TOPIC = "samples.topic";
    static final String PREDICTIONS_TOPIC = "predictions.topic";
    static final String SNAPSHOTS_TOPIC = "snapshots.topic";
    static final String DEAD_LETTERS_TOPIC = "dead.letters.topic";
    static final String STORE = "store";
    static final String MOST_LIVE = "live.models";
    static final String MOST_MODELS = "max.models";
    static final String INSTANCE_ID = "instance.id";
    static final String HTTP_HOST = "http.host";
    static final String HTTP_PORT = "http.port";
    static final String HTTP_ADVERTISED = "http.advertised";
    static final String HTTP_HOSTS = "http.hosts";
    static final String METRICS_MODELS = "metrics.models";
    static final String STARTUP_TIMEOUT = "startup.timeout.ms";

    /** The value of {@link #INSTANCE_ID} that stands for this machine's name. */
    static final String HOST_NAME = "host-name";

    private SettingsDefinition() {}

    static ConfigDef make() {
        ConfigDef definition = new ConfigDef();
        ConfigDef.Validator name = new ConfigDef.NonEmptyString();
        text(
                definition,
                Settings.BOOTSTRAP_SERVERS,
                "localhost:9092",
                name,
                "The brokers to connect to first, host:port with commas.");
        text(
                definition,
                APPLICATION_ID,
                "streamgrad",
                name,
                "The consumer group, and the prefix of transactions and of the changelog topic. Another id is another learner.");
        text(definition, SAMPLES_TOPIC, "samples", name, "Where samples are read.");
        text(definition, PREDICTIONS_TOPIC, "predictions", name, "Where predictions are written.");
        text(definition, SNAPSHOTS_TOPIC, "snapshots", name, "Where snapshots are written.");
        text(definition, DEAD_LETTERS_TOPIC, "dead-letters", name, "Where records that cannot be used are written.");
        text(
                definition,
                Settings.DEFAULT_MODEL,
                "xor",
                name,
                "The model of a sample without a key; only where the samples topic has one partition.");
        text(
                definition,
                STORE,
                "memory",
                ConfigDef.ValidString.in("memory", "rocksdb"),
                "Where the bytes of all models are: memory, or rocksdb on disk for very many.");
        definition.define(
                MOST_LIVE,
                ConfigDef.Type.INT,
                10_000,
                ConfigDef.Range.atLeast(1),
                ConfigDef.Importance.MEDIUM,
                "How many models stay ready on the heap in each partition; the longest unused go back to their bytes in the"
                        + " store.");
        definition.define(
                MOST_MODELS,
                ConfigDef.Type.INT,
                100_000,
                ConfigDef.Range.atLeast(1),
                ConfigDef.Importance.MEDIUM,
                "How many models there may be in each partition; a sample that would create one more is a dead letter.");
        text(
                definition,
                INSTANCE_ID,
                HOST_NAME,
                null,
                "This process's stable name in its group: after a restart it has its partitions back at once. Two processes"
                        + " must not share one. host-name is this machine's; empty is none, and partitions move at every restart.");
        definition.define(
                STARTUP_TIMEOUT,
                ConfigDef.Type.LONG,
                60_000L,
                ConfigDef.Range.atLeast(1_000L),
                ConfigDef.Importance.MEDIUM,
                "How long to wait for a broker at the start.");
        text(
                definition,
                HTTP_HOST,
                "127.0.0.1",
                name,
                "Where HTTP listens: metrics, health, models. 0.0.0.0 is everywhere.");
        definition.define(
                HTTP_PORT,
                ConfigDef.Type.INT,
                8080,
                ConfigDef.Range.between(-1, 65_535),
                ConfigDef.Importance.MEDIUM,
                "The port of HTTP; 0 is any free one, -1 is no HTTP. demo takes any free one.");
        text(
                definition,
                HTTP_ADVERTISED,
                "",
                null,
                "HOST:PORT where other instances reach this one's HTTP; empty is http.host with its port, or this machine's name"
                        + " where that is everywhere.");
        text(
                definition,
                HTTP_HOSTS,
                "",
                null,
                "More names, with commas, by which clients reach HTTP, such as that of a proxy or a Kubernetes Service. A request for"
                        + " models by any other name than these, localhost and http.advertised's is refused; by IP address it is not.");
        definition.define(
                METRICS_MODELS,
                ConfigDef.Type.INT,
                20,
                ConfigDef.Range.between(0, 1000),
                ConfigDef.Importance.MEDIUM,
                "How many models have metrics of their own, the first to come; the others are counted together as other.");
        model(
                definition,
                "layers",
                ConfigDef.Type.STRING,
                "The width of each layer, from the features to the outputs.");
        model(
                definition,
                "hidden.activation",
                ConfigDef.Type.STRING,
                "identity, sigmoid, tanh, relu, leaky-relu, gelu, gelu-tanh or silu: one for all hidden layers, or one for each"
                        + " with commas.");
        model(definition, "output.activation", ConfigDef.Type.STRING, "One of those, or softmax.");
        model(
                definition,
                "loss",
                ConfigDef.Type.STRING,
                "mse, mae, huber, binary-cross-entropy (on sigmoid) or cross-entropy (on softmax).");
        model(definition, "optimizer", ConfigDef.Type.STRING, "sgd, momentum, nesterov, adam or adamw.");
        model(definition, "learning.rate", ConfigDef.Type.DOUBLE, "The learning rate before the schedule, over 0.");
        model(definition, "momentum", ConfigDef.Type.DOUBLE, "For momentum and nesterov, over 0 and under 1.");
        model(definition, "adam.beta1", ConfigDef.Type.DOUBLE, "For adam and adamw, from 0 to under 1.");
        model(definition, "adam.beta2", ConfigDef.Type.DOUBLE, "For adam and adamw, from 0 to under 1.");
        model(definition, "adam.epsilon", ConfigDef.Type.DOUBLE, "For adam and adamw, over 0.");
        model(definition, "weight.decay", ConfigDef.Type.DOUBLE, "L2 weight decay; decoupled for adamw.");
        model(
                definition,
                "schedule",
                ConfigDef.Type.STRING,
                "The learning rate by optimizer step: constant, step-decay, cosine or warmup-cosine.");
        model(definition, "schedule.every", ConfigDef.Type.LONG, "For step-decay: steps between two decays.");
        model(definition, "schedule.factor", ConfigDef.Type.DOUBLE, "For step-decay: what the rate is multiplied by.");
        model(definition, "schedule.steps", ConfigDef.Type.LONG, "For the cosines: the step that reaches the minimum.");
        model(definition, "schedule.warmup", ConfigDef.Type.LONG, "For warmup-cosine: steps up to the full rate.");
        model(definition, "schedule.minimum", ConfigDef.Type.DOUBLE, "For the cosines: the rate at the end.");
        model(
                definition,
                "initializer",
                ConfigDef.Type.STRING,
                "normal (randn·0.5, biases 0), xavier, he, pytorch or zeros; drawn as NumPy draws.");
        model(definition, "seed", ConfigDef.Type.LONG, "The initializer's seed, from 0 to 4294967295.");
        model(definition, "batch.size", ConfigDef.Type.INT, "Samples for each optimizer step.");
        model(
                definition,
                "clip.gradient.norm",
                ConfigDef.Type.DOUBLE,
                "The greatest norm of a step's gradient; 0 is no limit.");
        model(
                definition,
                "features.scaling",
                ConfigDef.Type.STRING,
                "none, or standard: by the running mean and deviation of the samples before.");
        model(
                definition,
                "on.divergence",
                ConfigDef.Type.STRING,
                "What a step does that would not be finite: skip (the sample is a dead letter), restore (after several, back to"
                        + " the last snapshot at half the learning rate) or stop.");
        model(definition, "divergence.restore.after", ConfigDef.Type.INT, "For restore: such steps in a row.");
        model(definition, "snapshot.every", ConfigDef.Type.LONG, "Optimizer steps between two snapshots.");
        model(definition, "metrics.window", ConfigDef.Type.INT, "Samples in the window of the metrics.");
        model(
                definition,
                SpecSettings.MAX_RECORD_BYTES,
                ConfigDef.Type.INT,
                "The largest key and value of a record together, in bytes; a larger record is a dead letter, unparsed.");
        return definition;
    }

    private static void text(
            ConfigDef definition,
            String key,
            String defaultValue,
            ConfigDef.@Nullable Validator validator,
            String doc) {
        definition.define(key, ConfigDef.Type.STRING, defaultValue, validator, ConfigDef.Importance.HIGH, doc);
    }

    private static void model(ConfigDef definition, String key, ConfigDef.Type type, String doc) {
        definition.define(key, type, SpecSettings.DEFAULTS.get(key), ConfigDef.Importance.MEDIUM, doc);
    }
}
