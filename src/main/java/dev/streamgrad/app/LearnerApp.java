package dev.streamgrad.app;

import dev.streamgrad.cluster.ClusterFacts;
import dev.streamgrad.cluster.Progress;
import dev.streamgrad.cluster.Remedies;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.cluster.TopicWatch;
import dev.streamgrad.cluster.Topics;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.settings.SettingsException;
import dev.streamgrad.stream.DivergedException;
import dev.streamgrad.stream.LearnTopology;
import dev.streamgrad.stream.LearningListener;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running learner: checks the cluster, starts Kafka Streams, and tells when it has stopped and why.
 *
 * <p>An exception that nothing expects stops the whole application, because replacing the thread would read the same
 * record again for ever; the process above is expected to exit, so that nothing lives and does nothing.
 */
public final class LearnerApp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LearnerApp.class);
    /** Less than the ten seconds that container runtimes grant between SIGTERM and SIGKILL. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(8);

    private final Settings settings;
    private final KafkaStreams streams;
    private final ServedModels models;
    private final CountDownLatch running = new CountDownLatch(1);
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final TopicWatch watch;

    private LearnerApp(
            Settings settings, ClusterFacts cluster, LearningListener listener, @Nullable String advertised) {
        this.settings = settings;
        this.watch = new TopicWatch(settings, this::fail);
        Properties properties = settings.kafka().streams();
        if (advertised != null) {
            properties.put(StreamsConfig.APPLICATION_SERVER_CONFIG, advertised);
        }
        this.streams = new KafkaStreams(
                LearnTopology.build(settings, cluster, listener),
                properties,
                new LearnerClients(settings, settings.instanceId(), (partition, from, to) -> {
                    LOG.warn(
                            "samples of {} were deleted before they were learned: offsets {} to {}; learning goes on"
                                    + " at {}; raise retention.ms of the topic, or start more learners",
                            partition,
                            from,
                            to - 1,
                            to);
                    listener.skipped(partition.partition(), from, to);
                }));
        this.models = new ServedModels(streams, advertised);
        streams.setUncaughtExceptionHandler(exception -> {
            failure.compareAndSet(null, exception);
            LOG.debug("The learner fails", exception);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.setStateListener((now, before) -> {
            LOG.info("{} -> {}", before, now);
            if (now == State.RUNNING) {
                // All topics are there now, the changelog among them.
                watch.start();
                running.countDown();
            } else if (now == State.ERROR || now == State.NOT_RUNNING) {
                stopped.set(true);
                running.countDown();
            }
        });
    }

    /**
     * Checks that a broker answers and the topics are there, then starts learning.
     *
     * @param progress hears of waiting, a line at a time, and may stop it
     * @throws StartException with one line that says what to do
     */
    public static LearnerApp start(Settings settings, Progress progress) throws StartException {
        return start(settings, progress, LearningListener.NONE, null, null);
    }

    /**
     * As {@link #start(Settings, Progress)}.
     *
     * @param listener hears what is learned
     * @param restores hears of the restore of the models, from the threads that restore; null if nobody has to
     * @param advertised HOST:PORT where the other instances reach this one's HTTP; null if it has none
     */
    public static LearnerApp start(
            Settings settings,
            Progress progress,
            LearningListener listener,
            @Nullable StateRestoreListener restores,
            @Nullable String advertised)
            throws StartException {
        LearnerApp app = new LearnerApp(settings, Topics.check(settings, progress), listener, advertised);
        if (restores != null) {
            app.streams.setGlobalStateRestoreListener(restores);
        }
        app.streams.start();
        return app;
    }

    /** Something outside Kafka Streams is wrong: whoever asks {@link #hasStopped} is to close this. */
    private void fail(String reason) {
        failure.compareAndSet(null, new StartException(reason, null));
        stopped.set(true);
        running.countDown();
    }

    /** Waits until every model is restored and samples are being read, or until the learner has stopped instead. */
    public void awaitRunning() throws InterruptedException {
        running.await();
    }

    /** As {@link #awaitRunning()}, but not longer than this; returns whether it came in time. */
    public boolean awaitRunning(Duration time) throws InterruptedException {
        return running.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The models, to be looked at while they learn. */
    public ServedModels models() {
        return models;
    }

    /** Kafka Streams' state. */
    public State state() {
        return streams.state();
    }

    /** Kafka Streams' own metrics, of its clients too. */
    public Map<MetricName, ? extends Metric> kafkaMetrics() {
        return streams.metrics();
    }

    /** Whether the learner has stopped, by {@link #close} or by a failure. */
    public boolean hasStopped() {
        return stopped.get();
    }

    /** What went wrong, in one line that says what to do; empty if nothing did. */
    public Optional<String> failure() {
        return Optional.ofNullable(failure.get()).map(this::explain);
    }

    /** What went wrong, for whoever wants the stack trace. */
    public @Nullable Throwable failureCause() {
        return failure.get();
    }

    private String explain(Throwable exception) {
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof DivergedException
                    || cause instanceof SettingsException
                    || cause instanceof StartException) {
                return String.valueOf(cause.getMessage());
            }
            if (cause instanceof FencedInstanceIdException) {
                return "another process has taken over instance.id "
                        + settings.instanceId().orElse("") + " in the group " + settings.applicationId()
                        + "; give each process its own: --set instance.id=NAME";
            }
            if (cause instanceof MissingSourceTopicException) {
                return "topic " + settings.samplesTopic() + " must exist; it was deleted; "
                        + Remedies.goneTopic(settings, settings.samplesTopic());
            }
            if (cause instanceof ProcessorStateException) {
                return "the store must be able to write to kafka.state.dir; "
                        + rootOf(cause).getMessage() + "; free some space there, or name another folder";
            }
            if (cause instanceof RecordTooLargeException) {
                return "a record is too large for its topic or for kafka.producer.max.request.size; raise"
                        + " max.message.bytes there: " + cause.getMessage();
            }
            if (cause instanceof AuthorizationException) {
                return "the broker denies what the learner needs; grant it: " + cause.getMessage();
            }
        }
        Throwable root = rootOf(exception);
        return "the learner failed: " + root.getClass().getSimpleName() + ": " + root.getMessage();
    }

    private static Throwable rootOf(Throwable exception) {
        Throwable root = exception;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /** Finishes and commits what is under way, then stops; {@link #failure} tells if it could not. Idempotent. */
    @Override
    public void close() {
        watch.close();
        CloseOptions options = CloseOptions.timeout(CLOSE_TIMEOUT)
                .withGroupMembershipOperation(
                        settings.instanceId().isPresent()
                                ? GroupMembershipOperation.REMAIN_IN_GROUP
                                : GroupMembershipOperation.LEAVE_GROUP);
        if (!streams.close(options)) {
            failure.compareAndSet(
                    null,
                    new TimeoutException("it did not stop within " + CLOSE_TIMEOUT.toSeconds()
                            + " s; what was not committed will be learned again"));
        }
    }
}
