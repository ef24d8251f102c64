package dev.streamgrad.replay;

/** Hears how far a replay is, and may end it. */
public interface ReplayListener {
    /** So many records of so many have been read. */
    void progress(long done, long total);

    /** Whether to stop. */
    boolean isStopped();
}
