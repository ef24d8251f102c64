package dev.streamgrad.app;

import org.testcontainers.kafka.KafkaContainer;

/** One real broker in a container for the whole run; Testcontainers removes it. */
final class RealKafka {
    private static final KafkaContainer KAFKA = new KafkaContainer("apache/kafka:4.3.1");

    private RealKafka() {}

    static synchronized String bootstrapServers() {
        if (!KAFKA.isRunning()) {
            KAFKA.start();
        }
        return KAFKA.getBootstrapServers();
    }
}
