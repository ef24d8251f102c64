package dev.streamgrad.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaNamesTest {
    @ParameterizedTest
    @CsvSource({
        "lingr.ms, linger.ms",
        "main.consumer.max.pol.records, main.consumer.max.poll.records",
        "restore.consumer.fetch.max.byte, restore.consumer.fetch.max.bytes",
        "producer.linger.msx, producer.linger.ms",
        "admin.retires, admin.retries",
        "topic.segment.byte, topic.segment.bytes",
        "comit.interval.ms, commit.interval.ms",
        "sasl.jaas.confg, sasl.jaas.config",
    })
    void misspeltName_isDoubted_withTheNearestOne(String name, String meant) {
        assertThat(KafkaNames.doubt(name))
                .contains("setting kafka." + name + " is unknown to Kafka; did you mean kafka." + meant
                        + "? it is passed on for what may be plugged in");
    }

    /** A producer has no such setting, though a consumer has. */
    @Test
    void nameOfAnotherClient_isDoubted() {
        assertThat(KafkaNames.doubt("producer.max.poll.records"))
                .hasValueSatisfying(line -> assertThat(line).contains("kafka.producer.max.poll.records is unknown"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "linger.ms",
                "main.consumer.max.poll.records",
                "consumer.group.protocol",
                "producer.compression.type",
                "admin.retries",
                "topic.segment.bytes",
                "sasl.jaas.config",
                "ssl.truststore.location",
                "rocksdb.config.setter",
                "metrics.context.team",
                "config.providers.vault.param.url",
            })
    void kafkasOwnName_isNotDoubted(String name) {
        assertThat(KafkaNames.doubt(name)).isEmpty();
    }

    @Test
    void nameOfWhatIsPluggedIn_isNamed_andPassedOn() {
        Settings settings = Settings.of(Map.of("kafka.my.interceptor.endpoint", "here"));
        assertThat(settings.kafka().doubts())
                .containsExactly(
                        "setting kafka.my.interceptor.endpoint is unknown to Kafka; it is passed on for what may"
                                + " be plugged in");
        assertThat(settings.kafka().streams()).containsEntry("my.interceptor.endpoint", "here");
    }
}
