package dev.streamgrad.app;

import dev.streamgrad.cluster.Progress;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.settings.Invocation;
import dev.streamgrad.settings.Settings;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Forgets every model of a learner: its changelog, the offsets of its group, and the snapshots, commands and events,
 * which are of models that will not be any more: an audit of them would fail, and old commands would be obeyed again.
 * Samples, predictions and dead letters stay. The next start learns anew from the samples that are there.
 */
public final class Reset {
    private static final long SLICE_MS = 200;
    private static final int TRIES = 150;

    private Reset() {}

    /**
     * Forgets.
     *
     * @throws StartException if a learner runs, or the broker refuses
     */
    public static void run(Settings settings, Progress progress) throws StartException {
        try (Admin admin = Admin.create(settings.kafka().admin())) {
            GroupAtRest.await(admin, settings, progress);
            Set<String> topics = admin.listTopics().names().get();
            if (topics.contains(settings.changelogTopic())) {
                admin.deleteTopics(List.of(settings.changelogTopic())).all().get();
            }
            deleteGroup(admin, settings.applicationId());
            Set<String> forgotten = new LinkedHashSet<>(List.of(settings.snapshotsTopic()));
            settings.controlTopic().ifPresent(control -> forgotten.addAll(List.of(control, settings.eventsTopic())));
            for (String topic : forgotten) {
                if (topics.contains(topic)) {
                    recreate(admin, topic);
                }
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new StartException(
                    "the models could not be forgotten: " + cause.getMessage() + "; run it again when that is mended",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted; run it again", e);
        }
    }

    private static void deleteGroup(Admin admin, String group) throws InterruptedException, ExecutionException {
        try {
            admin.deleteConsumerGroups(List.of(group)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                throw e;
            }
        }
    }

    /** Deletes a topic and creates it as it was. */
    private static void recreate(Admin admin, String topic)
            throws InterruptedException, ExecutionException, StartException {
        TopicDescription was = Objects.requireNonNull(
                admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Map<String, String> config =
                Objects.requireNonNull(admin.describeConfigs(List.of(resource))
                                .all()
                                .get()
                                .get(resource))
                        .entries()
                        .stream()
                        .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                        .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
        NewTopic anew = new NewTopic(topic, Optional.of(was.partitions().size()), Optional.of((short)
                        was.partitions().get(0).replicas().size()))
                .configs(config);
        replace(admin, anew);
    }

    /** Deletes the topic of this name, and creates this one. */
    static void replace(Admin admin, NewTopic anew) throws InterruptedException, ExecutionException, StartException {
        String topic = anew.name();
        admin.deleteTopics(List.of(topic)).all().get();
        for (int tries = 0; tries < TRIES; tries++) {
            try {
                awaitKnown(
                        admin,
                        topic,
                        admin.createTopics(List.of(anew)).topicId(topic).get());
                return;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
                // Its deletion is still under way.
                TimeUnit.MILLISECONDS.sleep(SLICE_MS);
            }
        }
        throw new StartException(
                "topic " + topic + " was deleted and could not be created again, because its deletion does not end;"
                        + " create it later with: " + Invocation.of("topics"),
                null);
    }

    /**
     * The broker answers before it knows of the topic itself, and perhaps before it knows that the one before is gone;
     * whoever starts next must find this one.
     */
    private static void awaitKnown(Admin admin, String topic, Uuid id) throws InterruptedException, ExecutionException {
        for (int tries = 0; tries < TRIES; tries++) {
            try {
                if (Objects.requireNonNull(admin.describeTopics(List.of(topic))
                                .allTopicNames()
                                .get()
                                .get(topic))
                        .topicId()
                        .equals(id)) {
                    return;
                }
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw e;
                }
            }
            TimeUnit.MILLISECONDS.sleep(SLICE_MS);
        }
    }
}
