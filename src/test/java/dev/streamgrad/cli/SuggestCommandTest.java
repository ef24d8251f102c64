package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.settings.Settings;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code suggest} as a person types it. */
@ExtendWith(SharedBroker.class)
class SuggestCommandTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final EmbeddedBroker broker;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    SuggestCommandTest(EmbeddedBroker broker) {
        this.broker = broker;
    }

    /** Orders, most of which are fraud if the amount is large and the country is another. */
    private Path orders(int rows) throws Exception {
        Random random = new Random(7);
        StringBuilder csv = new StringBuilder("order;amount;country;vip;when;fraud\n");
        for (int i = 0; i < rows; i++) {
            double amount = random.nextInt(10_000) / 100.0;
            boolean abroad = random.nextBoolean();
            boolean fraud = random.nextInt(20) == 0 || (amount > 50 && abroad);
            csv.append(String.format(
                    Locale.ROOT,
                    "A%05d;%s;%s;%s;2026-03-%02dT%02d:00:00;%s%n",
                    i,
                    i % 25 == 3 ? "NA" : Double.toString(amount),
                    abroad ? "FR" : "DE",
                    i % 3 == 0 ? "yes" : "No",
                    i % 28 + 1,
                    i * 5 % 24,
                    fraud ? "yes" : "no"));
        }
        return Files.writeString(folder.resolve("orders.csv"), csv.toString());
    }

    @Test
    void csv_isLookedAt_learned_andWrittenAsSettingsThatLearnTakes() throws Exception {
        Path out = folder.resolve("model.properties");
        CommandRun run = CommandRun.of(
                0, "suggest", "--csv", orders(2000).toString(), "--out", out.toString(), "--set", "seed=7");
        assertThat(run.out.toString())
                .contains("orders.csv: 2,000 records")
                .contains("label fraud: 2 classes, no ")
                .containsPattern("order +text of 2000 +none: it looks like an id: all of its values are different")
                .containsPattern("amount +number from 0.\\d+ to 99.\\d+ +4.0 % +amount\\?")
                .containsPattern("country +category of 2 +country:category\\((FR,DE|DE,FR)\\)")
                .containsPattern("vip +boolean +vip:boolean")
                .containsPattern("when +time +when:time\\(hour,weekday\\)")
                .contains("learned once, each of 2,000 samples predicted before it was learned:")
                .containsPattern("accuracy \\d\\d\\.\\d % \\(most frequent class \\d\\d\\.\\d %, last label")
                .contains("2,000 samples")
                .containsPattern("yes +[\\d,]+ +[\\d,]+ +\\d+\\.\\d % of [\\d,]+")
                .contains("how often it was yes, by how probable that was said to be:");
        assertThat(run.err.toString())
                .contains("orders.csv is separated by semicolons")
                .contains("the label is fraud, the last column; --label names another")
                .contains("settings written to " + out)
                .contains("streamgrad learn --config " + out)
                .contains("streamgrad produce --csv ");
        Settings settings = SettingsLoader.load(out, Map.of(), List.of(), Map.of(), Map.of());
        ModelSpec spec = settings.defaultSpec();
        assertThat(spec.birth().mapping()).isNotNull();
        assertThat(spec.with("seed", "7")).isEqualTo(spec);
        assertThat(Files.readString(out))
                .contains("features=\\\n  amount?,\\\n")
                .contains("#   order: text of 2000; left out: it looks like an id")
                .contains("#   amount: number from")
                .contains("4.0 % missing (NA 80 times)");
    }

    @Test
    void json_hasFieldsSettingsAndMetrics() throws Exception {
        CommandRun run = CommandRun.of(0, "suggest", "--csv", orders(1000).toString(), "--json", "--records", "600");
        assertThat(run.out.toString()).hasLineCount(1);
        JsonNode json = MAPPER.readTree(run.out.toString());
        assertThat(json.get("records").intValue()).isEqualTo(600);
        assertThat(json.get("classes")).hasSize(2);
        JsonNode amount = json.get("fields").get(1);
        assertThat(amount.get("field").textValue()).isEqualTo("amount");
        assertThat(amount.get("feature").textValue()).isEqualTo("amount?");
        assertThat(amount.get("missing").doubleValue()).isCloseTo(0.04, within(1e-9));
        assertThat(amount.get("gaps").get("NA").intValue()).isEqualTo(24);
        assertThat(json.get("fields").get(0).get("reason").textValue()).contains("id");
        assertThat(json.get("settings").get("label").textValue()).isEqualTo("fraud");
        JsonNode metrics = json.get("metrics");
        assertThat(metrics.get("samples").intValue()).isEqualTo(600);
        assertThat(metrics.get("accuracy").doubleValue())
                .isGreaterThan(metrics.get("baseline").doubleValue());
        assertThat(metrics.get("logLoss").doubleValue()).isPositive();
        assertThat(metrics.get("mae").isNull()).isTrue();
        assertThat(metrics.get("r2").isNull()).isTrue();
    }

    @Test
    void regression_isSaidInItsUnits() throws Exception {
        StringBuilder rows = new StringBuilder();
        Random random = new Random(3);
        for (int i = 0; i < 1500; i++) {
            double size = random.nextInt(1000) / 10.0;
            rows.append(String.format(
                    Locale.ROOT,
                    "{\"flat\":{\"size\":%s,\"floor\":%d},\"price\":%s}%n",
                    size,
                    random.nextInt(9),
                    20.0 + size / 10.0 + random.nextInt(20) / 10.0));
        }
        Path file = Files.writeString(folder.resolve("flats.jsonl"), rows.toString());
        CommandRun run = CommandRun.of(0, "suggest", "--jsonl", file.toString(), "--label", "price");
        assertThat(run.out.toString())
                .contains("label price: a number from 2")
                .containsPattern("flat\\.size +number from 0(\\.\\d+)? to 99\\.\\d+ +flat\\.size")
                .containsPattern(
                        "mean absolute error \\d+\\.\\d+ \\(running mean \\d+\\.\\d+, last label \\d+\\.\\d+\\), R²")
                .contains("features=\\" + System.lineSeparator() + "  flat.size,\\")
                .doesNotContain("actual \\ predicted");
    }

    @Test
    void topic_isReadWithoutAGroup_fromEitherEnd_andNamedInTheSettings() throws Exception {
        Path csv = orders(1200);
        String[] cluster = {
            "-b", broker.bootstrapServers(), "--set", "samples.topic=suggest-orders", "--set", "control.topic="
        };
        CommandRun.of(0, CommandRun.with(cluster, "topics", "--partitions", "3"));
        CommandRun.of(
                0,
                CommandRun.with(cluster, "produce", "--csv", csv.toString(), "--key-column", "order", "--wait", "0"));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            var before = admin.listGroups().all().get();
            CommandRun run = CommandRun.of(
                    0,
                    "suggest",
                    "-b",
                    broker.bootstrapServers(),
                    "--topic",
                    "suggest-orders",
                    "--label",
                    "fraud",
                    "--from",
                    "end",
                    "--records",
                    "900",
                    "--json");
            JsonNode json = MAPPER.readTree(run.out.toString());
            assertThat(json.get("records").intValue()).isBetween(900, 902);
            JsonNode order = json.get("fields").get(0);
            assertThat(order.get("field").textValue()).isEqualTo("order");
            assertThat(order.get("examples").get(0).textValue()).isGreaterThan("A00100");
            assertThat(json.get("settings").get("samples.topic").textValue()).isEqualTo("suggest-orders");
            assertThat(json.get("settings").get("keys").textValue()).isEqualTo("ignore");
            assertThat(json.get("metrics").get("accuracy").doubleValue())
                    .isGreaterThan(json.get("metrics").get("baseline").doubleValue());
            assertThat(admin.listGroups().all().get()).hasSameSizeAs(before);
        }
    }

    @Test
    void twoCommands_leadFromATopicOfNestedRecords_keyedByAnything_toALearningModel() throws Exception {
        StringBuilder lines = new StringBuilder();
        Random random = new Random(5);
        for (int i = 0; i < 1000; i++) {
            int days = random.nextInt(500);
            lines.append("{\"customer\":\"c")
                    .append(random.nextInt(700))
                    .append("\",\"card\":{\"age_days\":")
                    .append(days)
                    .append(",\"brand\":\"")
                    .append(random.nextBoolean() ? "visa" : "amex")
                    .append("\"},\"fraud\":\"")
                    .append(days + random.nextInt(100) < 200 ? "yes" : "no")
                    .append("\"}\n");
        }
        Path file = Files.writeString(folder.resolve("cards.jsonl"), lines.toString());
        String[] topics = {
            "-b",
            broker.bootstrapServers(),
            "--set",
            "predictions.topic=cards-predictions",
            "--set",
            "snapshots.topic=cards-snapshots",
            "--set",
            "dead.letters.topic=cards-dead-letters",
            "--set",
            "control.topic=cards-control",
            "--set",
            "events.topic=cards-events",
            "--set",
            "application.id=cards",
            "--set",
            "http.port=-1"
        };
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic("cards", 2, (short) 1)))
                    .all()
                    .get();
        }
        CommandRun.of(
                0,
                CommandRun.with(
                        topics,
                        "produce",
                        "--set",
                        "samples.topic=cards",
                        "--jsonl",
                        file.toString(),
                        "--key-column",
                        "customer",
                        "--wait",
                        "0"));
        String out = folder.resolve("cards.properties").toString();
        CommandRun suggested = CommandRun.of(
                0, "suggest", "-b", broker.bootstrapServers(), "--topic", "cards", "--label", "fraud", "--out", out);
        assertThat(suggested.out.toString()).contains("card.age_days").contains("card.brand:category(");
        assertThat(Files.readString(Path.of(out)))
                .containsPattern("because there are \\d+ different keys in 1000 records\nkeys=ignore\n")
                .containsPattern("# what its model is called\ndefault.model=cards\n");
        CommandRun.of(0, CommandRun.with(topics, "topics", "--config", out));
        CommandRun learner = new CommandRun(CommandRun.with(topics, "learn", "--config", out));
        List<Prediction> predictions = new ArrayList<>();
        Settings settings = Settings.of(Map.of(Settings.BOOTSTRAP_SERVERS, broker.bootstrapServers()));
        try (TopicTail tail = new TopicTail(settings, "cards-predictions", true)) {
            await().atMost(Duration.ofMinutes(2)).until(() -> {
                tail.poll().forEach(record -> predictions.add(Prediction.read(record.value())));
                return predictions.size() >= 1000 || learner.code.isDone();
            });
        }
        assertThat(predictions).as("%s", learner).hasSize(1000);
        learner.shutdown.request();
        assertThat(learner.await()).as("%s", learner).isZero();
        assertThat(predictions).extracting(Prediction::predictedClass).containsOnly("yes", "no");
        assertThat(predictions.subList(500, 1000))
                .filteredOn(prediction -> prediction.loss() != null && prediction.loss() < 0.69)
                .hasSizeGreaterThan(350);
    }

    @Test
    void framedValues_areRecognised_jsonByItself_avroWithItsRegistry() throws Exception {
        Settings settings = Settings.of(Map.of(Settings.BOOTSTRAP_SERVERS, broker.bootstrapServers()));
        Schema schema = new Schema.Parser()
                .parse("{\"type\":\"record\",\"name\":\"Order\",\"fields\":["
                        + "{\"name\":\"amount\",\"type\":\"double\"},{\"name\":\"fraud\",\"type\":\"string\"}]}");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
                Producer<byte[], byte[]> producer = ProduceCommand.producer(settings)) {
            admin.createTopics(List.of(
                            new NewTopic("framed-json", 1, (short) 1), new NewTopic("framed-avro", 1, (short) 1)))
                    .all()
                    .get();
            for (int i = 0; i < 200; i++) {
                double amount = i * 7919 % 1000 / 10.0;
                String fraud = amount + i % 7 * 5 > 60 ? "yes" : "no";
                String json = "{\"amount\":" + amount + ",\"fraud\":\"" + fraud + "\"}";
                var unusedJson = producer.send(
                        new ProducerRecord<>("framed-json", framed(json.getBytes(StandardCharsets.UTF_8))));
                ByteArrayOutputStream avro = new ByteArrayOutputStream();
                BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(avro, null);
                new GenericDatumWriter<>(schema)
                        .write(
                                new GenericRecordBuilder(schema)
                                        .set("amount", amount)
                                        .set("fraud", fraud)
                                        .build(),
                                encoder);
                encoder.flush();
                var unusedAvro = producer.send(new ProducerRecord<>("framed-avro", framed(avro.toByteArray())));
            }
        }
        String[] json = {"suggest", "-b", broker.bootstrapServers(), "--topic", "framed-json", "--label", "fraud"};
        assertThat(CommandRun.of(0, json).out.toString())
                .contains("samples.format=json-schema")
                .contains("keys=ignore")
                .contains("learned once, each of 200 samples");
        String[] avro = {"suggest", "-b", broker.bootstrapServers(), "--topic", "framed-avro", "--label", "fraud"};
        assertRefused("schema.registry.url must be set, because the values of topic framed-avro begin with", avro);
        assertThat(CommandRun.of(
                                1,
                                CommandRun.with(
                                        new String[] {
                                            "--set",
                                            "schema.registry.url=http://localhost:1",
                                            "--set",
                                            "startup.timeout.ms=2000"
                                        },
                                        avro))
                        .err
                        .toString())
                .contains("localhost:1")
                .doesNotContain("the wait was ended");
        HttpServer registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext("/", exchange -> {
            byte[] answer = new ObjectMapper().writeValueAsBytes(Map.of("schema", schema.toString()));
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        registry.start();
        try {
            String url = "http://localhost:" + registry.getAddress().getPort();
            assertThat(CommandRun.of(
                                    0,
                                    "suggest",
                                    "-b",
                                    broker.bootstrapServers(),
                                    "--topic",
                                    "framed-avro",
                                    "--label",
                                    "fraud",
                                    "--set",
                                    "schema.registry.url=" + url)
                            .out
                            .toString())
                    .contains("samples.format=avro")
                    .contains("schema.registry.url=" + url)
                    .containsPattern("amount +number from 0(\\.\\d)? to 9\\d\\.\\d")
                    .contains("learned once, each of 200 samples");
        } finally {
            registry.stop(0);
        }
    }

    private static byte[] framed(byte[] value) {
        return ByteBuffer.allocate(5 + value.length)
                .put((byte) 0)
                .putInt(7)
                .put(value)
                .array();
    }

    @Test
    void wrongUse_isOneLine() throws Exception {
        Path csv = Files.writeString(folder.resolve("a.csv"), "a,b,y\n1,2,no\n2,3,yes\n3,1,no\n");
        assertRefused("one of --topic NAME, --csv FILE and --jsonl FILE must be given; got none", "suggest");
        assertRefused("must be given; got more", "suggest", "--topic", "x", "--csv", csv.toString());
        assertRefused("--records must be at least 1; got 0", "suggest", "--csv", csv.toString(), "--records", "0");
        assertRefused(
                "--label must be a field of the records; got z; there are a, b, y",
                "suggest",
                "--csv",
                csv.toString(),
                "--label",
                "z");
        assertRefused("must be a readable CSV file", "suggest", "--csv", "/does/not/exist");
        assertRefused(
                "topic no-such must exist at " + broker.bootstrapServers() + "; there are ",
                "suggest",
                "-b",
                broker.bootstrapServers(),
                "--topic",
                "no-such");
    }

    private static void assertRefused(String message, String... args) throws Exception {
        CommandRun run = CommandRun.of(2, args);
        assertThat(run.err.toString().lines())
                .as("%s", run)
                .singleElement()
                .asString()
                .contains(message);
        assertThat(run.out.toString()).isEmpty();
    }
}
