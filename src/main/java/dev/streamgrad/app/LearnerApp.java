package dev.streamgrad.app;

import dev.streamgrad.cluster.ClusterFacts;
import dev.streamgrad.cluster.Progress;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.cluster.TopicWatch;
import dev.streamgrad.cluster.Topics;
import dev.streamgrad.formats.Formats;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.LearnTopology;
import dev.streamgrad.stream.LearningListener;
import dev.streamgrad.stream.SamplesRead;
import dev.streamgrad.stream.SamplesRead.SkippedSamples;
import dev.streamgrad.stream.Watches;
import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.StreamsConfig;
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

    private final Formats formats;
    private final KafkaStreams streams;
    private final ServedModels models;
    private final Watches watches = new Watches(System::nanoTime);
    private final CountDownLatch running = new CountDownLatch(1);
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final InstanceName instance;
    private final FailureExplanation explanation;
    private final TopicWatch watch;

    private LearnerApp(
            Settings settings,
            ClusterFacts cluster,
            Formats formats,
            InstanceName instance,
            LearningListener listener,
            @Nullable String advertised) {
        this.formats = formats;
        this.instance = instance;
        this.explanation = new FailureExplanation(settings, instance.name());
        Properties properties = settings.kafka().streams(instance.name());
        if (advertised != null) {
            properties.put(StreamsConfig.APPLICATION_SERVER_CONFIG, advertised);
        }
        SkippedSamples skipped = (partition, from, to) -> {
            LOG.warn(
                    "samples of {}-{} were deleted before they were learned: offsets {} to {}; learning goes on at {}; raise"
                            + " retention.ms of the topic, or start more learners",
                    settings.samplesTopic(),
                    partition,
                    from,
                    to - 1,
                    to);
            listener.skipped(partition, from, to);
        };
        SamplesRead read = new SamplesRead(skipped);
        this.streams = new KafkaStreams(
                LearnTopology.build(settings, cluster, formats, read, listener, this::fail, watches),
                properties,
                new LearnerClients(settings, instance.name(), skipped, read));
        this.models = new ServedModels(streams, settings.keysNameModels(), advertised);
        this.watch = new TopicWatch(settings, this::fail);
        streams.setUncaughtExceptionHandler(exception -> {
            failure.compareAndSet(null, exception);
            if (FailureExplanation.outOfMemory(exception) != null) {
                toTheDefaultHandler(exception);
            }
            LOG.debug("The learner fails", exception);
            // A thread that waits for a record would never hear that it is to end.
            formats.close();
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
        Formats formats = Formats.of(settings);
        ClusterFacts cluster = Topics.check(settings, progress);
        InstanceName instance = InstanceName.claim(settings, progress);
        try {
            LearnerApp app = new LearnerApp(settings, cluster, formats, instance, listener, advertised);
            if (restores != null) {
                app.streams.setGlobalStateRestoreListener(restores);
            }
            try {
                app.streams.start();
            } catch (RuntimeException e) {
                app.close();
                throw e;
            }
            return app;
        } catch (KafkaException e) {
            instance.close();
            throw new StartException(new FailureExplanation(settings, instance.name()).explain(e), e);
        }
    }

    /**
     * Without memory nothing in this process can be relied on, its end included, and Kafka Streams has caught what its
     * thread would have died of: whoever runs the process has said by the handler what is to happen.
     */
    private static void toTheDefaultHandler(Throwable exception) {
        UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        if (handler != null) {
            handler.uncaughtException(Thread.currentThread(), exception);
        }
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

    /** Which models are watched while they learn. */
    public Watches watches() {
        return watches;
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
        return Optional.ofNullable(failure.get()).map(explanation::explain);
    }

    /** What went wrong, for whoever wants the stack trace. */
    public @Nullable Throwable failureCause() {
        return failure.get();
    }

    /** Finishes and commits what is under way, then stops; {@link #failure} tells if it could not. Idempotent. */
    @Override
    public void close() {
        watch.close();
        formats.close();
        CloseOptions options = CloseOptions.timeout(CLOSE_TIMEOUT)
                .withGroupMembershipOperation(
                        instance.name().isPresent()
                                ? GroupMembershipOperation.REMAIN_IN_GROUP
                                : GroupMembershipOperation.LEAVE_GROUP);
        if (!streams.close(options)) {
            failure.compareAndSet(
                    null,
                    new TimeoutException("it did not stop within " + CLOSE_TIMEOUT.toSeconds()
                            + " s; what was not committed will be learned again"));
        }
        instance.close();
    }
}
