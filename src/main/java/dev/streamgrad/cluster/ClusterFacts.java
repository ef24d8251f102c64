package dev.streamgrad.cluster;

/**
 * What the learner has to know about its cluster.
 *
 * @param samplesPartitions how many partitions the samples topic has
 * @param largestDeadLetter how many bytes of key, value and headers a dead letter may have
 */
public record ClusterFacts(int samplesPartitions, long largestDeadLetter) {}
