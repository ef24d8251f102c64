package dev.streamgrad.http;

import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** Metrics for Prometheus. */
final class MetricsHandler {
    private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Supplier<String> scrape;

    MetricsHandler(Supplier<String> scrape) {
        this.scrape = scrape;
    }

    Answer metrics() {
        return new Answer(200, TYPE, scrape.get().getBytes(StandardCharsets.UTF_8));
    }
}
