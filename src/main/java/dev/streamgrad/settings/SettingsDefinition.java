package dev.streamgrad.settings;

import dev.streamgrad.learning.SpecSettings;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SslConfigs;
import org.jspecify.annotations.Nullable;

/** The names of the settings, with type, range, default and meaning. */
final class SettingsDefinition {
    static final String APPLICATION_ID = "application.id";
    static final String SAMPLES_TOPIC = "samples.topic";
    static final String PREDICTIONS_TOPIC = "predictions.topic";
    static final String SNAPSHOTS_TOPIC = "snapshots.topic";
    static final String DEAD_LETTERS_TOPIC = "dead.letters.topic";
    static final String CONTROL_TOPIC = "control.topic";
    static final String EVENTS_TOPIC = "events.topic";
    static final String MODEL_FIELD = "model";
    static final String KEYS = "keys";
    static final String SAMPLES_FORMAT = "samples.format";
    static final String CSV_COLUMNS = "csv.columns";
    static final String CSV_SEPARATOR = "csv.separator";
    static final String SAMPLES_DESERIALIZER = "samples.deserializer";
    static final String REGISTRY_URL = "schema.registry.url";
    static final String REGISTRY_AUTH = "schema.registry.basic.auth";
    static final String READER_SCHEMA = "avro.reader.schema.id";
    static final String REGISTRY_PREFIX = "schema.registry.";
    static final String STORE = "store";
    static final String MOST_LIVE = "live.models";
    static final String MOST_MODELS = "max.models";
    static final String INSTANCE_ID = "instance.id";
    static final String HTTP_HOST = "http.host";
    static final String HTTP_PORT = "http.port";
    static final String HTTP_ADVERTISED = "http.advertised";
    static final String HTTP_HOSTS = "http.hosts";
    static final String HTTP_FEATURES = "http.features";
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
                "The brokers to connect to first: HOST:PORT, separated by commas.");
        text(
                definition,
                APPLICATION_ID,
                "streamgrad",
                name,
                "The consumer group, and the prefix of transactional ids and of the changelog topic. Another id is another learner.");
        text(definition, SAMPLES_TOPIC, "samples", name, "The topic that samples are read from.");
        text(definition, PREDICTIONS_TOPIC, "predictions", name, "The topic that predictions are written to.");
        text(definition, SNAPSHOTS_TOPIC, "snapshots", name, "The topic that snapshots are written to.");
        text(
                definition,
                DEAD_LETTERS_TOPIC,
                "dead-letters",
                name,
                "The topic that records which cannot be used are written to.");
        text(
                definition,
                CONTROL_TOPIC,
                "control",
                null,
                "The topic that commands to models are read from; it must have as many partitions as the samples topic. Empty means that"
                        + " there are no commands and no events.");
        text(
                definition,
                EVENTS_TOPIC,
                "events",
                name,
                "The topic that events are written to: what was decided about a model, and after which sample.");
        text(
                definition,
                Settings.DEFAULT_MODEL,
                "xor",
                name,
                "The model that a sample without a key is for, if the samples topic has one partition.");
        text(
                definition,
                STORE,
                "memory",
                ConfigDef.ValidString.in("memory", "rocksdb"),
                "Where all models are kept: memory, or rocksdb, which is on disk, for very many.");
        definition.define(
                MOST_LIVE,
                ConfigDef.Type.INT,
                10_000,
                ConfigDef.Range.atLeast(1),
                ConfigDef.Importance.MEDIUM,
                "How many models of each partition stay ready to learn on the heap; the least recently used go back to the"
                        + " store.");
        definition.define(
                MOST_MODELS,
                ConfigDef.Type.INT,
                100_000,
                ConfigDef.Range.atLeast(1),
                ConfigDef.Importance.MEDIUM,
                "How many models each partition may have; a sample that would create one more becomes a dead letter.");
        text(
                definition,
                INSTANCE_ID,
                HOST_NAME,
                null,
                "The stable name of this process in its group, with which it has its partitions back at once after a restart."
                        + " No two processes may share one. host-name stands for this machine's name; empty means none, and"
                        + " partitions move at every restart.");
        definition.define(
                STARTUP_TIMEOUT,
                ConfigDef.Type.LONG,
                60_000L,
                ConfigDef.Range.atLeast(1_000L),
                ConfigDef.Importance.MEDIUM,
                "How long to wait for a broker at the start, in milliseconds.");
        text(
                definition,
                HTTP_HOST,
                "127.0.0.1",
                name,
                "The address that HTTP (metrics, health, models) listens on; 0.0.0.0 means all addresses.");
        definition.define(
                HTTP_PORT,
                ConfigDef.Type.INT,
                8080,
                ConfigDef.Range.between(-1, 65_535),
                ConfigDef.Importance.MEDIUM,
                "The port of HTTP; 0 means any free one, -1 no HTTP. demo takes any free one.");
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
                HTTP_FEATURES,
                ConfigDef.Type.BOOLEAN,
                true,
                ConfigDef.Importance.MEDIUM,
                "Whether the live page shows what samples say, features, labels and steps; false where that is nobody's business.");
        definition.define(
                METRICS_MODELS,
                ConfigDef.Type.INT,
                20,
                ConfigDef.Range.between(0, 1000),
                ConfigDef.Importance.MEDIUM,
                "How many models have metrics of their own, first come, first served; the rest are counted together as other.");
        text(
                definition,
                MODEL_FIELD,
                "",
                null,
                "The field of a record that names its model; empty means that the record's key does. All records of a model must be in one"
                        + " partition.");
        text(
                definition,
                KEYS,
                "model",
                ConfigDef.ValidString.in("model", "ignore"),
                "What a record's key is: model, the name of its model; or ignore, nothing: all records are for default.model, or, with several"
                        + " partitions, for a model in each, named default.model, a hyphen and the partition.");
        formats(definition);
        model(
                definition,
                "layers",
                ConfigDef.Type.STRING,
                "The width of each layer, from the features to the outputs, separated by commas; with features the first and the last may be *,"
                        + " and follow from features and label.");
        model(
                definition,
                "features",
                ConfigDef.Type.STRING,
                "The fields of a record that are features, and their types, as in amount, country:category(16), hour:cyclic(24); empty"
                        + " means that records are {\"features\":[…],\"label\":[…]}. See the page about your own records.");
        model(
                definition,
                "missing",
                ConfigDef.Type.STRING,
                "With features: what one does that is missing, null, blank or of another type: dead-letter, zero, or mean"
                        + " (the mean so far; needs features.scaling).");
        model(
                definition,
                "numbers.in.quotes",
                ConfigDef.Type.STRING,
                "With features: whether text that is a number is taken for one: true or false.");
        model(definition, "label", ConfigDef.Type.STRING, "With features: the field of the label.");
        model(
                definition,
                "label.classes",
                ConfigDef.Type.STRING,
                "With features: the names of the classes, separated by commas, in the order of the outputs; empty means that the label"
                        + " is a number, or see label.classes.max.");
        model(
                definition,
                "label.classes.max",
                ConfigDef.Type.INT,
                "With features: how many classes the model learns by name as they come; 0 means none.");
        model(
                definition,
                "weight",
                ConfigDef.Type.STRING,
                "With features: the field of a sample's weight, a number that its gradient is multiplied by; empty means that none has one.");
        model(
                definition,
                "id",
                ConfigDef.Type.STRING,
                "With features: the field of a sample's id, which is copied to its prediction; empty means none.");
        model(
                definition,
                "hidden.activation",
                ConfigDef.Type.STRING,
                "identity, sigmoid, tanh, relu, leaky-relu, gelu, gelu-tanh or silu: one for all hidden layers, or one for each,"
                        + " separated by commas.");
        model(definition, "output.activation", ConfigDef.Type.STRING, "One of the activations above, or softmax.");
        model(
                definition,
                "loss",
                ConfigDef.Type.STRING,
                "mse, mae, huber, binary-cross-entropy (with sigmoid) or cross-entropy (with softmax).");
        model(definition, "optimizer", ConfigDef.Type.STRING, "sgd, momentum, nesterov, adam or adamw.");
        model(
                definition,
                "learning.rate",
                ConfigDef.Type.DOUBLE,
                "The learning rate before the schedule; greater than 0.");
        model(
                definition,
                "momentum",
                ConfigDef.Type.DOUBLE,
                "For momentum and nesterov; greater than 0 and less than 1.");
        model(definition, "adam.beta1", ConfigDef.Type.DOUBLE, "For adam and adamw; at least 0 and less than 1.");
        model(definition, "adam.beta2", ConfigDef.Type.DOUBLE, "For adam and adamw; at least 0 and less than 1.");
        model(definition, "adam.epsilon", ConfigDef.Type.DOUBLE, "For adam and adamw; greater than 0.");
        model(definition, "weight.decay", ConfigDef.Type.DOUBLE, "L2 weight decay, at least 0; decoupled with adamw.");
        model(
                definition,
                "schedule",
                ConfigDef.Type.STRING,
                "How the learning rate changes with the optimizer steps: constant, step-decay, cosine or warmup-cosine.");
        model(
                definition,
                "schedule.every",
                ConfigDef.Type.LONG,
                "For step-decay: the number of steps between two decays.");
        model(
                definition,
                "schedule.factor",
                ConfigDef.Type.DOUBLE,
                "For step-decay: what the learning rate is multiplied by at each decay.");
        model(
                definition,
                "schedule.steps",
                ConfigDef.Type.LONG,
                "For cosine and warmup-cosine: the step at which the minimum is reached.");
        model(
                definition,
                "schedule.warmup",
                ConfigDef.Type.LONG,
                "For warmup-cosine: the number of steps up to the full learning rate.");
        model(
                definition,
                "schedule.minimum",
                ConfigDef.Type.DOUBLE,
                "For cosine and warmup-cosine: the learning rate at the end.");
        model(
                definition,
                "initializer",
                ConfigDef.Type.STRING,
                "How initial weights are drawn: normal (randn·0.5, biases 0), xavier, he, pytorch or zeros; the same numbers as"
                        + " NumPy's.");
        model(definition, "seed", ConfigDef.Type.LONG, "The seed of the initializer, from 0 to 4294967295.");
        model(definition, "batch.size", ConfigDef.Type.INT, "How many samples each optimizer step is made of.");
        model(
                definition,
                "clip.gradient.norm",
                ConfigDef.Type.DOUBLE,
                "The largest norm of a step's gradient, to which a larger one is scaled down; 0 means no limit.");
        model(
                definition,
                "features.scaling",
                ConfigDef.Type.STRING,
                "none; running: by the mean and standard deviation of the samples so far, this one included; or standard: of those before"
                        + " it, an older rule under which the first three samples can throw the weights far off.");
        model(
                definition,
                "label.scaling",
                ConfigDef.Type.STRING,
                "For output.activation=identity: none; or running: the network learns labels by the mean and standard deviation of those so"
                        + " far, and predictions and metrics are in the labels' own units.");
        model(
                definition,
                "on.divergence",
                ConfigDef.Type.STRING,
                "What happens to a step that would not be finite: skip (the sample becomes a dead letter), restore (after several"
                        + " in a row, go back to the last snapshot at half the learning rate) or stop (end the process).");
        model(
                definition,
                "divergence.restore.after",
                ConfigDef.Type.INT,
                "For restore: how many such steps in a row it takes.");
        model(
                definition,
                "snapshot.every",
                ConfigDef.Type.LONG,
                "The number of optimizer steps between two snapshots.");
        model(
                definition,
                "train.every",
                ConfigDef.Type.INT,
                "Of how many samples about one is trained on, chosen by its offset; all are predicted and scored. For streams that are"
                        + " faster than a model learns.");
        model(definition, "metrics.window", ConfigDef.Type.INT, "How many samples the metrics' window is long.");
        model(
                definition,
                SpecSettings.MAX_RECORD_BYTES,
                ConfigDef.Type.INT,
                "The largest size of a record, key and value together, in bytes; a larger one becomes a dead letter unread.");
        drift(definition);
        return definition;
    }

    private static void drift(ConfigDef definition) {
        model(
                definition,
                "drift.detector",
                ConfigDef.Type.STRING,
                "What watches the model's errors for drift: none; hddm-a, for right or wrong; adwin, for errors from 0 to 1; or page-hinkley,"
                        + " for losses of any size. A class is 0 if right and 1 if wrong; of a regression the loss is taken, up to 1 with the"
                        + " first two.");
        model(
                definition,
                "drift.hddm.drift.confidence",
                ConfigDef.Type.DOUBLE,
                "For hddm-a: how often, at most, a drift may be reported where there is none; over 0 and under 1.");
        model(
                definition,
                "drift.hddm.warning.confidence",
                ConfigDef.Type.DOUBLE,
                "For hddm-a: the same of a warning; at least as much.");
        model(
                definition,
                "drift.hddm.two.sided",
                ConfigDef.Type.STRING,
                "For hddm-a: whether errors that become fewer are a drift, for the better, as well: true or false.");
        model(
                definition,
                "drift.adwin.delta",
                ConfigDef.Type.DOUBLE,
                "For adwin: how often, at most, the window may be cut where nothing has changed; over 0 and under 1.");
        model(
                definition,
                "drift.adwin.clock",
                ConfigDef.Type.INT,
                "For adwin: after how many errors it looks for a cut.");
        model(
                definition,
                "drift.adwin.max.buckets",
                ConfigDef.Type.INT,
                "For adwin: how many buckets of each size its window has; from 2 to 1000.");
        model(
                definition,
                "drift.adwin.min.window",
                ConfigDef.Type.INT,
                "For adwin: how many errors there must be on each side of a cut.");
        model(
                definition,
                "drift.adwin.grace.period",
                ConfigDef.Type.INT,
                "For adwin: the longest window in which it does not look for a cut.");
        model(
                definition,
                "drift.page-hinkley.min.samples",
                ConfigDef.Type.LONG,
                "For page-hinkley: from how many errors on it reports.");
        model(
                definition,
                "drift.page-hinkley.delta",
                ConfigDef.Type.DOUBLE,
                "For page-hinkley: the distance from the mean that is ordinary, at least 0.");
        model(
                definition,
                "drift.page-hinkley.threshold",
                ConfigDef.Type.DOUBLE,
                "For page-hinkley: how far distances must have added up, in the unit of the losses: the one number to choose for a model.");
        model(
                definition,
                "drift.page-hinkley.alpha",
                ConfigDef.Type.DOUBLE,
                "For page-hinkley: what the sum of distances is multiplied by at each error; over 0 and at most 1.");
        model(
                definition,
                "drift.page-hinkley.mode",
                ConfigDef.Type.STRING,
                "For page-hinkley: up, for losses that become greater; down, for smaller ones; or both.");
        model(
                definition,
                "drift.reaction",
                ConfigDef.Type.STRING,
                "What a drift for the worse does, unless the model is frozen: alert (an event and metrics, nothing else), boost (a higher"
                        + " learning rate for a while) or reset (new weights).");
        model(
                definition,
                "drift.boost.factor",
                ConfigDef.Type.DOUBLE,
                "For boost: what the learning rate is multiplied by; over 1 and at most 1000.");
        model(
                definition,
                "drift.boost.steps",
                ConfigDef.Type.LONG,
                "For boost: for how many optimizer steps; another drift starts them anew.");
    }

    private static void formats(ConfigDef definition) {
        text(
                definition,
                SAMPLES_FORMAT,
                "json",
                ConfigDef.ValidString.in(SampleFormat.Kind.names().toArray(String[]::new)),
                "What the values of the samples topic are: json; json-schema, which is JSON behind the id of a schema; avro, by a"
                        + " schema registry; or csv, a line each.");
        text(
                definition,
                CSV_COLUMNS,
                "",
                null,
                "For csv: the names of a line's values, separated by commas; a name with a comma stands in double quotes.");
        text(definition, CSV_SEPARATOR, ",", null, "For csv: the character between two values; tab stands for a tab.");
        text(
                definition,
                SAMPLES_DESERIALIZER,
                "",
                null,
                "A class that reads the values instead: a Deserializer of Kafka's that gives a Map, a JsonNode, an Avro record, or"
                        + " text in the format json or csv. Its own settings are samples.deserializer.*.");
        text(
                definition,
                REGISTRY_URL,
                "",
                null,
                "For avro: where the schema registry is; several addresses of one, separated by commas, are tried in turn.");
        secret(definition, REGISTRY_AUTH, "USER:PASSWORD for the schema registry; empty is none.");
        definition.define(
                READER_SCHEMA,
                ConfigDef.Type.INT,
                0,
                ConfigDef.Range.atLeast(0),
                ConfigDef.Importance.MEDIUM,
                "For avro: the id of the schema that every record is resolved to, with its defaults and aliases; 0 takes each record"
                        + " as its own schema has it.");
        text(
                definition,
                REGISTRY_PREFIX + SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG,
                "",
                null,
                "The file of the certificates that the schema registry's is trusted by; empty is Java's own.");
        secret(definition, REGISTRY_PREFIX + SslConfigs.SSL_TRUSTSTORE_PASSWORD_CONFIG, "The password of that file.");
        store(definition, SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG);
        text(
                definition,
                REGISTRY_PREFIX + SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG,
                "",
                null,
                "The file of the key that this client shows to the schema registry; empty is none.");
        secret(definition, REGISTRY_PREFIX + SslConfigs.SSL_KEYSTORE_PASSWORD_CONFIG, "The password of that file.");
        secret(
                definition,
                REGISTRY_PREFIX + SslConfigs.SSL_KEY_PASSWORD_CONFIG,
                "The password of the key in that file; empty is the file's own.");
        store(definition, SslConfigs.SSL_KEYSTORE_TYPE_CONFIG);
    }

    private static void store(ConfigDef definition, String key) {
        text(
                definition,
                REGISTRY_PREFIX + key,
                "PKCS12",
                ConfigDef.ValidString.in("PKCS12", "JKS", "PEM"),
                "What that file is: PKCS12, JKS or PEM.");
    }

    private static void secret(ConfigDef definition, String key, String doc) {
        definition.define(key, ConfigDef.Type.PASSWORD, "", ConfigDef.Importance.MEDIUM, doc);
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
