package dev.streamgrad.cli;

import dev.streamgrad.records.DeadLetter;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.Source;
import dev.streamgrad.settings.Settings;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * What became of the samples that a producer sent, as far as it can see: the predictions and dead letters of their
 * offsets. A sample that another producer sends in between counts as well.
 */
final class Outcome implements AutoCloseable {
    private final TopicTail predictions;
    private final TopicTail deadLetters;
    private final Map<Integer, Range> sent = new HashMap<>();
    private long predicted;
    private long refused;
    private @Nullable String firstReason;

    private record Range(long first, long last) {}

    private Outcome(TopicTail predictions, TopicTail deadLetters) {
        this.predictions = predictions;
        this.deadLetters = deadLetters;
    }

    /** Begins to look, before anything is sent; null where the topics are missing or may not be read. */
    static @Nullable Outcome begin(Settings settings) {
        TopicTail predictions = null;
        try {
            predictions = new TopicTail(settings, settings.predictionsTopic(), false);
            return new Outcome(predictions, new TopicTail(settings, settings.deadLettersTopic(), false));
        } catch (KafkaException e) {
            if (predictions != null) {
                predictions.close();
            }
            return null;
        }
    }

    /** A sample has arrived in the samples topic. Called by the producer's thread. */
    synchronized void sent(RecordMetadata metadata) {
        sent.merge(
                metadata.partition(),
                new Range(metadata.offset(), metadata.offset()),
                (before, now) -> new Range(Math.min(before.first, now.first), Math.max(before.last, now.last)));
    }

    /**
     * Looks until all samples are accounted for, the time is over, or a stop is asked for.
     *
     * @return what can be said, in one line
     */
    String await(long samples, int seconds, Shutdown shutdown, String learn) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (predicted + refused < samples && System.nanoTime() - end < 0 && !shutdown.isRequested()) {
            for (ConsumerRecord<byte[], byte[]> record : predictions.poll()) {
                if (isOurs(sourceOf(record))) {
                    predicted++;
                }
            }
            for (ConsumerRecord<byte[], byte[]> record : deadLetters.pollNow()) {
                take(record);
            }
        }
        return line(samples, seconds, learn);
    }

    private static @Nullable Source sourceOf(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Prediction.read(record.value()).source();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        DeadLetter letter;
        try {
            letter = DeadLetter.read(record.headers());
        } catch (IllegalArgumentException e) {
            return;
        }
        if (isOurs(new Source(letter.partition(), letter.offset()))) {
            refused++;
            if (firstReason == null) {
                firstReason = letter.error();
            }
        }
    }

    private synchronized boolean isOurs(@Nullable Source source) {
        Range range = source == null ? null : sent.get(source.partition());
        return source != null && range != null && source.offset() >= range.first && source.offset() <= range.last;
    }

    private String line(long samples, int seconds, String learn) {
        long answered = predicted + refused;
        if (answered == 0) {
            return "nothing has come of them within " + seconds + " s: no learner seems to run; start one with: "
                    + learn;
        }
        String line =
                String.format(Locale.ROOT, "what came of them: %,d predicted, %,d dead letters", predicted, refused);
        if (answered < samples) {
            line += String.format(Locale.ROOT, ", %,d still to come after %d s", samples - answered, seconds);
        }
        return firstReason == null ? line : line + "; the first dead letter: " + firstReason;
    }

    @Override
    public void close() {
        predictions.close();
        deadLetters.close();
    }
}
