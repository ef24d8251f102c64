package dev.streamgrad.app;

import dev.streamgrad.cluster.Progress;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/** The learner's consumer group while no learner runs: what is done to its topics needs that. */
final class GroupAtRest {
    /** A learner that has stopped keeps its place until its session ends, after 45 s by default. */
    private static final long PATIENCE_MS = 60_000;

    private static final long SLICE_MS = 500;
    private static final long SAY_EVERY_MS = 5_000;

    private GroupAtRest() {}

    /**
     * Waits until the group has no members.
     *
     * @throws StartException if it still has some, a learner that runs or one that has just stopped
     */
    static void await(Admin admin, Settings settings, Progress progress)
            throws StartException, InterruptedException, ExecutionException {
        for (long waited = 0; ; waited += SLICE_MS) {
            int members = members(admin, settings.applicationId());
            if (members == 0) {
                return;
            }
            if (waited >= PATIENCE_MS || progress.isStopped()) {
                throw new StartException(
                        "no learner may run meanwhile; the group " + settings.applicationId() + " has " + members
                                + (members == 1 ? " member" : " members") + "; stop it, and try again",
                        null);
            }
            if (waited % SAY_EVERY_MS == 0) {
                progress.say("waiting until the group " + settings.applicationId()
                        + " has no members; a learner that has stopped keeps its place until its session ends ("
                        + waited / 1000 + " s)");
            }
            TimeUnit.MILLISECONDS.sleep(SLICE_MS);
        }
    }

    private static int members(Admin admin, String group) throws InterruptedException, ExecutionException {
        try {
            return Objects.requireNonNull(admin.describeConsumerGroups(List.of(group))
                            .all()
                            .get()
                            .get(group))
                    .members()
                    .size();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return 0;
            }
            throw e;
        }
    }

    /** What the group has committed. */
    static Map<TopicPartition, OffsetAndMetadata> offsets(Admin admin, String group)
            throws InterruptedException, ExecutionException {
        try {
            return admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return Map.of();
            }
            throw e;
        }
    }
}
