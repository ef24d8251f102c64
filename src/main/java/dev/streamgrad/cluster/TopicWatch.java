package dev.streamgrad.cluster;

import dev.streamgrad.settings.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Looks every few seconds whether the topics are still there, and still the same ones.
 *
 * <p>Without it a deleted topic would only be noticed when the producer has given up on it and Kafka Streams on the
 * producer, which takes minutes in which the process lives and does nothing; and one made anew under the same name
 * would not be noticed at all, though no history of a model fits its offsets.
 */
public final class TopicWatch implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final Admin admin;
    private final List<String> topics;
    private final List<String> history;
    private final Consumer<String> gone;
    private final Map<String, Uuid> ids = new HashMap<>();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "streamgrad-topics");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * A watch that has not begun.
     *
     * @param gone hears, once for each look, what is wrong and what to do
     */
    public TopicWatch(Settings settings, Consumer<String> gone) {
        this.admin = Admin.create(settings.kafka().admin());
        this.history = List.of(settings.samplesTopic(), settings.changelogTopic());
        this.topics = new ArrayList<>(settings.topics());
        this.topics.add(settings.changelogTopic());
        this.gone = gone;
    }

    /** Begins, once all topics are there. Idempotent, because the learner may begin to run more than once. */
    public void start() {
        if (begun.compareAndSet(false, true)) {
            try {
                Future<?> unused =
                        executor.scheduleWithFixedDelay(this::look, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                // Closed before it began.
            }
        }
    }

    private void look() {
        Map<String, KafkaFuture<TopicDescription>> descriptions =
                admin.describeTopics(topics).topicNameValues();
        try {
            for (Map.Entry<String, KafkaFuture<TopicDescription>> topic : descriptions.entrySet()) {
                look(topic.getKey(), topic.getValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(String topic, KafkaFuture<TopicDescription> description) throws InterruptedException {
        try {
            Uuid id = description.get(PERIOD.toMillis(), TimeUnit.MILLISECONDS).topicId();
            Uuid before = ids.putIfAbsent(topic, id);
            if (before != null && !before.equals(id)) {
                gone.accept("topic " + topic + " must stay; it was deleted and made anew; " + remedy(topic));
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                gone.accept("topic " + topic + " must exist; it was deleted; " + remedy(topic));
            }
            // Anything else is trouble of the broker's, which passes or ends the learner by itself.
        } catch (TimeoutException e) {
            // The broker does not answer now.
        }
    }

    /** What was only written may begin anew; samples and changelog are what the models are made of. */
    private String remedy(String topic) {
        return history.contains(topic)
                ? "start with another application.id, which learns anew from the samples that are there"
                : "create it with streamgrad topics, and start again";
    }

    @Override
    public void close() {
        executor.shutdownNow();
        admin.close(Duration.ZERO);
    }
}
