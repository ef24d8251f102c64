package dev.streamgrad.stream;

/** How far the records of a partition have been dealt with. One thread at a time. */
final class PartitionProgress {
    private ReadBoundaries boundaries = new ReadBoundaries((from, to) -> {});
    private long lastOffset = -1;
    /** The offset that has to come next; −1 if any may. */
    private long expected = -1;

    /** The last offset of the control topic that was dealt with; −1 if none was. */
    private long lastCommand = -1;

    private long recordsSinceCommit;
    private long commandsSinceCommit;
    private boolean keylessSeen;

    /**
     * Begins anew, where the last commit ended.
     *
     * @param offset the last that was dealt with; −1 if none was
     * @param keyless whether a record without a key has trained a model
     * @param command the last offset of the control topic that was dealt with; −1 if none was
     * @param partitionBoundaries what this process has read of the partition before
     */
    void begin(long offset, boolean keyless, long command, ReadBoundaries partitionBoundaries) {
        boundaries = partitionBoundaries;
        lastOffset = offset;
        keylessSeen = keyless;
        expected = boundaries.nextAfter(offset);
        lastCommand = command;
        recordsSinceCommit = 0;
        commandsSinceCommit = 0;
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

    /** The last offset of the control topic that was dealt with; −1 if none was. */
    long lastCommand() {
        return lastCommand;
    }

    /** Counts the command at this offset of the control topic, whatever became of it. */
    void commandReached(long offset) {
        lastCommand = offset;
        commandsSinceCommit++;
    }

    /** Says that a record without a key has trained a model, or was counted by it as refused. */
    void keylessSeen() {
        keylessSeen = true;
    }

    /** Whether there was such a record, ever. */
    boolean hasSeenKeyless() {
        return keylessSeen;
    }

    /** Whether nothing was dealt with since the last commit. */
    boolean isUnchanged() {
        return recordsSinceCommit == 0 && commandsSinceCommit == 0;
    }

    /** How many records there were since the last commit, commands apart. */
    long recordsSinceCommit() {
        return recordsSinceCommit;
    }

    /** All of it is about to be committed. */
    void committing() {
        recordsSinceCommit = 0;
        commandsSinceCommit = 0;
    }
}
