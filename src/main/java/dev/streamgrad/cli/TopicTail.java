package dev.streamgrad.cli;

import dev.streamgrad.settings.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads all partitions of a topic as they grow, committed records only, without a group. */
final class TopicTail implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Consumer<byte[], byte[]> consumer;

    /**
     * Begins to read.
     *
     * @throws org.apache.kafka.common.KafkaException if the topic is not there or may not be read
     */
    TopicTail(Settings settings, String topic, boolean fromBeginning) {
        Map<String, Object> config = settings.kafka().consumer();
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            begin(topic, fromBeginning);
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    private void begin(String topic, boolean fromBeginning) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        if (partitions.isEmpty()) {
            throw new UnknownTopicOrPartitionException("topic " + topic + " must exist");
        }
        consumer.assign(partitions);
        if (fromBeginning) {
            consumer.seekToBeginning(partitions);
        } else {
            consumer.seekToEnd(partitions);
        }
        // Seeking is lazy: ask now, so that what comes after the constructor is not missed.
        partitions.forEach(consumer::position);
    }

    ConsumerRecords<byte[], byte[]> poll() {
        return consumer.poll(POLL);
    }

    /** What is there already. */
    ConsumerRecords<byte[], byte[]> pollNow() {
        return consumer.poll(Duration.ZERO);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
