package dev.streamgrad.cluster;

/**
 * What the learner has to know about its cluster.
 *
 * @param samplesTopicId the id of the samples topic, which is another one if the topic is deleted and made anew
 * @param samplesPartitions how many partitions the samples topic has
 * @param largestDeadLetter how many bytes of key, value and headers a dead letter may have
 */
public record ClusterFacts(String samplesTopicId, int samplesPartitions, long largestDeadLetter) {}
