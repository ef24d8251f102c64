package dev.streamgrad.app;

import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * The producer of a stream thread, which says "fenced" where the broker says "invalid state".
 *
 * <p>When the coordinator has aborted a transaction, because it timed out or a successor fenced it, it raises the
 * producer's epoch by one. A commit that comes then with the old epoch looks to it like the repetition of a request
 * whose answer got lost: it finds an abort where it expects a commit, and answers INVALID_TXN_STATE (the table in
 * {@code TransactionCoordinator}: CompleteAbort, Commit, Retry) and not PRODUCER_FENCED. Kafka Streams recovers from
 * being fenced, by closing its tasks and joining again, but takes the other for the end. Nothing of the transaction is
 * visible, so to be fenced is what has happened.
 */
final class LearnerProducer extends KafkaProducer<byte[], byte[]> {
    LearnerProducer(Map<String, Object> config) {
        super(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void beginTransaction() {
        try {
            super.beginTransaction();
        } catch (KafkaException e) {
            throw asFenced(e);
        }
    }

    /** Kafka Streams looks here at the cause of what is thrown, and there at what the callback is told. */
    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
        try {
            return super.send(
                    record,
                    callback == null
                            ? null
                            : (metadata, e) -> callback.onCompletion(
                                    metadata, e instanceof KafkaException error ? asFenced(error) : e));
        } catch (KafkaException e) {
            KafkaException fenced = asFenced(e);
            throw fenced == e ? e : new KafkaException(fenced.getMessage(), fenced);
        }
    }

    @Override
    public void sendOffsetsToTransaction(
            Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata groupMetadata) {
        try {
            super.sendOffsetsToTransaction(offsets, groupMetadata);
        } catch (KafkaException e) {
            throw asFenced(e);
        }
    }

    @Override
    public void commitTransaction() {
        try {
            super.commitTransaction();
        } catch (KafkaException e) {
            throw asFenced(e);
        }
    }

    @Override
    public void abortTransaction() {
        try {
            super.abortTransaction();
        } catch (KafkaException e) {
            throw asFenced(e);
        }
    }

    /** The first call throws the error itself, every later one an exception with it as the cause. */
    private static KafkaException asFenced(KafkaException e) {
        if (e instanceof InvalidTxnStateException || e.getCause() instanceof InvalidTxnStateException) {
            ProducerFencedException fenced =
                    new ProducerFencedException("the coordinator has aborted the transaction: " + e.getMessage());
            fenced.initCause(e);
            return fenced;
        }
        return e;
    }
}
