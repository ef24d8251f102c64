package dev.streamgrad.replay;

/**
 * A name in a partition of the samples topic: one name in two partitions is two models.
 *
 * @param name the model's name
 * @param partition the partition that has its history
 */
public record ModelId(String name, int partition) implements Comparable<ModelId> {
    @Override
    public int compareTo(ModelId other) {
        int byName = name.compareTo(other.name);
        return byName != 0 ? byName : Integer.compare(partition, other.partition);
    }
}
