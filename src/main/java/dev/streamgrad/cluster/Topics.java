package dev.streamgrad.cluster;

import dev.streamgrad.settings.Invocation;
import dev.streamgrad.settings.RecordLimits;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.settings.SettingsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topics the application needs: creates them, and looks at the start whether they are there and large enough. */
public final class Topics {
    private static final int BROKER_LARGEST_RECORD = 1_048_588;
    private static final long WEEK_MS = TimeUnit.DAYS.toMillis(7);
    /** How often to say that a broker is being waited for, and how often to look up from that. */
    private static final long PATIENCE_MS = 5_000;

    private static final long SLICE_MS = 200;
    /** A dead letter must at least hold its reason and the beginning of a value. */
    private static final long LEAST_DEAD_LETTER = 16 * 1024;

    private Topics() {}

    private static Admin connect(Settings settings) {
        try {
            return Admin.create(settings.kafka().admin());
        } catch (KafkaException e) {
            throw new SettingsException(
                    "bootstrap.servers must be HOST:PORT of brokers, with commas, and kafka.* what clients take;"
                            + " got " + settings.bootstrapServers() + " ("
                            + (e.getCause() == null ? e : e.getCause()).getMessage() + ")");
        }
    }

    /** An admin client that does not wait, when it is closed, for calls which no broker answers. */
    private record Client(Admin admin) implements AutoCloseable {
        Client(Settings settings) {
            this(connect(settings));
        }

        @Override
        public void close() {
            admin.close(Duration.ZERO);
        }
    }

    /**
     * Creates the topics that are not there yet.
     *
     * @param partitions of samples and predictions; the others get as many
     * @param replication the replication factor, or empty for the broker's default
     * @return each topic's name, in order, and whether it was created now
     * @throws StartException if the broker cannot be reached or refuses
     */
    public static Map<String, Boolean> create(
            Settings settings, int partitions, Optional<Short> replication, Progress progress) throws StartException {
        try (Client client = new Client(settings)) {
            Admin admin = client.admin();
            Set<String> existing = list(admin, settings, progress);
            Map<String, Boolean> created = new LinkedHashMap<>();
            List<NewTopic> missing = new ArrayList<>();
            for (String name : settings.topics()) {
                created.put(name, !existing.contains(name));
                if (!existing.contains(name)) {
                    missing.add(
                            new NewTopic(name, Optional.of(partitions), replication).configs(config(settings, name)));
                }
            }
            for (Map.Entry<String, KafkaFuture<Void>> topic :
                    admin.createTopics(missing).values().entrySet()) {
                try {
                    topic.getValue().get();
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof TopicExistsException)) {
                        throw new StartException(
                                "topic " + topic.getKey() + " could not be created: " + messageOf(e), e);
                    }
                    created.put(topic.getKey(), false);
                }
            }
            return created;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while topics were created", e);
        }
    }

    /**
     * Waits for a broker, then requires topics.
     *
     * @throws StartException naming what is missing, and the remedy
     */
    public static void require(Settings settings, List<String> topics, Progress progress) throws StartException {
        try (Client client = new Client(settings)) {
            require(client.admin(), settings, topics, progress);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while waiting for a broker", e);
        }
    }

    private static void require(Admin admin, Settings settings, List<String> topics, Progress progress)
            throws StartException, InterruptedException {
        Set<String> existing = list(admin, settings, progress);
        List<String> missing =
                topics.stream().filter(topic -> !existing.contains(topic)).toList();
        if (!missing.isEmpty()) {
            throw new StartException(
                    (missing.size() == 1 ? "topic " : "topics ") + String.join(", ", missing) + " must exist at "
                            + settings.bootstrapServers() + "; create with: " + Invocation.of(creation(settings))
                            + (settings.kafka().isSecured() ? ", or grant this user the right to describe them" : ""),
                    null);
        }
    }

    /** The arguments that create exactly the topics that these settings name. */
    private static String creation(Settings settings) {
        StringBuilder arguments = new StringBuilder("topics --bootstrap-server " + settings.bootstrapServers());
        settings.topicsByOtherNames()
                .forEach((setting, topic) ->
                        arguments.append(" --set ").append(setting).append('=').append(topic));
        return arguments.toString();
    }

    /**
     * How many partitions each of the topics has that are there.
     *
     * @throws StartException if the broker cannot be reached or refuses
     */
    public static Map<String, Integer> partitions(Settings settings, Progress progress) throws StartException {
        try (Client client = new Client(settings)) {
            Set<String> existing = list(client.admin(), settings, progress);
            Map<String, Integer> partitions = new LinkedHashMap<>();
            client.admin()
                    .describeTopics(settings.topics().stream()
                            .filter(existing::contains)
                            .toList())
                    .allTopicNames()
                    .get()
                    .forEach((name, topic) ->
                            partitions.put(name, topic.partitions().size()));
            return partitions;
        } catch (ExecutionException e) {
            throw new StartException("the topics could not be looked at: " + messageOf(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while topics were looked at", e);
        }
    }

    private static Map<String, String> config(Settings settings, String topic) {
        if (topic.equals(settings.snapshotsTopic())) {
            return Map.of(
                    TopicConfig.CLEANUP_POLICY_CONFIG,
                    TopicConfig.CLEANUP_POLICY_COMPACT,
                    TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG,
                    Long.toString(WEEK_MS),
                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                    Long.toString(
                            Math.max(BROKER_LARGEST_RECORD, settings.limits().largestRecord())));
        }
        if (topic.equals(settings.deadLettersTopic())) {
            return Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(RecordLimits.LARGEST_REQUEST));
        }
        return Map.of();
    }

    /**
     * Waits for a broker, then looks whether the topics are there and take the largest records.
     *
     * @throws StartException naming what is missing or too small, and the remedy
     */
    public static ClusterFacts check(Settings settings, Progress progress) throws StartException {
        try (Client client = new Client(settings)) {
            Admin admin = client.admin();
            require(admin, settings, settings.topics(), progress);
            TopicDescription samples = admin.describeTopics(List.of(settings.samplesTopic()))
                    .allTopicNames()
                    .get()
                    .get(settings.samplesTopic());
            if (samples == null) {
                throw new StartException("topic " + settings.samplesTopic() + " could not be described", null);
            }
            List<String> written = List.of(
                    settings.predictionsTopic(),
                    settings.snapshotsTopic(),
                    settings.deadLettersTopic(),
                    settings.changelogTopic());
            Map<String, Config> configs = describe(admin, written);
            requireRoom(configs, settings.predictionsTopic(), settings.limits().largestPrediction());
            requireRoom(configs, settings.snapshotsTopic(), settings.limits().largestRecord());
            requireRoom(configs, settings.deadLettersTopic(), LEAST_DEAD_LETTER);
            requireRoom(configs, settings.changelogTopic(), settings.limits().largestState());
            for (String topic : written) {
                requireOldTimestamps(configs, topic);
            }
            requireFutureTimestamps(configs, settings.changelogTopic());
            requireNotCompacted(configs, settings.predictionsTopic());
            requireNotCompacted(configs, settings.deadLettersTopic());
            long deadLetter = Math.min(
                            number(
                                    configs,
                                    settings.deadLettersTopic(),
                                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                                    BROKER_LARGEST_RECORD),
                            settings.kafka().maxRequestSize())
                    - RecordLimits.RECORD_OVERHEAD;
            return new ClusterFacts(samples.partitions().size(), deadLetter);
        } catch (ExecutionException e) {
            throw new StartException("the topics could not be looked at: " + messageOf(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while waiting for a broker", e);
        }
    }

    /** Waits for a broker, saying so every few seconds, until the settings' patience ends. */
    private static Set<String> list(Admin admin, Settings settings, Progress progress)
            throws StartException, InterruptedException {
        long start = System.nanoTime();
        KafkaFuture<Set<String>> names = admin.listTopics().names();
        long said = start;
        while (true) {
            try {
                return names.get(SLICE_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                // Not yet: below is what to do meanwhile.
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof RetriableException)) {
                    throw new StartException(
                            "the broker at " + settings.bootstrapServers() + " refuses: " + messageOf(e), e);
                }
                names = admin.listTopics().names();
            }
            if (progress.isStopped()) {
                throw new StartException("stopped while waiting for a broker at " + settings.bootstrapServers(), null);
            }
            long now = System.nanoTime();
            long waited = TimeUnit.NANOSECONDS.toMillis(now - start);
            if (waited >= settings.startupTimeoutMs()) {
                throw new StartException(
                        "no broker answers at " + settings.bootstrapServers() + " within " + settings.startupTimeoutMs()
                                + " ms (startup.timeout.ms); is it running there, and is --bootstrap-server right?",
                        null);
            }
            if (TimeUnit.NANOSECONDS.toMillis(now - said) >= PATIENCE_MS) {
                said = now;
                progress.say("waiting for a broker at " + settings.bootstrapServers() + " (" + waited / 1000 + " s)");
            }
        }
    }

    /** The settings of those topics that are there and that the application may ask for. */
    private static Map<String, Config> describe(Admin admin, Collection<String> topics)
            throws InterruptedException, ExecutionException {
        Map<String, Config> configs = new LinkedHashMap<>();
        List<ConfigResource> resources = topics.stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        for (Map.Entry<ConfigResource, KafkaFuture<Config>> topic :
                admin.describeConfigs(resources).values().entrySet()) {
            try {
                configs.put(topic.getKey().name(), topic.getValue().get());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof AuthorizationException)
                        && !(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw e;
                }
            }
        }
        return configs;
    }

    private static long number(Map<String, Config> configs, String topic, String setting, long unknown) {
        Config config = configs.get(topic);
        ConfigEntry entry = config == null ? null : config.get(setting);
        return entry == null || entry.value() == null ? unknown : Long.parseLong(entry.value());
    }

    /** Where the application may not ask, it is not for it to refuse. */
    private static void requireRoom(Map<String, Config> configs, String topic, long needed) throws StartException {
        long limit = number(configs, topic, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Long.MAX_VALUE);
        if (limit < needed) {
            throw new StartException(
                    "topic " + topic + " must take records of " + needed + " bytes, which these models need; its "
                            + TopicConfig.MAX_MESSAGE_BYTES_CONFIG + " is " + limit + "; alter it to " + needed,
                    null);
        }
    }

    /** Old samples are samples: what is written has their timestamps. */
    private static void requireOldTimestamps(Map<String, Config> configs, String topic) throws StartException {
        long before = number(configs, topic, TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, Long.MAX_VALUE);
        if (before < Long.MAX_VALUE) {
            throw new StartException(
                    "topic " + topic + " must take records with old timestamps, those of the samples; its "
                            + TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG + " is " + before
                            + "; delete that setting",
                    null);
        }
    }

    /**
     * The changelog has the timestamps of the samples, as Kafka Streams gives them; those of the other topics are
     * capped.
     */
    private static void requireFutureTimestamps(Map<String, Config> configs, String topic) throws StartException {
        long after = number(configs, topic, TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, Long.MAX_VALUE);
        if (after < Long.MAX_VALUE) {
            throw new StartException(
                    "topic " + topic + " must take records with timestamps of the future, which samples may have; its "
                            + TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG + " is " + after + "; alter it to "
                            + Long.MAX_VALUE,
                    null);
        }
    }

    /** A compacted topic refuses records without a key, and forgets the others. */
    private static void requireNotCompacted(Map<String, Config> configs, String topic) throws StartException {
        Config config = configs.get(topic);
        ConfigEntry policy = config == null ? null : config.get(TopicConfig.CLEANUP_POLICY_CONFIG);
        if (policy != null && policy.value() != null && policy.value().contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            throw new StartException(
                    "topic " + topic + " must not be compacted; its " + TopicConfig.CLEANUP_POLICY_CONFIG + " is "
                            + policy.value() + "; alter it to " + TopicConfig.CLEANUP_POLICY_DELETE,
                    null);
        }
    }

    private static String messageOf(ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return cause.getClass().getSimpleName() + ": " + cause.getMessage();
    }
}
