package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.streamgrad.broker.EmbeddedBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class LearnerProducerTest {

    /** What Kafka's own producer says shows what this one is for; if a later Kafka says "fenced", it can go. */
    @Test
    void transactionThatTheCoordinatorHasAborted_isFenced_andNotAnInvalidState() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(0, Optional.empty());
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic("out", 1, (short) 1))).all().get();
            try (Producer<byte[], byte[]> kafkas = new KafkaProducer<>(
                            config(broker, "kafkas"), new ByteArraySerializer(), new ByteArraySerializer());
                    Producer<byte[], byte[]> own = new LearnerProducer(config(broker, "own"))) {
                for (Producer<byte[], byte[]> producer : List.of(kafkas, own)) {
                    producer.initTransactions();
                    producer.beginTransaction();
                    var sent = producer.send(new ProducerRecord<>("out", new byte[1]));
                    sent.get();
                }
                for (String id : List.of("kafkas", "own")) {
                    await().atMost(Duration.ofMinutes(1))
                            .until(() -> admin.describeTransactions(List.of(id))
                                            .description(id)
                                            .get()
                                            .state()
                                    == TransactionState.COMPLETE_ABORT);
                }
                assertThatThrownBy(kafkas::commitTransaction).isInstanceOf(InvalidTxnStateException.class);
                assertThatThrownBy(own::commitTransaction).isInstanceOf(ProducerFencedException.class);
                // Kafka Streams gives the transaction up when it closes its tasks.
                assertThatThrownBy(own::abortTransaction).isInstanceOf(ProducerFencedException.class);
                assertThatThrownBy(() -> own.send(new ProducerRecord<>("out", new byte[1])))
                        .hasCauseInstanceOf(ProducerFencedException.class);
            }
        }
    }

    private static Map<String, Object> config(EmbeddedBroker broker, String id) {
        return Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "transactional.id",
                id,
                "transaction.timeout.ms",
                1000,
                "client.id",
                id);
    }
}
