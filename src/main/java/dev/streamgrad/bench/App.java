package dev.streamgrad.bench;

import java.time.Duration;
import java.util.Optional;

/** A running Kafka Streams application, the learner or one beside it. */
interface App extends AutoCloseable {
    /** Waits until it reads samples, or has stopped instead; returns whether that came in time. */
    boolean awaitRunning(Duration time) throws InterruptedException;

    boolean hasStopped();

    /** What went wrong, in one line. */
    Optional<String> failure();

    @Override
    void close();

    /** Requires that it has not stopped. */
    default void requireAlive(String what) throws BenchException {
        if (hasStopped()) {
            throw new BenchException(what + " has stopped: " + failure().orElse("by itself"), null);
        }
    }
}
