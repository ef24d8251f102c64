package dev.streamgrad.cli;

import dev.streamgrad.app.LearnerApp;
import dev.streamgrad.cluster.Progress;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.http.HttpApi;
import dev.streamgrad.metrics.LearnerMetrics;
import dev.streamgrad.settings.Settings;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A learner with its metrics and, unless {@code http.port} is -1, its HTTP. */
final class ObservedLearner implements AutoCloseable {
    private final LearnerMetrics metrics;
    private final @Nullable HttpApi server;
    private final LearnerApp app;
    private final DeadLetterNotes deadLetters;

    private ObservedLearner(
            LearnerMetrics metrics, @Nullable HttpApi server, LearnerApp app, DeadLetterNotes deadLetters) {
        this.metrics = metrics;
        this.server = server;
        this.app = app;
        this.deadLetters = deadLetters;
    }

    /** HTTP answers first, so that whoever looks can see that the learner waits for its broker. */
    static ObservedLearner start(Settings settings, Progress progress) throws StartException {
        LearnerMetrics metrics = new LearnerMetrics(settings);
        HttpApi server = null;
        try {
            String advertised = null;
            if (settings.httpPort() >= 0) {
                server = HttpApi.start(settings, metrics);
                advertised = settings.httpAdvertised(server.port());
            }
            DeadLetterNotes deadLetters = new DeadLetterNotes(metrics, progress::say, System::nanoTime);
            LearnerApp app = LearnerApp.start(settings, progress, deadLetters, metrics, advertised);
            metrics.bind(app);
            if (server != null) {
                server.serve(app);
                progress.say("watch it learn at " + server.url() + "/live");
                progress.say("metrics and models at " + server.url());
            }
            return new ObservedLearner(metrics, server, app, deadLetters);
        } catch (StartException | RuntimeException e) {
            close(server, metrics);
            throw e;
        }
    }

    /** Where a browser on this machine finds the live page, if there is HTTP. */
    Optional<String> page() {
        return Optional.ofNullable(server).map(http -> http.url() + "/live");
    }

    LearnerApp app() {
        return app;
    }

    /** How many samples became dead letters since the start. */
    long deadLetters() {
        return deadLetters.count();
    }

    private static void close(@Nullable HttpApi server, LearnerMetrics metrics) {
        if (server != null) {
            server.close();
        }
        metrics.close();
    }

    /** The learner first: while it finishes, HTTP still says how it is. */
    @Override
    public void close() {
        app.close();
        close(server, metrics);
    }
}
