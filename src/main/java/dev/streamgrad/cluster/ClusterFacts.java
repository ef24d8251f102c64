package dev.streamgrad.cluster;

import org.apache.kafka.common.Uuid;

/**
 * What the learner has to know about its cluster.
 *
 * @param samplesPartitions how many partitions the samples topic has
 * @param largestDeadLetter how many bytes of key, value and headers a dead letter may have
 * @param samplesId the samples topic's id, which one made anew under the same name does not have
 */
public record ClusterFacts(int samplesPartitions, long largestDeadLetter, Uuid samplesId) {}
