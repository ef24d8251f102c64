package dev.streamgrad.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MetricsHandlerTest {
    /** Near its end, where nanoTime may begin and overflow. */
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 10);

    private final AtomicInteger scrapes = new AtomicInteger();
    private final MetricsHandler handler = new MetricsHandler(() -> "scrape " + scrapes.incrementAndGet(), clock::get);

    private String scrape() {
        return new String(handler.metrics().body(), StandardCharsets.UTF_8);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void within_aSecond_itIsTheSameScrape() {
        assertThat(scrape()).isEqualTo("scrape 1");
        pass(Duration.ofMillis(999));
        assertThat(scrape()).isEqualTo("scrape 1");
    }

    @Test
    void after_aSecond_itIsANewOne_howeverOftenTheOldOneWasAskedFor() {
        assertThat(scrape()).isEqualTo("scrape 1");
        pass(Duration.ofMillis(600));
        assertThat(scrape()).isEqualTo("scrape 1");
        pass(Duration.ofMillis(400));
        assertThat(scrape()).isEqualTo("scrape 2");
        pass(Duration.ofHours(1));
        assertThat(scrape()).isEqualTo("scrape 3");
    }

    @Test
    void theAge_countsFromWhenTheScrapeBegan() {
        MetricsHandler slow = new MetricsHandler(
                () -> {
                    pass(Duration.ofMillis(700));
                    return "scrape " + scrapes.incrementAndGet();
                },
                clock::get);
        assertThat(slow.metrics().body()).asString().isEqualTo("scrape 1");
        pass(Duration.ofMillis(299));
        assertThat(slow.metrics().body()).asString().isEqualTo("scrape 1");
        pass(Duration.ofMillis(1));
        assertThat(slow.metrics().body()).asString().isEqualTo("scrape 2");
    }
}
