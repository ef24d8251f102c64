package dev.streamgrad.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Metrics for Prometheus. A scrape reads every meter and costs milliseconds of the processor that learning needs, so
 * whoever asks again within a second gets the same one: what scraping costs is bounded, however many scrape.
 */
final class MetricsHandler {
    /** The age at which a scrape is too old to be given out. */
    static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

    private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Supplier<String> scrape;
    private final LongSupplier nanoTime;
    private Answer last = Answer.line(503, "not scraped yet");
    private long begun;

    /**
     * Metrics.
     *
     * @param scrape reads all of them
     * @param nanoTime the clock, as {@link System#nanoTime}
     */
    MetricsHandler(Supplier<String> scrape, LongSupplier nanoTime) {
        this.scrape = scrape;
        this.nanoTime = nanoTime;
        this.begun = nanoTime.getAsLong() - FRESH_NANOS;
    }

    /** A scrape that was begun less than a second ago. Whoever comes while it is being made waits for it. */
    synchronized Answer metrics() {
        long now = nanoTime.getAsLong();
        if (now - begun >= FRESH_NANOS) {
            last = new Answer(200, TYPE, scrape.get().getBytes(StandardCharsets.UTF_8));
            begun = now;
        }
        return last;
    }
}
