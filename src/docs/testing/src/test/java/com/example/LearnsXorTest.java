package com.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;

/** Sends samples of XOR and reads predictions until all four corners are right. */
class LearnsXorTest {
    private static final String IMAGE = System.getProperty("streamgrad.image", "streamgrad");
    private static final Map<String, Long> XOR = new TreeMap<>(Map.of("0,0", 0L, "0,1", 1L, "1,0", 1L, "1,1", 0L));
    private static final Pattern PREDICTION = Pattern.compile("\"id\":\"(.+?)\",\"prediction\":\\[(.+?)]");

    @Test
    void learnsXor() {
        try (Network network = Network.newNetwork();
                KafkaContainer kafka = new KafkaContainer("apache/kafka:4.3.1")
                        .withNetwork(network)
                        .withListener("kafka:19092"); // for the other containers
                GenericContainer<?> topics = streamgrad("topics", network)
                        .withStartupCheckStrategy(new OneShotStartupCheckStrategy()); // it ends
                GenericContainer<?> learner = streamgrad("learn", network)
                        .withExposedPorts(8080)
                        .waitingFor(Wait.forHttp("/readyz").forPort(8080))) {
            kafka.start();
            topics.start();
            learner.start();

            send(kafka.getBootstrapServers());

            awaitRightPredictions(kafka.getBootstrapServers());
        }
    }

    private static GenericContainer<?> streamgrad(String command, Network network) {
        return new GenericContainer<>(IMAGE)
                .withNetwork(network)
                .withCommand(command)
                .withEnv("STREAMGRAD_BOOTSTRAP_SERVERS", "kafka:19092");
    }

    private static void send(String bootstrapServers) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers);
        try (Producer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < 5_000; i++) {
                XOR.forEach((corner, label) -> producer.send(new ProducerRecord<>(
                        "samples",
                        "xor",
                        "{\"id\":\"%s\",\"features\":[%s],\"label\":[%d]}".formatted(corner, corner, label))));
            }
        }
    }

    private static void awaitRightPredictions(String bootstrapServers) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", bootstrapServers,
                "group.id", "test",
                "auto.offset.reset", "earliest",
                "isolation.level", "read_committed"); // what is not committed may be predicted again
        try (Consumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("predictions"));
            Map<String, Long> last = new HashMap<>();
            await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
                consumer.poll(Duration.ofMillis(200))
                        .forEach(prediction -> PREDICTION
                                .matcher(prediction.value())
                                .results()
                                .forEach(part -> last.put(
                                        part.group(1), Math.round(Double.parseDouble(part.group(2))))));
                assertThat(last).isEqualTo(XOR);
            });
        }
    }
}
