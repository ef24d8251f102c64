package dev.streamgrad.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.settings.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {
    private static final Progress QUIET = line -> {};

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedBroker broker;

    @SuppressWarnings("NullAway.Init")
    private static Admin admin;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start(0, Optional.empty());
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    @AfterAll
    static void stop() {
        admin.close();
        broker.close();
    }

    private static Settings settings(String test) {
        Map<String, String> given = new HashMap<>();
        given.put("bootstrap.servers", broker.bootstrapServers());
        given.put("application.id", test);
        for (String topic : List.of("samples", "predictions", "snapshots", "dead.letters", "control", "events")) {
            given.put(topic + ".topic", test + "-" + topic);
        }
        return Settings.of(given);
    }

    private static Settings created(String test, Optional<Retention> retention) throws StartException {
        Settings settings = settings(test);
        assertThat(Topics.create(settings, 1, Optional.of((short) 1), retention, QUIET)
                        .values())
                .containsOnly(true);
        return settings;
    }

    @ParameterizedTest
    @ValueSource(strings = {"compact", "compact,delete"})
    void check_samplesAreCompacted_refused(String policy) throws Exception {
        Settings settings = created("compact-" + policy.length(), Optional.empty());
        ConfigResource samples = new ConfigResource(ConfigResource.Type.TOPIC, settings.samplesTopic());
        admin.incrementalAlterConfigs(Map.of(
                        samples,
                        List.of(new AlterConfigOp(
                                new ConfigEntry("cleanup.policy", policy), AlterConfigOp.OpType.SET))))
                .all()
                .get();
        assertThatThrownBy(() -> Topics.check(settings, QUIET))
                .isInstanceOf(StartException.class)
                .hasMessage("topic " + settings.samplesTopic() + " must not be compacted; its cleanup.policy is "
                        + policy + ", which deletes samples that models were trained on; alter it to delete");
    }

    private static String config(String topic, String name) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config config = Objects.requireNonNull(
                admin.describeConfigs(List.of(resource)).all().get().get(resource));
        return config.get(name).value();
    }

    @Test
    void create_withRetention_keepsSamplesAndAllSnapshotsSoLong() throws Exception {
        Settings month = created("month", Optional.of(Retention.parse("30d")));
        assertThat(config(month.samplesTopic(), "retention.ms")).isEqualTo("2592000000");
        assertThat(config(month.snapshotsTopic(), "min.compaction.lag.ms")).isEqualTo("2592000000");
        assertThat(config(month.snapshotsTopic(), "cleanup.policy")).isEqualTo("compact");
        Settings forever = created("forever", Optional.of(Retention.FOREVER));
        assertThat(config(forever.samplesTopic(), "retention.ms")).isEqualTo("-1");
        assertThat(config(forever.snapshotsTopic(), "min.compaction.lag.ms")).isEqualTo("9223372036854775807");
        Settings day = created("day", Optional.of(Retention.parse("1d")));
        assertThat(config(day.snapshotsTopic(), "min.compaction.lag.ms"))
                .as("never less than a week")
                .isEqualTo("604800000");
        assertThat(Topics.retentionOfSamples(day, QUIET)).hasValue(Retention.parse("1d"));
    }

    @Test
    void check_samplesMadeAnew_haveAnotherId() throws Exception {
        Settings settings = created("anew", Optional.empty());
        ClusterFacts before = Topics.check(settings, QUIET);
        assertThat(Topics.check(settings, QUIET)).isEqualTo(before);
        admin.deleteTopics(List.of(settings.samplesTopic())).all().get();
        assertThat(Topics.create(settings, 1, Optional.of((short) 1), QUIET))
                .containsEntry(settings.samplesTopic(), true);
        assertThat(Topics.check(settings, QUIET).samplesTopicId()).isNotEqualTo(before.samplesTopicId());
    }

    @Test
    void check_groupHasRead_butItsChangelogIsGone_refused_andSaysHowToGoOn() throws Exception {
        Settings settings = created("lost", Optional.empty());
        TopicPartition samples = new TopicPartition(settings.samplesTopic(), 0);
        // Nothing read yet is nothing lost.
        assertThat(Topics.check(settings, QUIET).samplesPartitions()).isOne();
        admin.alterConsumerGroupOffsets("lost", Map.of(samples, new OffsetAndMetadata(7)))
                .all()
                .get();
        assertThatThrownBy(() -> Topics.check(settings, QUIET))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith("topic lost-models-changelog must exist, because lost has learned from"
                        + " lost-samples; it was deleted; to have the models back")
                .hasMessageContaining("streamgrad rebuild")
                .hasMessageNotContaining("\n");
    }
}
