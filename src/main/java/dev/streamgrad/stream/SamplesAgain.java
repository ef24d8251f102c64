package dev.streamgrad.stream;

import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads samples again that have been dealt with, and whose transactions are hence committed. */
@FunctionalInterface
public interface SamplesAgain {
    /**
     * Reads what a partition of the samples topic has between two offsets, in order.
     *
     * @param from the first offset
     * @param to the last, which has been dealt with
     * @return whether all of them were there, and not deleted
     */
    boolean read(int partition, long from, long to, Consumer<ConsumerRecord<byte[], byte[]>> take);
}
