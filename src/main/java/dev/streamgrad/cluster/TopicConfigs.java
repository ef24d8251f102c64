package dev.streamgrad.cluster;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.jspecify.annotations.Nullable;

/**
 * The settings of topics, and what the learner requires of them. Where it may not ask, it is not for it to refuse.
 *
 * @param configs by topic; of those only that are there and that it may ask for
 */
record TopicConfigs(Map<String, Config> configs) {

    /** Asks for the settings of topics. */
    static TopicConfigs describe(PatientAdmin admin, Collection<String> topics)
            throws StartException, InterruptedException, ExecutionException {
        Map<String, Config> configs = new LinkedHashMap<>();
        for (String topic : topics) {
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            try {
                configs.put(
                        topic,
                        admin.ask(client -> client.describeConfigs(List.of(resource))
                                .values()
                                .get(resource)));
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof AuthorizationException)) {
                    throw e;
                }
            }
        }
        return new TopicConfigs(configs);
    }

    /** The number that a topic has for a setting, or {@code unknown}. */
    long number(String topic, String setting, long unknown) {
        String value = text(topic, setting);
        return value == null ? unknown : Long.parseLong(value);
    }

    private @Nullable String text(String topic, String setting) {
        Config config = configs.get(topic);
        ConfigEntry entry = config == null ? null : config.get(setting);
        return entry == null ? null : entry.value();
    }

    /** Requires that records of this size are taken. */
    void requireRoom(String topic, long needed) throws StartException {
        long limit = number(topic, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Long.MAX_VALUE);
        if (limit < needed) {
            throw new StartException(
                    "topic " + topic + " must take records of " + needed + " bytes, which these models need; its "
                            + TopicConfig.MAX_MESSAGE_BYTES_CONFIG + " is " + limit + "; alter it to " + needed,
                    null);
        }
    }

    /** Old samples are samples: what is written has their timestamps. */
    void requireOldTimestamps(String topic) throws StartException {
        long before = number(topic, TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, Long.MAX_VALUE);
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
    void requireFutureTimestamps(String topic) throws StartException {
        long after = number(topic, TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, Long.MAX_VALUE);
        if (after < Long.MAX_VALUE) {
            throw new StartException(
                    "topic " + topic + " must take records with timestamps of the future, which samples may have; its "
                            + TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG + " is " + after + "; alter it to "
                            + Long.MAX_VALUE,
                    null);
        }
    }

    /**
     * Requires that every record stays until its time has come: of compact, and of compact with delete, too.
     *
     * @param why what compaction would do here
     */
    void requireNotCompacted(String topic, String why) throws StartException {
        String policy = text(topic, TopicConfig.CLEANUP_POLICY_CONFIG);
        if (policy != null && policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            throw new StartException(
                    "topic " + topic + " must not be compacted; its " + TopicConfig.CLEANUP_POLICY_CONFIG + " is "
                            + policy + ", which " + why + "; alter it to " + TopicConfig.CLEANUP_POLICY_DELETE,
                    null);
        }
    }
}
