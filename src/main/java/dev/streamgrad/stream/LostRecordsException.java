package dev.streamgrad.stream;

import org.apache.kafka.streams.errors.StreamsException;

/** Kafka Streams has gone on behind records that it had given up, so that they would never be learned. */
public final class LostRecordsException extends StreamsException {
    private static final long serialVersionUID = 1L;

    LostRecordsException(long expected, long got) {
        super("samples must be read again after their transaction was given up, from offset " + expected
                + "; Kafka Streams went on at " + got
                + "; nothing is lost: start the learner again, it goes on at the last commit");
    }
}
