package dev.streamgrad.cluster;

import dev.streamgrad.settings.Invocation;
import dev.streamgrad.settings.RecordLimits;
import dev.streamgrad.settings.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;

/** The topics the application needs: creates them, and looks at the start whether they are there and large enough. */
public final class Topics {
    private static final int BROKER_LARGEST_RECORD = 1_048_588;
    private static final long WEEK_MS = TimeUnit.DAYS.toMillis(7);
    /** A dead letter must at least hold its reason and the beginning of a value. */
    private static final long LEAST_DEAD_LETTER = 16 * 1024;

    /** A few records a day, without which the history of a model cannot be told. */
    private static final String FOR_EVER = "-1";

    private static final long LARGEST_COMMAND_FRAME = 16 * 1024;

    private Topics() {}

    /** As {@link #create(Settings, int, Optional, Optional, Progress)}, with the broker's default retention. */
    public static Map<String, Boolean> create(
            Settings settings, int partitions, Optional<Short> replication, Progress progress) throws StartException {
        return create(settings, partitions, replication, Optional.empty(), progress);
    }

    /**
     * Creates the topics that are not there yet.
     *
     * @param partitions of samples and predictions; the others get as many, but control as many as samples has already
     * @param replication the replication factor, or empty for the broker's default
     * @param retention how long samples, and with them all snapshots, are kept; empty for the broker's default
     * @return each topic's name, in order, and whether it was created now
     * @throws StartException if the broker cannot be reached or refuses
     */
    public static Map<String, Boolean> create(
            Settings settings,
            int partitions,
            Optional<Short> replication,
            Optional<Retention> retention,
            Progress progress)
            throws StartException {
        try (PatientAdmin admin = new PatientAdmin(settings, progress)) {
            Set<String> existing = list(admin, settings);
            Map<String, Boolean> created = new LinkedHashMap<>();
            for (String name : settings.topics()) {
                created.put(
                        name,
                        !existing.contains(name)
                                && create(
                                        admin,
                                        new NewTopic(
                                                        name,
                                                        Optional.of(
                                                                isControl(settings, name)
                                                                        ? partitionsOf(
                                                                                admin,
                                                                                settings.samplesTopic(),
                                                                                partitions)
                                                                        : partitions),
                                                        replication)
                                                .configs(config(settings, name, retention))));
            }
            awaitKnown(admin, created);
            return created;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while topics were created", e);
        }
    }

    private static boolean isControl(Settings settings, String topic) {
        return settings.controlTopic().filter(topic::equals).isPresent();
    }

    private static int partitionsOf(PatientAdmin admin, String topic, int unknown)
            throws StartException, InterruptedException {
        try {
            TopicDescription description = admin.ask(
                            client -> client.describeTopics(List.of(topic)).allTopicNames())
                    .get(topic);
            return description == null ? unknown : description.partitions().size();
        } catch (ExecutionException e) {
            // It has just been created, or this user may not look at it.
            return unknown;
        }
    }

    private static boolean create(PatientAdmin admin, NewTopic topic) throws StartException, InterruptedException {
        try {
            admin.ask(client -> client.createTopics(List.of(topic)).all());
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return false;
            }
            throw new StartException(
                    "topic " + topic.name() + " could not be created: " + PatientAdmin.messageOf(e), e);
        }
    }

    /** The broker answers before it knows of the topics itself; whoever starts next must find them. */
    private static void awaitKnown(PatientAdmin admin, Map<String, Boolean> created)
            throws StartException, InterruptedException {
        List<String> names = created.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .toList();
        try {
            admin.ask(client -> client.describeTopics(names).allTopicNames());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof AuthorizationException)) {
                throw new StartException("the topics could not be looked at: " + PatientAdmin.messageOf(e), e);
            }
        }
    }

    /** How long the samples topic keeps its records; empty if this user may not know. */
    public static Optional<Retention> retentionOfSamples(Settings settings, Progress progress) throws StartException {
        try (PatientAdmin admin = new PatientAdmin(settings, progress)) {
            String topic = settings.samplesTopic();
            long unknown = Long.MIN_VALUE;
            long millis = TopicConfigs.describe(admin, List.of(topic))
                    .number(topic, TopicConfig.RETENTION_MS_CONFIG, unknown);
            return millis == unknown ? Optional.empty() : Optional.of(new Retention(millis));
        } catch (ExecutionException e) {
            throw new StartException("the topics could not be looked at: " + PatientAdmin.messageOf(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while topics were looked at", e);
        }
    }

    /**
     * Waits for a broker, then requires topics.
     *
     * @throws StartException naming what is missing, and the remedy
     */
    public static void require(Settings settings, List<String> topics, Progress progress) throws StartException {
        try (PatientAdmin admin = new PatientAdmin(settings, progress)) {
            require(list(admin, settings), settings, topics);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while waiting for a broker", e);
        }
    }

    private static void require(Set<String> existing, Settings settings, List<String> topics) throws StartException {
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
        try (PatientAdmin admin = new PatientAdmin(settings, progress)) {
            Set<String> existing = list(admin, settings);
            Map<String, Integer> partitions = new LinkedHashMap<>();
            List<String> topics =
                    settings.topics().stream().filter(existing::contains).toList();
            admin.ask(client -> client.describeTopics(topics).allTopicNames())
                    .forEach((name, topic) ->
                            partitions.put(name, topic.partitions().size()));
            return partitions;
        } catch (ExecutionException e) {
            throw new StartException("the topics could not be looked at: " + PatientAdmin.messageOf(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while topics were looked at", e);
        }
    }

    private static Map<String, String> config(Settings settings, String topic, Optional<Retention> retention) {
        if (topic.equals(settings.samplesTopic())) {
            return retention
                    .map(time -> Map.of(TopicConfig.RETENTION_MS_CONFIG, Long.toString(time.millis())))
                    .orElse(Map.of());
        }
        if (topic.equals(settings.snapshotsTopic())) {
            return Map.of(
                    TopicConfig.CLEANUP_POLICY_CONFIG,
                    TopicConfig.CLEANUP_POLICY_COMPACT,
                    // All snapshots stay for as long as the samples that an audit trains again.
                    TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG,
                    Long.toString(retention.map(time -> time.atLeast(WEEK_MS)).orElse(WEEK_MS)),
                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                    Long.toString(
                            Math.max(BROKER_LARGEST_RECORD, settings.limits().largestRecord())));
        }
        if (topic.equals(settings.deadLettersTopic())) {
            return Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(RecordLimits.LARGEST_REQUEST));
        }
        if (isControl(settings, topic)) {
            return Map.of(
                    TopicConfig.RETENTION_MS_CONFIG,
                    FOR_EVER,
                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                    // The command to restore a snapshot is a little larger than that.
                    Long.toString(Math.max(
                            BROKER_LARGEST_RECORD, settings.limits().largestRecord() + LARGEST_COMMAND_FRAME)));
        }
        if (topic.equals(settings.eventsTopic())) {
            return Map.of(TopicConfig.RETENTION_MS_CONFIG, FOR_EVER);
        }
        return Map.of();
    }

    /**
     * Waits for a broker, then looks whether the topics are there, keep what they must and take the largest records.
     *
     * @throws StartException naming what is missing, too small or lost, and the remedy
     */
    public static ClusterFacts check(Settings settings, Progress progress) throws StartException {
        try (PatientAdmin admin = new PatientAdmin(settings, progress)) {
            Set<String> existing = list(admin, settings);
            require(existing, settings, settings.topics());
            String samplesTopic = settings.samplesTopic();
            TopicDescription samples = admin.ask(client -> client.describeTopics(List.of(samplesTopic))
                    .topicNameValues()
                    .get(samplesTopic));
            LostChangelog.require(
                    admin, settings, existing, samples.partitions().size());
            List<String> present = new ArrayList<>(settings.topics());
            if (existing.contains(settings.changelogTopic())) {
                present.add(settings.changelogTopic());
            }
            TopicConfigs configs = TopicConfigs.describe(admin, present);
            require(configs, settings);
            String controlId = "";
            if (settings.controlTopic().isPresent()) {
                String controlTopic = settings.controlTopic().get();
                TopicDescription control = admin.ask(client -> client.describeTopics(List.of(controlTopic))
                        .topicNameValues()
                        .get(controlTopic));
                requireSamePartitions(settings, control, samples);
                controlId = idOf(control);
            }
            long deadLetter = Math.min(
                            configs.number(
                                    settings.deadLettersTopic(),
                                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                                    BROKER_LARGEST_RECORD),
                            settings.kafka().maxRequestSize())
                    - RecordLimits.RECORD_OVERHEAD;
            long snapshot = Math.min(
                            configs.number(
                                    settings.snapshotsTopic(),
                                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                                    BROKER_LARGEST_RECORD),
                            settings.kafka().maxRequestSize())
                    - RecordLimits.RECORD_OVERHEAD;
            return new ClusterFacts(idOf(samples), samples.partitions().size(), deadLetter, controlId, snapshot);
        } catch (ExecutionException e) {
            throw new StartException("the topics could not be looked at: " + PatientAdmin.messageOf(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while waiting for a broker", e);
        }
    }

    /** Brokers that are older than topic ids have none. */
    private static String idOf(TopicDescription topic) {
        return topic.topicId().equals(Uuid.ZERO_UUID) ? "" : topic.topicId().toString();
    }

    /** A model's commands come to whoever has its samples. */
    private static void requireSamePartitions(Settings settings, TopicDescription control, TopicDescription samples)
            throws StartException {
        int wanted = samples.partitions().size();
        int got = control.partitions().size();
        if (got != wanted) {
            throw new StartException(
                    "topic " + control.name() + " must have as many partitions as " + samples.name() + ", " + wanted
                            + "; got " + got
                            + (got < wanted
                                    ? "; add some: kafka-topics.sh --bootstrap-server " + settings.bootstrapServers()
                                            + " --alter --topic " + control.name() + " --partitions " + wanted
                                    : "; delete it and create it again with " + Invocation.of(creation(settings)))
                            + ", or set control.topic= to learn without commands",
                    null);
        }
    }

    private static void require(TopicConfigs configs, Settings settings) throws StartException {
        configs.requireRoom(settings.predictionsTopic(), settings.limits().largestPrediction());
        configs.requireRoom(settings.snapshotsTopic(), settings.limits().largestRecord());
        configs.requireRoom(settings.deadLettersTopic(), LEAST_DEAD_LETTER);
        configs.requireRoom(settings.changelogTopic(), settings.limits().largestState());
        for (String written : List.of(
                settings.predictionsTopic(),
                settings.snapshotsTopic(),
                settings.deadLettersTopic(),
                settings.changelogTopic())) {
            configs.requireOldTimestamps(written);
        }
        if (settings.controlTopic().isPresent()) {
            configs.requireRoom(settings.eventsTopic(), settings.limits().largestEvent());
            configs.requireOldTimestamps(settings.eventsTopic());
            configs.requireNotCompacted(settings.eventsTopic(), "forgets what was decided about models");
            configs.requireNotCompacted(
                    settings.controlTopic().get(), "forgets commands, so that an audit cannot read them");
        }
        configs.requireFutureTimestamps(settings.changelogTopic());
        configs.requireNotCompacted(settings.samplesTopic(), "deletes samples that models were trained on");
        for (String written : List.of(settings.predictionsTopic(), settings.deadLettersTopic())) {
            configs.requireNotCompacted(written, "refuses records without a key and forgets others");
        }
    }

    /** Waits for a broker; returns the topics that it has and shows. */
    private static Set<String> list(PatientAdmin admin, Settings settings) throws StartException, InterruptedException {
        try {
            return admin.ask(client -> client.listTopics().names());
        } catch (ExecutionException e) {
            throw new StartException(
                    "the broker at " + settings.bootstrapServers() + " refuses: " + PatientAdmin.messageOf(e), e);
        }
    }
}
