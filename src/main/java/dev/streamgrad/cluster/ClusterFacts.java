package dev.streamgrad.cluster;

/**
 * What the learner has to know about its cluster.
 *
 * @param samplesTopicId the id of the samples topic, which is another one if the topic is deleted and made anew
 * @param samplesPartitions how many partitions the samples topic has
 * @param largestDeadLetter how many bytes of key, value and headers a dead letter may have
 * @param controlTopicId the id of the control topic; empty if there is none, or it is not known
 * @param largestSnapshot how many bytes a snapshot may have
 */
public record ClusterFacts(
        String samplesTopicId,
        int samplesPartitions,
        long largestDeadLetter,
        String controlTopicId,
        long largestSnapshot) {
    /** A cluster whose snapshots may be of any size, and of whose control topic nothing is known. */
    public ClusterFacts(String samplesTopicId, int samplesPartitions, long largestDeadLetter) {
        this(samplesTopicId, samplesPartitions, largestDeadLetter, "", Long.MAX_VALUE);
    }
}
