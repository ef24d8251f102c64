package dev.streamgrad.stream;

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
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
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
    private static final long PATIENCE_MS = 5_000;

    private Topics() {}

    /** An admin client that does not wait, when it is closed, for calls which no broker answers. */
    private record Client(Admin admin) implements AutoCloseable {
        Client(Settings settings) {
            this(Admin.create(settings.admin()));
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
            Settings settings, int partitions, Optional<Short> replication, Consumer<String> progress)
            throws StartException {
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
    public static void require(Settings settings, List<String> topics, Consumer<String> progress)
            throws StartException {
        try (Client client = new Client(settings)) {
            require(client.admin(), settings, topics, progress);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while waiting for a broker", e);
        }
    }

    private static void require(Admin admin, Settings settings, List<String> topics, Consumer<String> progress)
            throws StartException, InterruptedException {
        Set<String> existing = list(admin, settings, progress);
        List<String> missing =
                topics.stream().filter(topic -> !existing.contains(topic)).toList();
        if (!missing.isEmpty()) {
            throw new StartException(
                    (missing.size() == 1 ? "topic " : "topics ") + String.join(", ", missing) + " must exist at "
                            + settings.bootstrapServers() + "; create with: streamgrad topics --bootstrap-server "
                            + settings.bootstrapServers(),
                    null);
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
                    Long.toString(Math.max(BROKER_LARGEST_RECORD, settings.largestRecord())));
        }
        if (topic.equals(settings.deadLettersTopic())) {
            return Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(Settings.LARGEST_REQUEST));
        }
        return Map.of();
    }

    /**
     * Waits for a broker, then looks whether the topics are there and take the largest records.
     *
     * @throws StartException naming what is missing or too small, and the remedy
     */
    static Cluster check(Settings settings, Consumer<String> progress) throws StartException {
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
            Map<String, Long> largest = largestRecords(admin, settings.topics());
            require(settings.snapshotsTopic(), largest, settings.largestRecord());
            require(settings.predictionsTopic(), largest, settings.largestPrediction());
            long deadLetter = Math.min(limit(settings.deadLettersTopic(), largest), settings.maxRequestSize())
                    - Settings.RECORD_OVERHEAD;
            return new Cluster(samples.partitions().size(), deadLetter);
        } catch (ExecutionException e) {
            throw new StartException("the topics could not be looked at: " + messageOf(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while waiting for a broker", e);
        }
    }

    /** Waits for a broker, saying so every few seconds, until the settings' patience ends. */
    private static Set<String> list(Admin admin, Settings settings, Consumer<String> progress)
            throws StartException, InterruptedException {
        long start = System.nanoTime();
        long waited = 0;
        while (true) {
            Throwable cause;
            try {
                long patience = Math.max(1, Math.min(PATIENCE_MS, settings.startupTimeoutMs() - waited));
                return admin.listTopics().names().get(patience, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                cause = e;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof RetriableException)) {
                    throw new StartException(
                            "the broker at " + settings.bootstrapServers() + " refuses: " + messageOf(e), e);
                }
                cause = e;
            }
            waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            if (waited >= settings.startupTimeoutMs()) {
                throw new StartException(
                        "no broker answers at " + settings.bootstrapServers() + " within " + settings.startupTimeoutMs()
                                + " ms (startup.timeout.ms); is it running there, and is --bootstrap-server right?",
                        cause);
            }
            progress.accept("waiting for a broker at " + settings.bootstrapServers() + " (" + waited / 1000 + " s)");
        }
    }

    /** What each topic takes; empty where the application may not ask. */
    private static Map<String, Long> largestRecords(Admin admin, Collection<String> topics)
            throws InterruptedException, ExecutionException {
        Map<String, Long> largest = new LinkedHashMap<>();
        List<ConfigResource> resources = topics.stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        for (Map.Entry<ConfigResource, KafkaFuture<Config>> topic :
                admin.describeConfigs(resources).values().entrySet()) {
            try {
                ConfigEntry entry = topic.getValue().get().get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
                if (entry != null && entry.value() != null) {
                    largest.put(topic.getKey().name(), Long.parseLong(entry.value()));
                }
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof AuthorizationException)
                        && !(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw e;
                }
            }
        }
        return largest;
    }

    private static long limit(String topic, Map<String, Long> largest) {
        return largest.getOrDefault(topic, (long) BROKER_LARGEST_RECORD);
    }

    private static void require(String topic, Map<String, Long> largest, long needed) throws StartException {
        // Where the application may not ask, it is not for it to refuse.
        if (largest.containsKey(topic) && limit(topic, largest) < needed) {
            throw new StartException(
                    "topic " + topic + " must take records of " + needed + " bytes, which these models need; its"
                            + " max.message.bytes is " + limit(topic, largest) + "; alter it to " + needed,
                    null);
        }
    }

    private static String messageOf(ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return cause.getClass().getSimpleName() + ": " + cause.getMessage();
    }
}
