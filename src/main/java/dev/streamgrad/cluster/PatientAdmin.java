package dev.streamgrad.cluster;

import dev.streamgrad.settings.Settings;
import dev.streamgrad.settings.SettingsException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.RetriableException;

/**
 * An admin client that waits for its brokers: what fails in a way that passes is asked again, for
 * {@code startup.timeout.ms} from the first question on, and whoever waits with it is told every few seconds. It does
 * not wait, when it is closed, for calls which no broker answers.
 */
final class PatientAdmin implements AutoCloseable {
    /** How often to say that a broker is being waited for, and how often to look up from that. */
    private static final long SAY_EVERY_MS = 5_000;

    private static final long SLICE_MS = 200;

    private final Admin admin;
    private final Settings settings;
    private final Progress progress;
    private final long start = System.nanoTime();
    private long said = start;

    PatientAdmin(Settings settings, Progress progress) {
        this.settings = settings;
        this.progress = progress;
        this.admin = connect(settings);
    }

    private static Admin connect(Settings settings) {
        try {
            return Admin.create(settings.kafka().admin());
        } catch (KafkaException e) {
            throw new SettingsException(
                    "bootstrap.servers must be HOST:PORT of brokers, with commas, and kafka.* what clients take;"
                            + " got " + settings.bootstrapServers() + " ("
                            + (e.getCause() == null ? e : e.getCause()).getMessage() + ")");
        }
    }

    /**
     * Asks until there is an answer.
     *
     * @throws ExecutionException with an answer that asking again will not change
     * @throws StartException if the patience ends first
     */
    <T> T ask(Function<Admin, KafkaFuture<T>> question)
            throws StartException, InterruptedException, ExecutionException {
        KafkaFuture<T> answer = question.apply(admin);
        String error = "";
        while (true) {
            try {
                return answer.get(SLICE_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                // Not yet: below is what to do meanwhile.
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof RetriableException)) {
                    throw e;
                }
                error = " (" + messageOf(e) + ")";
                TimeUnit.MILLISECONDS.sleep(SLICE_MS);
                answer = question.apply(admin);
            }
            requirePatience(error);
        }
    }

    private void requirePatience(String error) throws StartException {
        if (progress.isStopped()) {
            throw new StartException("stopped while waiting for a broker at " + settings.bootstrapServers(), null);
        }
        long now = System.nanoTime();
        long waited = TimeUnit.NANOSECONDS.toMillis(now - start);
        if (waited >= settings.startupTimeoutMs()) {
            throw new StartException(
                    "no broker answers at " + settings.bootstrapServers() + " within " + settings.startupTimeoutMs()
                            + " ms (startup.timeout.ms)" + error
                            + "; is it running there, and is --bootstrap-server right?",
                    null);
        }
        if (TimeUnit.NANOSECONDS.toMillis(now - said) >= SAY_EVERY_MS) {
            said = now;
            progress.say("waiting for a broker at " + settings.bootstrapServers() + " (" + waited / 1000 + " s)");
        }
    }

    static String messageOf(ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return cause.getClass().getSimpleName() + ": " + cause.getMessage();
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
