package dev.streamgrad.cluster;

import dev.streamgrad.settings.Settings;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Notices that the changelog was deleted, or its records were.
 *
 * <p>Without them there is no model, so the group must not have read a sample. Kafka Streams would make the changelog
 * anew, or take it as it is, and go on after the samples that the lost models were trained on.
 *
 * <p>A partition that has never been written to is no sign of that: older releases wrote nothing where no sample had
 * trained a model. One that has been written to is never empty by itself, because compaction keeps the last record of
 * each model; its records are deleted where somebody has set another {@code cleanup.policy}.
 */
final class LostChangelog {
    private LostChangelog() {}

    /**
     * Requires that nothing was learned where the changelog has nothing.
     *
     * @throws StartException with the ways back
     */
    static void require(PatientAdmin admin, Settings settings, Set<String> existing, int partitions)
            throws StartException, InterruptedException, ExecutionException {
        try {
            if (!existing.contains(settings.changelogTopic())) {
                requireNothingLearned(admin, settings, partition -> true, "must exist", "it was deleted");
                return;
            }
            Set<Integer> emptied = emptied(admin, settings.changelogTopic(), partitions);
            if (!emptied.isEmpty()) {
                requireNothingLearned(
                        admin, settings, emptied::contains, "must have the models", "its records were deleted");
            }
        } catch (ExecutionException e) {
            // Where it may not ask, it is not for it to refuse; a group that nobody knows has read nothing; and that
            // the partitions are not as many is for others to say.
            if (!(e.getCause() instanceof AuthorizationException)
                    && !(e.getCause() instanceof GroupIdNotFoundException)
                    && !(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw e;
            }
        }
    }

    private static Set<Integer> emptied(PatientAdmin admin, String changelog, int partitions)
            throws StartException, InterruptedException, ExecutionException {
        Map<TopicPartition, ListOffsetsResultInfo> ends = offsets(admin, changelog, partitions, OffsetSpec.latest());
        Set<Integer> emptied = new HashSet<>();
        offsets(admin, changelog, partitions, OffsetSpec.earliest()).forEach((partition, beginning) -> {
            ListOffsetsResultInfo end = ends.get(partition);
            if (end != null && end.offset() > 0 && end.offset() == beginning.offset()) {
                emptied.add(partition.partition());
            }
        });
        return emptied;
    }

    private static Map<TopicPartition, ListOffsetsResultInfo> offsets(
            PatientAdmin admin, String topic, int partitions, OffsetSpec which)
            throws StartException, InterruptedException, ExecutionException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        IntStream.range(0, partitions).forEach(partition -> asked.put(new TopicPartition(topic, partition), which));
        return admin.ask(client -> client.listOffsets(asked).all());
    }

    private static void requireNothingLearned(
            PatientAdmin admin, Settings settings, IntPredicate lost, String rule, String what)
            throws StartException, InterruptedException, ExecutionException {
        boolean learned = admin
                .ask(client -> client.listConsumerGroupOffsets(settings.applicationId())
                        .partitionsToOffsetAndMetadata())
                .entrySet()
                .stream()
                .anyMatch(read -> read.getKey().topic().equals(settings.samplesTopic())
                        && lost.test(read.getKey().partition())
                        && read.getValue() != null
                        && read.getValue().offset() > 0);
        if (learned) {
            throw new StartException(
                    "topic " + settings.changelogTopic() + " " + rule + ", because " + settings.applicationId()
                            + " has learned from " + settings.samplesTopic() + "; " + what + "; "
                            + Remedies.goneTopic(settings, settings.changelogTopic()),
                    null);
        }
    }
}
