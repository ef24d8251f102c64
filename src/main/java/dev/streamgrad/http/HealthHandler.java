package dev.streamgrad.http;

import dev.streamgrad.app.LearnerApp;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.streams.KafkaStreams.State;

/** How the learner is. Both answers read a few volatile fields and wait for nothing. */
final class HealthHandler {
    private final Supplier<Optional<LearnerApp>> learner;

    HealthHandler(Supplier<Optional<LearnerApp>> learner) {
        this.learner = learner;
    }

    /** Live is what need not be killed: restoring and rebalancing are, and waiting for a broker is. */
    Answer live() {
        boolean dead = learner.get()
                .filter(app -> app.hasStopped() || app.state() == State.ERROR || app.state() == State.NOT_RUNNING)
                .isPresent();
        return dead ? Answer.line(503, "stopped") : Answer.line(200, "live");
    }

    Answer ready() {
        Optional<LearnerApp> app = learner.get();
        if (app.isEmpty()) {
            return Answer.line(503, "not ready: waiting for a broker");
        }
        State state = app.get().state();
        boolean ready = state == State.RUNNING && !app.get().hasStopped();
        return ready ? Answer.line(200, "ready") : Answer.line(503, "not ready: " + state);
    }
}
