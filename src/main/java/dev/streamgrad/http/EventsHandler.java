package dev.streamgrad.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.streamgrad.replay.TopicLog;
import dev.streamgrad.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was decided about a model, as the events topic has it, which every instance can read. Read anew for each
 * request, by one at a time, so that nobody who asks for it holds up the others.
 */
final class EventsHandler {
    private static final Logger LOG = LoggerFactory.getLogger(EventsHandler.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Settings settings;
    private final Semaphore one = new Semaphore(1);

    EventsHandler(Settings settings) {
        this.settings = settings;
    }

    /** The last events of a model, the newest last. */
    Answer events(Request request, String name) throws RefusedException {
        int limit = ModelsHandler.limit(request.parameter("limit").orElse("100"));
        if (settings.controlTopic().isEmpty()) {
            throw new RefusedException(404, "there are no events, because control.topic is empty");
        }
        if (!one.tryAcquire()) {
            throw new RefusedException(503, "the events are being read for somebody else; try again in a moment");
        }
        try {
            return Answer.json(read(name, limit));
        } catch (KafkaException | IOException e) {
            LOG.debug("The events could not be read", e);
            throw new RefusedException(503, "the events could not be read now; try again");
        } finally {
            one.release();
        }
    }

    private ArrayNode read(String name, int limit) throws RefusedException, IOException {
        byte[] key = name.getBytes(StandardCharsets.UTF_8);
        long end = System.nanoTime() + PATIENCE.toNanos();
        Deque<ConsumerRecord<byte[], byte[]>> last = new ArrayDeque<>();
        try (TopicLog log = new TopicLog(settings, settings.eventsTopic())) {
            while (!log.isAtEnd()) {
                if (System.nanoTime() > end) {
                    throw new RefusedException(
                            503,
                            "there are too many events to read them within " + PATIENCE.toSeconds()
                                    + " s; use the command watch events --key NAME");
                }
                log.poll(record -> {
                    if (record.value() != null && Arrays.equals(key, record.key())) {
                        last.addLast(record);
                        if (last.size() > limit) {
                            last.removeFirst();
                        }
                    }
                });
            }
        }
        ArrayNode events = MAPPER.createArrayNode();
        for (ConsumerRecord<byte[], byte[]> record : last) {
            events.add(MAPPER.readTree(record.value()));
        }
        return events;
    }
}
