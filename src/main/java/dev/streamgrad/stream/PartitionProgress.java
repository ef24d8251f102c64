package dev.streamgrad.stream;

/** How far the records of a partition have been dealt with. One thread at a time. */
final class PartitionProgress {
    private ReadBoundaries boundaries = new ReadBoundaries((from, to) -> {});
    private long lastOffset = -1;
    /** The offset that has to come next; −1 if any may. */
    private long expected = -1;

    private long recordsSinceCommit;
    private boolean keylessSeen;

    /**
     * Begins anew, where the last commit ended.
     *
     * @param offset the last that was dealt with; −1 if none was
     * @param keyless whether a record without a key has trained a model
     * @param partitionBoundaries what this process has read of the partition before
     */
    void begin(long offset, boolean keyless, ReadBoundaries partitionBoundaries) {
        boundaries = partitionBoundaries;
        lastOffset = offset;
        keylessSeen = keyless;
        expected = boundaries.nextAfter(offset);
        recordsSinceCommit = 0;
    }

    /** The last offset that was dealt with; −1 if none was. */
    long lastOffset() {
        return lastOffset;
    }

    /**
     * Requires that no record is left out which was read before and given up.
     *
     * @throws LostRecordsException if one is
     */
    void requireNoneLost(long offset) {
        if (expected >= 0 && offset > expected) {
            throw new LostRecordsException(expected, offset);
        }
    }

    /** Counts the record at this offset, whatever became of it. */
    void reached(long offset) {
        if (recordsSinceCommit == 0) {
            boundaries.read(lastOffset, offset);
        }
        expected = -1;
        lastOffset = offset;
        recordsSinceCommit++;
    }

    /** Says that a record without a key has trained a model, or was counted by it as refused. */
    void keylessSeen() {
        keylessSeen = true;
    }

    /** Whether there was such a record, ever. */
    boolean hasSeenKeyless() {
        return keylessSeen;
    }

    /** How many there were since the last commit. */
    long recordsSinceCommit() {
        return recordsSinceCommit;
    }

    /** All of it is about to be committed. */
    void committing() {
        recordsSinceCommit = 0;
    }
}
