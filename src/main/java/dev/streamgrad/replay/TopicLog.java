package dev.streamgrad.replay;

import dev.streamgrad.settings.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** All committed records that a topic has when it is opened, in the order of each partition. */
public final class TopicLog implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Consumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, Long> beginning;
    private final Map<TopicPartition, Long> end;
    private final String topic;
    private final Map<String, Object> adminConfig;

    /**
     * Opens a log.
     *
     * @param topic which must exist
     */
    public TopicLog(Settings settings, String topic) {
        this(settings, topic, false);
    }

    /**
     * A log that also has what was written in transactions that are still open when it is opened, unless they are
     * aborted: reading waits for their end. Whoever has seen one half of a transaction finds the other half here.
     */
    public static TopicLog ofAllBegun(Settings settings, String topic) {
        return new TopicLog(settings, topic, true);
    }

    /**
     * Reads what a partition of the samples topic has between two offsets, both of them included and committed.
     *
     * @return false if the first is gone
     * @throws TimeoutException if for {@link #PATIENCE} nothing comes
     */
    public static boolean readSamples(
            Settings settings,
            int partition,
            long from,
            long to,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> take) {
        try (TopicLog samples = new TopicLog(settings, settings.samplesTopic())) {
            if (from < samples.beginning(partition)) {
                return false;
            }
            samples.narrow(partition, from, to + 1);
            long read = 0;
            long lastProgress = System.nanoTime();
            while (!samples.isAtEnd()) {
                samples.poll(take);
                if (samples.read() > read) {
                    read = samples.read();
                    lastProgress = System.nanoTime();
                } else if (System.nanoTime() - lastProgress > PATIENCE.toNanos()) {
                    throw new TimeoutException("samples " + partition + "@" + (from + read) + " to " + to
                            + " could not be read again within " + PATIENCE.toSeconds() + " s");
                }
            }
            return true;
        } catch (OffsetOutOfRangeException e) {
            return false;
        }
    }

    /** Whether there is such a topic, as far as this user may know. */
    public static boolean exists(Settings settings, String topic) {
        try (Admin admin = Admin.create(settings.kafka().admin())) {
            return admin.listTopics().names().get().contains(topic);
        } catch (ExecutionException e) {
            throw new KafkaException("the topics could not be listed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private TopicLog(Settings settings, String topic, boolean allBegun) {
        this.topic = topic;
        this.adminConfig = settings.kafka().admin();
        Map<String, Object> config = settings.kafka().consumer();
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        consumer.assign(partitions);
        beginning = new HashMap<>(consumer.beginningOffsets(partitions));
        end = new HashMap<>(allBegun ? endsOfAllBegun(config, partitions) : consumer.endOffsets(partitions));
        rewind();
    }

    private static Map<TopicPartition, Long> endsOfAllBegun(
            Map<String, Object> config, List<TopicPartition> partitions) {
        Map<String, Object> uncommitted = new HashMap<>(config);
        uncommitted.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        try (Consumer<byte[], byte[]> other =
                new KafkaConsumer<>(uncommitted, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return other.endOffsets(partitions);
        }
    }

    /** Starts again with the oldest records; what has come since the log was opened is still not in it. */
    public void rewind() {
        beginning.forEach(consumer::seek);
        consumer.resume(consumer.paused());
    }

    /**
     * Reads on with one partition only.
     *
     * @param from the first offset to be read, which must be there
     * @param to the offset behind the last
     */
    public void narrow(int partition, long from, long to) {
        TopicPartition only = new TopicPartition(topic, partition);
        consumer.assign(List.of(only));
        consumer.seek(only, from);
        consumer.resume(consumer.paused());
        beginning.clear();
        beginning.put(only, from);
        end.clear();
        end.put(only, Math.max(from, to));
    }

    /** The first offset whose record is not older than this time; that of the log's end if none is. */
    public long offsetOf(int partition, long time) {
        TopicPartition only = new TopicPartition(topic, partition);
        OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(only, time)).get(only);
        return found == null ? end(partition) : Math.min(found.offset(), end(partition));
    }

    /** The offset behind the last that there is. */
    public long end(int partition) {
        return end.getOrDefault(new TopicPartition(topic, partition), 0L);
    }

    /** The topic's id; empty if the brokers have none, or this user may not describe it. */
    public String topicId() {
        try (Admin admin = Admin.create(adminConfig)) {
            TopicDescription description =
                    admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
            return description == null || description.topicId().equals(Uuid.ZERO_UUID)
                    ? ""
                    : description.topicId().toString();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                return "";
            }
            throw new KafkaException("topic " + topic + " could not be described: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /** How many partitions it has. */
    public int partitions() {
        return end.size();
    }

    /** The oldest offset there is. */
    public long beginning(int partition) {
        return beginning.entrySet().stream()
                .filter(entry -> entry.getKey().partition() == partition)
                .mapToLong(Map.Entry::getValue)
                .findFirst()
                .orElse(0);
    }

    /** How many offsets there are in all. */
    public long size() {
        return end.entrySet().stream()
                .mapToLong(entry -> entry.getValue() - beginning.getOrDefault(entry.getKey(), 0L))
                .sum();
    }

    /** How many of them have been read. */
    public long read() {
        return end.entrySet().stream()
                .mapToLong(entry -> Math.min(entry.getValue(), consumer.position(entry.getKey()))
                        - beginning.getOrDefault(entry.getKey(), 0L))
                .sum();
    }

    /** Whether all of them have been read. */
    public boolean isAtEnd() {
        return end.entrySet().stream().allMatch(entry -> consumer.position(entry.getKey()) >= entry.getValue());
    }

    /** Some more records, perhaps none. */
    public void poll(java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> to) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            if (record.offset() < end.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L)) {
                to.accept(record);
            }
        }
        // What has been read to its end must not crowd out the others.
        consumer.pause(end.entrySet().stream()
                .filter(entry -> consumer.position(entry.getKey()) >= entry.getValue())
                .map(Map.Entry::getKey)
                .toList());
    }

    /** Without a wait for what it has asked for: there is no group to leave, and nobody wants the answer. */
    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
}
