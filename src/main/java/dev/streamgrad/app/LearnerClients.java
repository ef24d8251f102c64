package dev.streamgrad.app;

import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.SamplesRead;
import dev.streamgrad.stream.SamplesRead.SkippedSamples;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.KafkaThread;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * Kafka's clients as Kafka Streams gets them, with transactional ids that outlive the process.
 *
 * <p>Kafka Streams names the transactions of a stream thread after {@code application.id}, a random id of the process
 * and the thread's number. It keeps the random id in the state folder, which a learner with its store in memory does
 * not have, nor one in a container without a volume. So a restarted process has another id, cannot fence the
 * transaction that its killed predecessor left open, and whoever reads committed records waits until the broker times
 * it out: 10 s, and up to 10 s more until the broker looks. With {@code instance.id} instead of the random id the first
 * thing that the new process does, to initialize its transactions, ends the old one. Nothing else in Kafka Streams goes
 * by that id.
 *
 * <p>Without {@code instance.id} Kafka Streams' id stays: names that nobody promises to be unique must not fence each
 * other.
 */
final class LearnerClients implements KafkaClientSupplier {
    private final String applicationId;
    private final String samplesTopic;
    private final Optional<String> instanceId;
    private final Map<String, Object> admin;
    private final SkippedSamples skipped;
    private final SamplesRead read;

    /**
     * The clients of one process.
     *
     * @param instanceId the process's name in its group, if it has one
     * @param skipped hears, on the stream threads, of samples that were deleted before they were read
     * @param read hears, on the stream threads, where partitions begin of which the group knows nothing
     */
    LearnerClients(Settings settings, Optional<String> instanceId, SkippedSamples skipped, SamplesRead read) {
        this.applicationId = settings.applicationId();
        this.samplesTopic = settings.samplesTopic();
        this.instanceId = instanceId;
        this.admin = settings.kafka().admin();
        this.skipped = skipped;
        this.read = read;
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        config.computeIfPresent(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG, (key, id) -> transactionalId(String.valueOf(id)));
        Producer<byte[], byte[]> producer = new LearnerProducer(config);
        unguardKafkasThreads();
        return producer;
    }

    /**
     * Kafka's own threads log what they die of, and nothing else happens: without its network thread a producer waits
     * for ever. Without a handler of their own the default one hears of it, and may end the process.
     */
    private static void unguardKafkasThreads() {
        Thread[] threads = new Thread[2 * Thread.activeCount() + 16];
        int count = Thread.enumerate(threads);
        for (int i = 0; i < count; i++) {
            if (threads[i] instanceof KafkaThread) {
                threads[i].setUncaughtExceptionHandler(null);
            }
        }
    }

    /**
     * The id of a thread's transactions. It begins as Kafka Streams' own do, so that the same prefix can be granted; no
     * application.id can have the colon, so two learners cannot meet in one id.
     */
    String transactionalId(String fromKafka) {
        String thread = fromKafka.substring(fromKafka.lastIndexOf('-'));
        return instanceId
                .map(name -> applicationId + "-instance:" + name + thread)
                .orElse(fromKafka);
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        Admin created = Admin.create(config);
        unguardKafkasThreads();
        return created;
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return new LearnerConsumer(config, samplesTopic, admin, skipped, read);
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
