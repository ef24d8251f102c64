package dev.streamgrad.http;

import dev.streamgrad.app.LearnerApp;
import dev.streamgrad.metrics.LearnerMetrics;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How this instance does, from its own metrics; read at most once a second, however many ask. */
final class LiveHealth {
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
    private static final double NANOS_PER_SECOND = 1e9;

    private final Supplier<Optional<LearnerApp>> learner;
    private final LearnerMetrics metrics;
    private final LongSupplier nanoTime;
    private @Nullable Answer last;
    private long lastTime;
    private long lastProcessed;

    /**
     * Nothing read yet.
     *
     * @param nanoTime the clock, as {@link System#nanoTime}
     */
    LiveHealth(Supplier<Optional<LearnerApp>> learner, LearnerMetrics metrics, LongSupplier nanoTime) {
        this.learner = learner;
        this.metrics = metrics;
        this.nanoTime = nanoTime;
    }

    synchronized Answer health() throws RefusedException {
        LearnerApp app = learner.get()
                .orElseThrow(() -> new RefusedException(503, "the learner has not started yet; try again in a moment"));
        long now = nanoTime.getAsLong();
        Answer kept = last;
        if (kept != null && now - lastTime < FRESH_NANOS) {
            return kept;
        }
        LearnerMetrics.Health health = metrics.health(app);
        double seconds = (now - lastTime) / NANOS_PER_SECOND;
        double perSecond = kept == null ? Double.NaN : (health.processed() - lastProcessed) / seconds;
        lastTime = now;
        lastProcessed = health.processed();
        Answer answer = LiveJson.answer(json -> {
            json.writeStringField("state", app.state().name());
            json.writeNumberField("processed", health.processed());
            // The rate since the last look: there was none before the first.
            LiveJson.number(json, "samplesPerSecond", perSecond);
            LiveJson.number(json, "lag", health.lag());
            json.writeObjectFieldStart("endToEnd");
            LiveJson.number(json, "p50", health.medianAge());
            LiveJson.number(json, "p99", health.highAge());
            json.writeEndObject();
            LiveJson.number(json, "rebalances", health.rebalances());
            json.writeNumberField(
                    "deadLetters",
                    health.deadLetters().values().stream()
                            .mapToLong(Long::longValue)
                            .sum());
            json.writeObjectFieldStart("deadLetterReasons");
            for (Map.Entry<String, Long> reason : health.deadLetters().entrySet()) {
                json.writeNumberField(reason.getKey(), reason.getValue());
            }
            json.writeEndObject();
            json.writeNumberField("models", health.models());
        });
        last = answer;
        return answer;
    }
}
