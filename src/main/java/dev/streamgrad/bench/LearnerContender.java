package dev.streamgrad.bench;

import dev.streamgrad.app.LearnerApp;
import java.time.Duration;
import java.util.Optional;

/** The learner. */
record LearnerContender(LearnerApp app) implements App {
    @Override
    public boolean awaitRunning(Duration time) throws InterruptedException {
        return app.awaitRunning(time);
    }

    @Override
    public boolean hasStopped() {
        return app.hasStopped();
    }

    @Override
    public Optional<String> failure() {
        return app.failure();
    }

    @Override
    public void close() {
        app.close();
    }
}
