package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.streamgrad.audit.Finding;
import dev.streamgrad.formats.RegistryProcess;
import dev.streamgrad.records.DeadLetter;
import dev.streamgrad.records.Prediction;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.streams.KafkaStreams.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.junit.jupiter.Testcontainers;

/** From a topic of Avro records to a model, with a real broker and a real registry. */
@Testcontainers(disabledWithoutDocker = true)
class AvroIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String FIELDS = "{'name':'amount','type':'double'},{'name':'country','type':'string'},"
            + "{'name':'fraud','type':['null','string'],'default':null}";
    private static final Schema ORDER = schema(FIELDS);
    private static final Schema WITH_A_FIELD_MORE = schema("{'name':'vip','type':'boolean','default':false}," + FIELDS);
    private static final Schema WITH_A_LOGICAL_TYPE =
            schema(FIELDS + ",{'name':'at','type':{'type':'long','logicalType':'timestamp-millis'},'default':0}");

    private static Schema schema(String fields) {
        return new Schema.Parser()
                .parse(("{'type':'record','name':'Order','namespace':'shop','fields':[" + fields + "]}")
                        .replace('\'', '"'));
    }

    private static TestTopics topics(String test, RegistryProcess registry) throws Exception {
        return new TestTopics(
                test,
                1,
                "samples.format=avro",
                "schema.registry.url=" + registry.url(),
                "features=amount,country:category(4)",
                "features.scaling=running",
                "label=fraud",
                "label.classes=no,yes",
                "layers=*,4,1",
                "snapshot.every=50",
                "default.model=orders",
                // A member that is late is to be out of the group soon, and its transaction over before that.
                "instance.id=",
                "kafka.max.poll.interval.ms=6000",
                "kafka.transaction.timeout.ms=3000",
                "kafka.commit.interval.ms=100");
    }

    private static byte[] framed(int id, GenericRecord record) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new DataOutputStream(bytes).writeByte(0);
        new DataOutputStream(bytes).writeInt(id);
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    private static void send(TestTopics topics, int id, Schema schema, int count) throws Exception {
        try (Producer<byte[], byte[]> producer = topics.producer()) {
            for (int i = 0; i < count; i++) {
                GenericRecord record = new GenericRecordBuilder(schema)
                        .set("amount", 10.0 * (i % 7))
                        .set("country", List.of("DE", "FR", "IT").get(i % 3))
                        .set("fraud", i % 7 > 3 ? "yes" : "no")
                        .build();
                topics.send(producer, "orders", framed(id, record));
            }
        }
    }

    private static void assertLearnedOnce(TestTopics topics, long samples, LongStream offsets) {
        assertThat(topics.predictions((int) samples))
                .map(prediction -> prediction.source().offset())
                .containsExactlyElementsOf(offsets.boxed().toList());
        assertThat(topics.predictions((int) samples)).allMatch(Prediction::trained);
    }

    @Test
    void everyRecordIsLearnedOnce_throughNewSchemasAndAnOutageThatOutlastsGroupAndTransaction(@TempDir Path folder)
            throws Exception {
        try (RegistryProcess registry = RegistryProcess.start(folder)) {
            TestTopics topics = topics("avro", registry);
            int first = registry.register("orders-value", ORDER);
            int second = registry.register("orders-value", WITH_A_FIELD_MORE);
            int third = registry.register("orders-value", WITH_A_LOGICAL_TYPE);
            LearnerApp app = topics.startLearner();
            send(topics, first, ORDER, 100);
            send(topics, second, WITH_A_FIELD_MORE, 100);
            topics.awaitPredictions("read_committed", 200);

            registry.stop();
            // What is known is learned; what is not waits, with all that comes behind it.
            send(topics, first, ORDER, 10);
            send(topics, third, WITH_A_LOGICAL_TYPE, 90);
            send(topics, first, ORDER, 100);
            try (Admin admin = Admin.create(topics.settings().kafka().admin())) {
                String group = topics.settings().applicationId();
                await().atMost(PATIENCE)
                        .until(() -> admin.describeConsumerGroups(List.of(group)).all().get().values().stream()
                                .allMatch(described -> described.members().isEmpty()));
            }
            assertThat(app.state()).isEqualTo(State.RUNNING);
            assertThat(app.hasStopped()).isFalse();

            registry.begin();
            topics.awaitPredictions("read_committed", 400);
            send(topics, 4711, ORDER, 1);
            send(topics, first, ORDER, 50);
            topics.awaitPredictions("read_committed", 450);
            app.close();
            assertThat(app.failure()).isEmpty();

            assertLearnedOnce(topics, 450, LongStream.range(0, 451).filter(offset -> offset != 400));
            assertThat(topics.read(topics.settings().deadLettersTopic(), 1))
                    .singleElement()
                    .satisfies(record -> {
                        DeadLetter letter = DeadLetter.read(record.headers());
                        assertThat(letter.offset()).isEqualTo(400);
                        assertThat(letter.error()).contains("got schema id 4711, and the registry does not have");
                    });
            assertThat(topics.audit()).isNotEmpty().allMatch(Finding::isGood);
        }
    }

    @Test
    void learnerThatWaits_stopsAtOnceWithoutAFailure_andItsRecordIsLearnedByTheNext(@TempDir Path folder)
            throws Exception {
        try (RegistryProcess registry = RegistryProcess.start(folder)) {
            TestTopics topics = topics("avro-stop", registry);
            int first = registry.register("orders-value", ORDER);
            int second = registry.register("orders-value", WITH_A_FIELD_MORE);
            LearnerApp app = topics.startLearner();
            send(topics, first, ORDER, 20);
            topics.awaitPredictions("read_committed", 20);
            registry.stop();
            send(topics, first, ORDER, 5);
            send(topics, second, WITH_A_FIELD_MORE, 5);
            // What stands before the record that waits is sent, and open until it is learned as well.
            app.close();
            assertThat(app.failure()).isEmpty();
            assertThat(app.state()).isEqualTo(State.NOT_RUNNING);

            registry.begin();
            try (LearnerApp next = topics.startLearner()) {
                topics.awaitPredictions("read_committed", 30);
                assertThat(next.failure()).isEmpty();
            }
            assertLearnedOnce(topics, 30, LongStream.range(0, 30));
            send(topics, first, ORDER, 1);
            assertThat(topics.read(topics.settings().deadLettersTopic(), 0)).isEmpty();
            assertThat(new String(
                            topics.lastValue(topics.settings().predictionsTopic(), "orders"), StandardCharsets.UTF_8))
                    .contains("\"class\"");
        }
    }
}
