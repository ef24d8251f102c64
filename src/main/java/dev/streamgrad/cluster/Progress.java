package dev.streamgrad.cluster;

/** Whoever waits for a start: hears how it goes, and may have had enough. */
public interface Progress {

    /** A line about what is being waited for. */
    void say(String line);

    /** Whether to stop waiting. */
    default boolean isStopped() {
        return false;
    }
}
