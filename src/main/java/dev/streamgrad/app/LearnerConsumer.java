package dev.streamgrad.app;

import dev.streamgrad.stream.SamplesRead;
import dev.streamgrad.stream.SamplesRead.SkippedSamples;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The consumer of a stream thread, which notices two things that Kafka Streams passes over: that another process has
 * its name in the group, and that samples were deleted before they were read.
 */
final class LearnerConsumer extends KafkaConsumer<byte[], byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(LearnerConsumer.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String samplesTopic;
    private final Map<String, Object> admin;
    private final Optional<String> instance;
    private final SkippedSamples skipped;
    private final SamplesRead read;

    /**
     * A consumer.
     *
     * @param config as Kafka Streams gives it
     * @param samplesTopic the one topic where nothing may be passed over without a word
     * @param admin the configuration of an admin client for the same brokers
     * @param skipped hears of samples that were deleted where the group knows which comes next
     * @param read hears where a partition begins of which the group knows nothing
     */
    LearnerConsumer(
            Map<String, Object> config,
            String samplesTopic,
            Map<String, Object> admin,
            SkippedSamples skipped,
            SamplesRead read) {
        super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.samplesTopic = samplesTopic;
        this.admin = admin;
        this.instance = Optional.ofNullable((String) config.get(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG));
        this.skipped = skipped;
        this.read = read;
    }

    /**
     * Kafka Streams calls this when its producer has been fenced, and joins again: as a new member, which takes the
     * name away from whoever has it now. That is right if this process has only been slow, and wrong if another one has
     * the name, which it got before it could fence: the two would take it from each other for a while. So it looks.
     *
     * @throws FencedInstanceIdException if another member has this one's name
     */
    @Override
    public void unsubscribe() {
        instance.ifPresent(this::requireMyName);
        super.unsubscribe();
    }

    private void requireMyName(String name) {
        String group = groupMetadata().groupId();
        String member = groupMetadata().memberId();
        if (member.isEmpty()) {
            // The group has already dropped it.
            return;
        }
        for (MemberDescription other : members(group)) {
            if (other.groupInstanceId().filter(name::equals).isPresent()
                    && !other.consumerId().equals(member)) {
                throw new FencedInstanceIdException("member " + other.consumerId() + " has the name " + name + " now");
            }
        }
    }

    /** The members of the group, or none if the broker does not say: to join again is then what is left to try. */
    private Collection<MemberDescription> members(String group) {
        Admin client = Admin.create(admin);
        try {
            return client
                    .describeConsumerGroups(List.of(group))
                    .all()
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .values()
                    .stream()
                    .flatMap(described -> described.members().stream())
                    .toList();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("The group {} could not be described", group, e);
            return List.of();
        } finally {
            client.close(Duration.ZERO);
        }
    }

    /**
     * Kafka Streams calls this where there is nothing to go on from: at the very first start, and when the next sample
     * is no longer there.
     */
    @Override
    public void seekToBeginning(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            if (partition.topic().equals(samplesTopic)) {
                tellIfSkipped(partition);
            }
        }
        super.seekToBeginning(partitions);
    }

    private void tellIfSkipped(TopicPartition partition) {
        try {
            Long beginning = beginningOffsets(List.of(partition), PATIENCE).get(partition);
            if (beginning != null) {
                tellIfSkipped(partition, beginning);
            }
        } catch (KafkaException e) {
            LOG.debug("Whether samples of {} were skipped could not be found out", partition, e);
        }
    }

    private void tellIfSkipped(TopicPartition partition, long beginning) {
        try {
            long next = position(partition, Duration.ZERO);
            if (next < beginning) {
                skipped.skipped(partition.partition(), next, beginning);
            }
        } catch (NoOffsetForPartitionException | org.apache.kafka.common.errors.TimeoutException e) {
            LOG.debug("{} is read from the beginning", partition, e);
            read.beginsWith(partition.partition(), beginning);
        }
    }
}
