package dev.streamgrad.cli;

import dev.streamgrad.control.Command;
import dev.streamgrad.control.Event;
import dev.streamgrad.control.Event.Cause;
import dev.streamgrad.records.Source;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.settings.SettingsException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Sends a command, and waits until the learner has written down what became of it. */
final class CommandSender {
    private static final long LOOK_MILLIS = 50;

    private final Settings settings;
    private final String topic;
    private final BooleanSupplier isStopped;

    /**
     * A sender.
     *
     * @param topic the control topic
     * @param isStopped whether to wait no longer
     */
    CommandSender(Settings settings, String topic, BooleanSupplier isStopped) {
        this.settings = settings;
        this.topic = topic;
        this.isStopped = isStopped;
    }

    /** The control topic of these settings. */
    static String topic(Settings settings) {
        return settings.controlTopic()
                .orElseThrow(() -> new SettingsException(
                        "control.topic must name a topic; it is empty, so the learner takes no commands"));
    }

    /**
     * What became of a command.
     *
     * @param record where it stands
     * @param event what the learner wrote down; empty if it has not within the time
     */
    record Answer(RecordMetadata record, Optional<Event> event) {}

    /**
     * Sends, and waits for the event.
     *
     * @throws IllegalArgumentException if the command is too large for the topic or the producer
     */
    Answer send(String model, int partition, Command command, Duration patience)
            throws InterruptedException, ExecutionException {
        byte[] value = command.toJson();
        Map<String, Object> config = new HashMap<>(settings.kafka().producer());
        config.put(
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG, (int) settings.kafka().maxRequestSize());
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        // It is read from here, so that the event cannot come before anybody listens.
        try (TopicTail events = new TopicTail(settings, settings.eventsTopic(), false);
                Producer<byte[], byte[]> producer =
                        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            RecordMetadata sent = producer.send(
                            new ProducerRecord<>(topic, partition, model.getBytes(StandardCharsets.UTF_8), value))
                    .get();
            return new Answer(sent, await(events, sent, patience));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RecordTooLargeException) {
                throw new IllegalArgumentException(
                        "a command must fit topic " + topic + "; this one has " + value.length
                                + " bytes; raise max.message.bytes of the topic, and kafka.producer.max.request.size",
                        e);
            }
            throw e;
        }
    }

    private Optional<Event> await(TopicTail events, RecordMetadata sent, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < end && !isStopped.getAsBoolean()) {
            for (ConsumerRecord<byte[], byte[]> record : events.poll()) {
                Event event = Event.read(record.value());
                Cause cause = event.cause();
                if (cause != null
                        && cause.topic().equals(topic)
                        && cause.partition() == sent.partition()
                        && cause.offset() == sent.offset()) {
                    return Optional.of(event);
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Waits until the learner has dealt with a sample.
     *
     * @return whether it has, within the time
     */
    boolean awaitLearner(Source sample, Duration patience) throws InterruptedException, ExecutionException {
        TopicPartition partition = new TopicPartition(settings.samplesTopic(), sample.partition());
        long end = System.nanoTime() + patience.toNanos();
        try (Admin admin = Admin.create(settings.kafka().admin())) {
            while (!isStopped.getAsBoolean()) {
                OffsetAndMetadata next = next(admin, partition);
                if (next != null && next.offset() > sample.offset()) {
                    return true;
                }
                if (System.nanoTime() > end) {
                    return false;
                }
                Thread.sleep(LOOK_MILLIS);
            }
        }
        return false;
    }

    private @Nullable OffsetAndMetadata next(Admin admin, TopicPartition partition)
            throws InterruptedException, ExecutionException {
        return admin.listConsumerGroupOffsets(settings.applicationId(), new ListConsumerGroupOffsetsOptions())
                .partitionsToOffsetAndMetadata()
                .get()
                .get(partition);
    }

    /** Where the learner is instead, for whoever has waited in vain for a command. */
    String whereTheLearnerIs(RecordMetadata sent) throws InterruptedException {
        return whereTheLearnerIs(new TopicPartition(topic, sent.partition()), sent.offset());
    }

    /** The same of a sample. */
    String whereTheLearnerIs(Source sample) throws InterruptedException {
        return whereTheLearnerIs(new TopicPartition(settings.samplesTopic(), sample.partition()), sample.offset());
    }

    private String whereTheLearnerIs(TopicPartition partition, long offset) throws InterruptedException {
        try (Admin admin = Admin.create(settings.kafka().admin())) {
            OffsetAndMetadata next = next(admin, partition);
            return next == null
                    ? "no learner of the group " + settings.applicationId() + " has read " + partition + " so far"
                    : "the learner has read " + partition + " up to offset " + next.offset() + ", "
                            + (offset + 1 - next.offset()) + " behind";
        } catch (ExecutionException e) {
            return "where the learner is could not be found out: " + e.getMessage();
        }
    }
}
