package dev.streamgrad.stream;

/** How far the records of a partition have been dealt with. One thread at a time. */
final class PartitionProgress {
    private long lastOffset = -1;
    private long recordsSinceCommit;

    /** Begins anew, where the last commit ended. */
    void begin(long offset) {
        lastOffset = offset;
        recordsSinceCommit = 0;
    }

    /** The last offset that was dealt with; −1 if none was. */
    long lastOffset() {
        return lastOffset;
    }

    /** Counts the record at this offset, whatever became of it. */
    void reached(long offset) {
        lastOffset = offset;
        recordsSinceCommit++;
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
