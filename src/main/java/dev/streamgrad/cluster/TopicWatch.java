package dev.streamgrad.cluster;

import dev.streamgrad.settings.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Looks every few seconds whether the topics are still there, and still the same ones.
 *
 * <p>Without it a deleted topic would only be noticed when the producer has given up on it and Kafka Streams on the
 * producer, which takes minutes in which the process lives and does nothing; and one made anew under the same name
 * would not be noticed at all, though no history of a model fits its offsets.
 *
 * <p>Its thread is a plain one and catches nothing that it does not know: what ends it is then told to the handler of
 * uncaught exceptions.
 */
public final class TopicWatch implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(10);
    private static final Duration PERIOD_IN_DOUBT = Duration.ofSeconds(1);

    private final Admin admin;
    private final List<String> topics;
    private final KnownTopics known;
    private final Consumer<String> gone;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * A watch that has not begun.
     *
     * @param gone hears, once for each look, what is wrong and what to do
     */
    public TopicWatch(Settings settings, Consumer<String> gone) {
        this.admin = Admin.create(settings.kafka().admin());
        this.topics = new ArrayList<>(settings.topics());
        this.topics.add(settings.changelogTopic());
        this.known = new KnownTopics(settings);
        this.gone = gone;
    }

    /** Begins, once all topics are there. Idempotent, because the learner may begin to run more than once. */
    public void start() {
        if (begun.compareAndSet(false, true)) {
            Thread thread = new Thread(this::watch, "streamgrad-topics");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void watch() {
        try {
            Duration pause;
            do {
                look();
                pause = known.isInDoubt() ? PERIOD_IN_DOUBT : PERIOD;
            } while (!closed.await(pause.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() throws InterruptedException {
        Map<String, KafkaFuture<TopicDescription>> descriptions =
                admin.describeTopics(topics).topicNameValues();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> topic : descriptions.entrySet()) {
            look(topic.getKey(), topic.getValue()).ifPresent(gone);
        }
    }

    private Optional<String> look(String topic, KafkaFuture<TopicDescription> description) throws InterruptedException {
        try {
            return known.found(
                    topic,
                    description.get(PERIOD.toMillis(), TimeUnit.MILLISECONDS).topicId());
        } catch (ExecutionException e) {
            // Anything else is trouble of the broker's, which passes or ends the learner by itself.
            return e.getCause() instanceof UnknownTopicOrPartitionException ? known.unknown(topic) : Optional.empty();
        } catch (TimeoutException e) {
            // The broker does not answer now.
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        admin.close(Duration.ZERO);
    }
}
