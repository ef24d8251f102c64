package dev.streamgrad.stream;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What this process has read of the samples topic, for the consumers and the processors of all its threads.
 *
 * <p>Where the group has no offset of a partition any more, its consumer can only begin with the oldest sample. Whether
 * others were deleted before they were learned it cannot know; the state can, which knows the last one that was. So the
 * consumer leaves the beginning here, and the first record that is learned from there on tells.
 */
public final class SamplesRead {
    private final SkippedSamples skipped;
    private final Map<Integer, ReadBoundaries> boundaries = new ConcurrentHashMap<>();
    private final Map<String, Integer> partitionOfModel = new ConcurrentHashMap<>();

    /** Hears of samples that were deleted before they were read, on the thread that finds out. */
    @FunctionalInterface
    public interface SkippedSamples {
        /** Those from this offset to before the other are gone; it goes on with the other, or behind it. */
        void skipped(int partition, long from, long to);
    }

    /** Nothing has been read yet. */
    public SamplesRead(SkippedSamples skipped) {
        this.skipped = skipped;
    }

    /** The partition is read from its oldest sample, at this offset, for want of an offset of the group. */
    public void beginsWith(int partition, long oldest) {
        of(partition).beginsWith(oldest);
    }

    /**
     * Says that there is a model of this name in a partition; for names that are no keys, so that nothing else keeps
     * its records together.
     *
     * @return the partition in which this process met it first
     */
    int firstPartitionOf(String model, int partition) {
        return partitionOfModel.computeIfAbsent(model, name -> partition);
    }

    /** What has been read of a partition. */
    ReadBoundaries of(int partition) {
        return boundaries.computeIfAbsent(
                partition, number -> new ReadBoundaries((from, to) -> skipped.skipped(number, from, to)));
    }
}
