package dev.streamgrad.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.streamgrad.Documentation;
import dev.streamgrad.app.LearnerApp;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.cluster.Topics;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.exchange.Imported;
import dev.streamgrad.exchange.SafetensorsModel;
import dev.streamgrad.metrics.LearnerMetrics;
import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.settings.Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two instances of one application on an embedded broker, asked over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HttpApiTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final int MODELS = 8;
    private static final int SAMPLES = 100;

    /** By number; two of them look like parts of a path. */
    private static final List<String> NAMES =
            List.of("model-0", "model-1", "model-2", "model-3", "model-4", "predict", "a/predict", "model-7");

    private EmbeddedBroker broker;
    private Instance first;
    private Instance second;

    /** One learner with its metrics and HTTP. */
    private static final class Instance implements AutoCloseable {
        final LearnerMetrics metrics;
        final HttpApi api;
        final LearnerApp app;

        Instance(Settings settings) throws Exception {
            metrics = new LearnerMetrics(settings);
            api = HttpApi.start(settings, metrics);
            app = LearnerApp.start(settings, line -> {}, metrics, metrics, settings.httpAdvertised(api.port()));
            metrics.bind(app);
            api.serve(app);
        }

        @Override
        public void close() {
            app.close();
            api.close();
            metrics.close();
        }
    }

    @BeforeAll
    void start() throws Exception {
        broker = EmbeddedBroker.start(0, Optional.empty());
        Settings one = settings("first");
        Topics.create(one, 4, Optional.of((short) 1), line -> {});
        first = new Instance(one);
        awaitModels(first.app);
        second = new Instance(settings("second"));
        // Sent when the second one has its partitions, so that the first one has polled since the last rebalance by the
        // time that its models have learned them.
        awaitModels(second.app);
        send(SAMPLES, 0);
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            assertThat(get(first, "/readyz").statusCode()).isEqualTo(200);
            assertThat(get(second, "/readyz").statusCode()).isEqualTo(200);
            for (int m = 0; m < MODELS; m++) {
                assertThat(json(get(first, path(m))).path("version").asInt()).isEqualTo(SAMPLES);
            }
        });
    }

    private Settings settings(String instance) {
        return settings(instance, "served");
    }

    private Settings settings(String instance, String application) {
        return Settings.of(Map.of(
                "bootstrap.servers", broker.bootstrapServers(),
                "application.id", application,
                "instance.id", instance,
                "http.port", "0",
                "max.record.bytes", "10000",
                "models.model-7.output.activation", "identity",
                "models.model-7.drift.detector", "page-hinkley",
                "snapshot.every", "50"));
    }

    private void send(int samples, long skip) {
        try (Producer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "max.in.flight.requests.per.connection", "1"),
                new StringSerializer(),
                new ByteArraySerializer())) {
            SampleSource source = Dataset.XOR.samples(1 + skip);
            for (int i = 0; i < samples * MODELS; i++) {
                var unused = producer.send(new ProducerRecord<>(
                        "samples", NAMES.get(i % MODELS), source.next().toJson()));
            }
            // There is a metric of commands once there has been one.
            var unused = producer.send(new ProducerRecord<>("control", "nobody", new byte[0]));
        }
    }

    @AfterAll
    void stop() {
        first.close();
        second.close();
        broker.close();
    }

    private static HttpResponse<String> get(Instance instance, String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(instance.api.url() + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(Instance instance, String path, String body)
            throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(instance.api.url() + path))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Of a model by its number. */
    private static String path(int model) {
        return "/models/" + URLEncoder.encode(NAMES.get(model), StandardCharsets.UTF_8);
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        return MAPPER.readTree(response.body());
    }

    @Test
    void bothInstances_giveTheSameAnswer_forEveryModel() throws Exception {
        List<Integer> local = new ArrayList<>();
        for (int m = 0; m < MODELS; m++) {
            String path = path(m);
            String answer = get(first, path).body();
            assertThat(get(second, path).body()).isEqualTo(answer);
            String request = "{\"id\":\"q\",\"features\":[0,1]}";
            assertThat(post(second, path + "/predict", request).body())
                    .isEqualTo(post(first, path + "/predict", request).body())
                    .contains("\"version\":" + SAMPLES, "\"id\":\"q\"");
            if (get(first, path + "?local").statusCode() == 200) {
                local.add(m);
            }
        }
        assertThat(local)
                .as("the models are really on two instances")
                .isNotEmpty()
                .hasSizeLessThan(MODELS);
        assertThat(get(first, "/models").body())
                .isEqualTo(get(second, "/models").body());
    }

    @Test
    void models_areListedByName_inPages() throws Exception {
        JsonNode all = json(get(first, "/models"));
        assertThat(all.path("models")).hasSize(MODELS);
        assertThat(all.path("more").asBoolean()).isFalse();
        JsonNode page = json(get(second, "/models?limit=3&after=model-1"));
        assertThat(page.path("models").toString()).isEqualTo("[\"model-2\",\"model-3\",\"model-4\"]");
        assertThat(page.path("more").asBoolean()).isTrue();
        assertThat(json(get(first, "/models?limit=1000")).path("models"))
                .as("the most")
                .hasSize(MODELS);
        assertThat(json(get(second, "/models?limit=" + MODELS)).path("more").asBoolean())
                .as("exactly as many as there are")
                .isFalse();
    }

    @Test
    void aModel_isShownWithSettingsMetricsAndWeights() throws Exception {
        JsonNode model = json(get(first, "/models/model-1"));
        assertThat(model.path("spec").path("layers").asText()).isEqualTo("2,4,1");
        assertThat(model.path("metrics").path("sinceStart").path("samples").asInt())
                .isEqualTo(SAMPLES);
        assertThat(model.path("layers")).hasSize(2);
        assertThat(model.path("layers").get(0).path("weights")).hasSize(2);
        assertThat(model.path("fingerprint").asText()).hasSize(64);
    }

    /** By the instance that has the model, whichever is asked. */
    @ParameterizedTest
    @CsvSource({"safetensors,application/octet-stream", "onnx,application/octet-stream", "json,application/json"})
    void aModel_isExported_byWhicheverInstanceIsAsked(String format, String type) throws Exception {
        List<byte[]> files = new ArrayList<>();
        for (Instance instance : List.of(first, second)) {
            HttpResponse<byte[]> response = CLIENT.send(
                    HttpRequest.newBuilder(
                                    URI.create(instance.api.url() + "/models/a%2Fpredict/export?format=" + format))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type")).hasValue(type);
            assertThat(response.headers().firstValue("Content-Disposition"))
                    .hasValue("attachment; filename=\"a_predict." + format + "\"; filename*=UTF-8''a%2Fpredict."
                            + format);
            files.add(response.body());
        }
        assertThat(files.get(0)).isEqualTo(files.get(1)).isNotEmpty();
    }

    @Test
    void exportedModel_isTheOneThatIsServed_andCanBeImported() throws Exception {
        HttpResponse<byte[]> json = CLIENT.send(
                HttpRequest.newBuilder(URI.create(first.api.url() + "/models/model-1/export?format=json"))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        Snapshot snapshot = Snapshot.read(json.body());
        assertThat(snapshot.isIntact()).isTrue();
        assertThat(snapshot.fingerprint())
                .isEqualTo(
                        json(get(first, "/models/model-1")).path("fingerprint").asText());
        assertThat(snapshot.source().partition()).isBetween(0, 3);
        assertThat(snapshot.source().offset()).isEqualTo(snapshot.model().lastOffset());
        HttpResponse<byte[]> file = CLIENT.send(
                HttpRequest.newBuilder(URI.create(second.api.url() + "/models/model-1/export"))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        Imported imported = SafetensorsModel.read(file.body(), snapshot);
        assertThat(imported.extent()).isEqualTo(Imported.Extent.AS_EXPORTED);
        assertThat(imported.snapshot().fingerprint()).isEqualTo(snapshot.fingerprint());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | /nowhere | | 404 | there is no /nowhere",
                "GET | /models/unknown | | 404 | none named unknown",
                "POST | /models//predict | {} | 400 | key must be a model's name",
                "GET | /models?limit=0 | | 400 | limit must be from 1 to 1000; got 0",
                "GET | /models/model-1/predict | | 405 | method must be POST",
                "POST | /models/model-1/export | {} | 405 | method must be GET here; got POST",
                "GET | /models/unknown/export | | 404 | none named unknown",
                "GET | /models/model-1/export?format=pickle | | 400 | format must be one of safetensors, onnx, json; got pickle",
                "DELETE | /models/model-1 | | 405 | method must be GET here; got DELETE",
                "POST | /models/unknown/predict | {} | 404 | none named unknown",
                "POST | /models/model-1/predict | hello | 400 | value must be a JSON object",
                "POST | /models/model-1/predict | {\"features\":[1]} | 400 | features must have 2 numbers",
                "POST | /models/model-1/predict | {\"features\":[0,1],\"label\":1} | 400 | label must not be there",
            })
    void wrongRequest_isRefused_inOneLine(String method, String path, String body, int status, String line)
            throws Exception {
        HttpResponse<String> response = CLIENT.send(
                HttpRequest.newBuilder(URI.create(first.api.url() + path))
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body()).contains(line).hasLineCount(1);
    }

    @Test
    void aModelNamedPredict_isReachable() throws Exception {
        for (String path : List.of("/models/predict", "/models/a%2Fpredict")) {
            for (Instance instance : List.of(first, second)) {
                assertThat(json(get(instance, path)).path("version").asInt()).isEqualTo(SAMPLES);
                assertThat(json(post(instance, path + "/predict", "{\"features\":[0,1]}"))
                                .path("prediction"))
                        .hasSize(1);
            }
        }
        assertThat(post(first, "/models/predict", "{\"features\":[0,1]}").statusCode())
                .isEqualTo(405);
    }

    private static List<CompletableFuture<HttpResponse<String>>> askForModels(Instance instance, int times) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(instance.api.url() + "/models"))
                .build();
        return IntStream.range(0, times)
                .mapToObj(i -> CLIENT.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
                .toList();
    }

    /** Each must ask the other one, with as many requests as would occupy all threads if threads waited. */
    @Test
    void instancesThatAskEachOther_doNotStandStill() {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>(askForModels(first, 40));
        answers.addAll(askForModels(second, 40));
        assertThat(answers).allSatisfy(answer -> {
            HttpResponse<String> response = answer.join();
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        });
    }

    @Test
    void fortyClientsThatWaitForAnInstanceThatStandsStill_doNotDelayProbes() throws Exception {
        LearnerMetrics metrics = new LearnerMetrics(settings("still"));
        // The kernel accepts for it; nobody answers.
        try (ServerSocket still = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
                LearnerApp app = LearnerApp.start(
                        settings("still", "with-a-still-one"),
                        line -> {},
                        metrics,
                        metrics,
                        "localhost:" + still.getLocalPort())) {
            awaitModels(app);
            answerThoughOneStandsStill(still);
            assertThat(app.hasStopped()).isFalse();
        } finally {
            metrics.close();
        }
    }

    private static void awaitModels(LearnerApp app) {
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(
                        () -> assertThatCode(() -> app.models().names("", 1)).doesNotThrowAnyException());
    }

    /**
     * The one that is asked joins last, so it is given partitions only in the second of the two rebalances that this
     * takes, after the other one has let them go in the first. Once it can read their models, the group is at rest. The
     * one that was there first can read its own between the two, and then again not.
     */
    private void answerThoughOneStandsStill(ServerSocket still) throws Exception {
        try (Instance moving = new Instance(settings("moving", "with-a-still-one"))) {
            awaitModels(moving.app);
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() ->
                            assertThat(get(moving, "/readyz").statusCode()).isEqualTo(200));
            assertThat(moving.app.models().others()).containsExactly("localhost:" + still.getLocalPort());
            List<CompletableFuture<HttpResponse<String>>> answers = askForModels(moving, 40);
            try (Socket asked = still.accept()) {
                assertThat(asked.isConnected()).isTrue();
                for (int i = 0; i < 5; i++) {
                    for (String path : List.of("/healthz", "/readyz", "/metrics")) {
                        HttpRequest probe = HttpRequest.newBuilder(URI.create(moving.api.url() + path))
                                .timeout(HangingClientsTest.PROBE_TIMEOUT)
                                .build();
                        assertThat(CLIENT.send(probe, HttpResponse.BodyHandlers.discarding())
                                        .statusCode())
                                .isEqualTo(200);
                    }
                }
            }
            assertThat(answers).allSatisfy(answer -> {
                HttpResponse<String> response = answer.join();
                assertThat(response.statusCode()).isEqualTo(502);
                assertThat(response.body())
                        .contains("localhost:" + still.getLocalPort())
                        .hasLineCount(1);
            });
        }
    }

    private Settings shops(String instance) {
        return Settings.of(Map.ofEntries(
                Map.entry("bootstrap.servers", broker.bootstrapServers()),
                Map.entry("application.id", "shops"),
                Map.entry("instance.id", instance),
                Map.entry("http.port", "0"),
                Map.entry("samples.topic", "purchases"),
                Map.entry("predictions.topic", "answers"),
                Map.entry("snapshots.topic", "models-of-shops"),
                Map.entry("dead.letters.topic", "purchases-not-used"),
                Map.entry("control.topic", "commands-of-shops"),
                Map.entry("events.topic", "events-of-shops"),
                Map.entry("model", "shop.name"),
                Map.entry("features", "amount,country:category(3)"),
                Map.entry("label", "fraud"),
                Map.entry("label.classes", "no,yes"),
                Map.entry("layers", "*,2,*")));
    }

    /** Where the key says nothing, nobody knows which instance has a model: all are asked. */
    @Test
    void modelNamedByAField_isFoundWhereverItIs_andPredictsRecordsAsTheyAre() throws Exception {
        Topics.create(shops("any"), 2, Optional.of((short) 1), line -> {});
        try (Instance one = new Instance(shops("one"));
                Instance other = new Instance(shops("other"));
                Producer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            List<String> shops = List.of("north", "south");
            for (int partition = 0; partition < 2; partition++) {
                String record = "{\"amount\":0.5,\"country\":\"DE\",\"fraud\":\"no\",\"shop\":{\"name\":\""
                        + shops.get(partition) + "\"}}";
                producer.send(new ProducerRecord<>(
                                "purchases", partition, null, record.getBytes(StandardCharsets.UTF_8)))
                        .get();
            }
            await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
                for (Instance asked : List.of(one, other)) {
                    for (String shop : shops) {
                        HttpResponse<String> model = get(asked, "/models/" + shop);
                        assertThat(model.statusCode()).as(model.body()).isEqualTo(200);
                        assertThat(json(model).path("samples").asInt()).isEqualTo(1);
                        assertThat(model.body())
                                .contains("\"inputs\":[\"amount\",\"country=DE\",\"country#1\",\"country=other\"]")
                                .contains("\"classes\":[\"no\",\"yes\"]");
                    }
                }
                // Each has one of them.
                assertThat(one.app.models().names("", 10)).hasSize(1);
            });
            HttpResponse<String> prediction = post(one, "/models/south/predict", "{\"amount\":1,\"country\":\"FR\"}");
            assertThat(prediction.statusCode()).as(prediction.body()).isEqualTo(200);
            assertThat(json(prediction).path("class").textValue()).isIn("no", "yes");
            HttpResponse<String> bad = post(other, "/models/south/predict", "{\"amount\":\"x\",\"country\":\"FR\"}");
            assertThat(bad.statusCode()).isEqualTo(400);
            assertThat(bad.body()).contains("amount must be a number; got \"x\"");
            assertThat(get(one, "/models/nowhere").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void hugeBody_isRefused() throws Exception {
        HttpResponse<String> response = post(first, "/models/model-1/predict", "x".repeat(10_001));
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).contains("at most 10000 bytes (max.record.bytes)");
    }

    @Test
    void takenPort_isRefused_withTheSettingToChange() {
        Map<String, String> given = new HashMap<>(Map.of("http.port", Integer.toString(first.api.port())));
        assertThatThrownBy(() -> HttpApi.start(Settings.of(given), first.metrics))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("http.port " + first.api.port() + " must be free")
                .hasMessageContaining("set another http.port, 0 for any, or -1 for none");
    }

    @Test
    void beforeTheLearner_itIsLive_andNotReady() throws Exception {
        LearnerMetrics metrics = new LearnerMetrics(settings("early"));
        try (HttpApi early = HttpApi.start(settings("early"), metrics)) {
            for (Map.Entry<String, Integer> path :
                    Map.of("/healthz", 200, "/readyz", 503, "/models", 503).entrySet()) {
                assertThat(CLIENT.send(
                                        HttpRequest.newBuilder(URI.create(early.url() + path.getKey()))
                                                .build(),
                                        HttpResponse.BodyHandlers.ofString())
                                .statusCode())
                        .isEqualTo(path.getValue());
            }
        } finally {
            metrics.close();
        }
    }

    private static Set<String> families(String scrape) {
        Matcher matcher = Pattern.compile("(?m)^# TYPE (\\S+) ").matcher(scrape);
        Set<String> names = new TreeSet<>();
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    @Test
    void events_areThoseOfTheModel_fromAnyInstance() throws Exception {
        for (Instance instance : List.of(first, second)) {
            JsonNode events = json(get(instance, path(0) + "/events"));
            assertThat(events).hasSize(1);
            assertThat(events.get(0).path("event").asText()).isEqualTo("created");
            assertThat(events.get(0).path("model").asText()).isEqualTo(NAMES.get(0));
            assertThat(json(get(instance, "/models/nobody/events?limit=1"))
                            .get(0)
                            .path("event")
                            .asText())
                    .isEqualTo("refused");
        }
        JsonNode model = json(get(first, path(0)));
        assertThat(model.path("frozen").isBoolean()).isTrue();
        assertThat(model.path("controls").asInt()).isZero();
        assertThat(get(first, path(0) + "/events?limit=0").statusCode()).isEqualTo(400);
        assertThat(post(first, path(0) + "/events", "{}").statusCode()).isEqualTo(405);
    }

    @Test
    void metrics_areThoseOfTheirPage_andTrue() throws Exception {
        HttpResponse<String> response = get(first, "/metrics");
        assertThat(response.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        String scrapes = response.body() + get(second, "/metrics").body();
        Set<String> ours = families(scrapes).stream()
                .filter(name -> name.startsWith("streamgrad_") && !name.endsWith("_max"))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> documented = new TreeSet<>();
        Matcher rows = Pattern.compile("(?m)^\\| `(streamgrad_[a-z_]+)` \\|").matcher(Documentation.page("metrics.md"));
        while (rows.find()) {
            documented.add(rows.group(1));
        }
        assertThat(ours).isEqualTo(documented);
        assertThat(sum(scrapes, "streamgrad_trained_total")).isGreaterThanOrEqualTo(SAMPLES * MODELS);
        assertThat(sum(scrapes, "streamgrad_models")).isEqualTo(MODELS);
        assertThat(sum(scrapes, "streamgrad_state_bytes")).isGreaterThan(MODELS * 17.0 * 8.0);
        assertThat(sum(scrapes, "streamgrad_loss_count")).isEqualTo(sum(scrapes, "streamgrad_trained_total"));
    }

    private static double sum(String scrape, String name) {
        return Pattern.compile("(?m)^" + name + "(\\{[^}]*\\})? (\\S+)$")
                .matcher(scrape)
                .results()
                .mapToDouble(match -> Double.parseDouble(match.group(2)))
                .sum();
    }

    /**
     * Garbage, half requests and clients that never finish: the learner learns on, and HTTP answers. The last, because
     * it sends more samples.
     */
    @Test
    @Order(Integer.MAX_VALUE)
    void whateverComesIn_theLearnerLearnsOn() throws Exception {
        NumpyRandom random = new NumpyRandom(42);
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), first.api.port());
                open.add(socket);
                OutputStream out = socket.getOutputStream();
                try {
                    out.write(garbage(random, i));
                    out.flush();
                } catch (IOException hungUp) {
                    // As the server may, on a request like that.
                }
                if (i % 2 == 0) {
                    socket.close();
                }
            }
            double before = sum(get(second, "/metrics").body(), "streamgrad_trained_total");
            send(50, 99);
            await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
                double now = sum(get(second, "/metrics").body(), "streamgrad_trained_total");
                assertThat(now).isGreaterThan(before);
                assertThat(first.app.hasStopped()).isFalse();
            });
            await().atMost(Duration.ofMinutes(1))
                    .ignoreExceptions()
                    .untilAsserted(() ->
                            assertThat(get(first, "/healthz").statusCode()).isEqualTo(200));
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    private static byte[] garbage(NumpyRandom random, int i) {
        byte[] bytes = new byte[random.nextInt(400)];
        for (int b = 0; b < bytes.length; b++) {
            bytes[b] = (byte) random.nextInt(256);
        }
        String text =
                switch (i % 6) {
                    case 0 -> new String(bytes, StandardCharsets.ISO_8859_1);
                    case 1 -> "GET /models/" + new String(bytes, StandardCharsets.ISO_8859_1) + " HTTP/1.1\r\n\r\n";
                    case 2 -> "POST /models/model-1/predict HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n{";
                    case 3 -> "POST /models/model-1/predict HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n";
                    case 4 -> "GET /metrics HTTP/1.1\r\nX: " + "y".repeat(2000);
                    default -> "GET /models?limit=-1&after=%zz HTTP/1.1\r\nHost: \r\n\r\n";
                };
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
