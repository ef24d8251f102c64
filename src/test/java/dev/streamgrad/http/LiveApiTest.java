package dev.streamgrad.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.streamgrad.app.LearnerApp;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.cluster.Topics;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.metrics.LearnerMetrics;
import dev.streamgrad.settings.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What live pages ask for, over HTTP, while a learner on an embedded broker learns. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LiveApiTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final SampleSource source = Dataset.XOR.samples(1);
    private EmbeddedBroker broker;
    private LearnerMetrics metrics;
    private HttpApi api;
    private LearnerApp app;
    private Producer<String, byte[]> producer;

    @BeforeAll
    void start() throws Exception {
        broker = EmbeddedBroker.start(0, Optional.empty());
        Settings settings = Settings.of(Map.of(
                "bootstrap.servers", broker.bootstrapServers(),
                "http.port", "0",
                "learning.rate", "0.5",
                "models.large.layers", "2,5000,200,1",
                "models.line.output.activation", "identity"));
        Topics.create(settings, 1, Optional.of((short) 1), line -> {});
        metrics = new LearnerMetrics(settings);
        api = HttpApi.start(settings, metrics);
        app = LearnerApp.start(settings, line -> {}, metrics, metrics, settings.httpAdvertised(api.port()));
        metrics.bind(app);
        api.serve(app);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new StringSerializer(),
                new ByteArraySerializer());
        send("xor", 100);
        send("line", 10);
        send("large", 1);
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            assertThat(get("/live/models/xor").statusCode()).isEqualTo(200);
            assertThat(get("/live/models/line").statusCode()).isEqualTo(200);
            assertThat(get("/live/models/large").statusCode()).isEqualTo(200);
        });
    }

    @AfterAll
    void stop() {
        producer.close();
        app.close();
        api.close();
        metrics.close();
        broker.close();
    }

    private void send(String model, int samples) {
        for (int i = 0; i < samples; i++) {
            var unused = producer.send(
                    new ProducerRecord<>("samples", model, source.next().toJson()));
        }
        producer.flush();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(api.url() + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(api.url() + path)).POST(HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        return MAPPER.readTree(response.body());
    }

    /** The next frame that shows samples, while more of them are learned. */
    private JsonNode frameWithSamples(String model) {
        long[] seq = {0};
        return await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(100))
                .until(
                        () -> {
                            send(model, 20);
                            HttpResponse<String> response =
                                    get("/live/models/" + model + "/frame?page=test&after=" + seq[0]);
                            if (response.statusCode() == 204) {
                                assertThat(response.body()).isEmpty();
                                return MAPPER.createObjectNode();
                            }
                            JsonNode frame = json(response);
                            assertThat(frame.path("seq").asLong()).isGreaterThan(seq[0]);
                            seq[0] = frame.path("seq").asLong();
                            return frame;
                        },
                        frame -> frame.path("recent").path("label").size() > 0);
    }

    @Test
    void frames_showTheCommittedModel_andTheSamplesSinceTheLastFrame() throws Exception {
        JsonNode frame = frameWithSamples("xor");
        assertThat(frame.path("format").asInt()).isEqualTo(1);
        assertThat(frame.path("model").asText()).isEqualTo("xor");
        assertThat(frame.path("next").asInt()).isGreaterThanOrEqualTo(100);
        assertThat(frame.path("samples").asLong())
                .isEqualTo(frame.path("version").asLong());
        assertThat(frame.path("source").path("partition").asInt(-1)).isZero();
        assertThat(frame.path("window").path("accuracy").asDouble()).isBetween(0.0, 1.0);
        assertThat(frame.path("weights").get(0)).hasSize(2);
        assertThat(frame.path("weights").get(0).get(0)).hasSize(4);
        assertThat(frame.path("biases").get(1)).hasSize(1);
        JsonNode recent = frame.path("recent");
        int samples = recent.path("label").size();
        assertThat(samples).isBetween(1, 64);
        for (int i = 0; i < samples; i++) {
            JsonNode features = recent.path("features").get(i);
            double prediction = recent.path("prediction").get(i).get(0).asDouble();
            double label = recent.path("label").get(i).get(0).asDouble();
            assertThat(label)
                    .isEqualTo(features.get(0).asInt() ^ features.get(1).asInt());
            assertThat(recent.path("loss").get(i).asDouble())
                    .isCloseTo((prediction - label) * (prediction - label), within(1e-15));
        }
        assertThat(frame.path("layers")).hasSize(2).allSatisfy(layer -> {
            assertThat(layer.path("update").isNumber()).isTrue();
            assertThat(layer.path("gradient").asDouble()).isPositive();
            assertThat(layer.path("dead").asDouble()).isZero();
            assertThat(layer.path("saturated").asDouble()).isBetween(0.0, 1.0);
        });
    }

    @Test
    void regression_hasErrorsInsteadOfAccuracy() throws Exception {
        JsonNode window = frameWithSamples("line").path("window");
        assertThat(window.path("mae").isNumber()).isTrue();
        assertThat(window.path("baselineMae").isNumber()).isTrue();
        assertThat(window.has("r2")).isTrue();
        assertThat(window.has("accuracy")).isFalse();
    }

    @Test
    void aMillionParameters_areHistograms_in16KBAtMost() throws Exception {
        HttpResponse<String> response = get("/live/models/large/frame?page=test");
        JsonNode frame = json(response);
        assertThat(response.body().length()).isLessThan(16 * 1024);
        assertThat(frame.has("weights")).isFalse();
        JsonNode counts = frame.path("histograms").get(1).path("counts");
        assertThat(counts).hasSize(32);
        int sum = 0;
        for (JsonNode count : counts) {
            sum += count.asInt();
        }
        assertThat(sum).isEqualTo(1_000_000);
        assertThat(json(get("/live/models/large")).path("canStep").asBoolean()).isFalse();
        assertThat(get("/live/models/large/step").statusCode()).isEqualTo(422);
    }

    @Test
    void theLastStep_isShownInItsNumbers_andTheyAgreeWithEachOther() throws Exception {
        var unused = frameWithSamples("xor");
        JsonNode step = json(get("/live/models/xor/step"));
        assertThat(step.path("real").asBoolean()).isTrue();
        assertThat(step.path("trained").asBoolean()).isTrue();
        assertThat(step.path("source").path("offset").isNumber()).isTrue();
        double rate = step.path("learningRate").asDouble();
        assertThat(rate).isEqualTo(0.5);
        JsonNode output = step.path("layers").get(1);
        double y = output.path("outputs").get(0).asDouble();
        double label = step.path("label").get(0).asDouble();
        // By hand: the mean squared error of a sigmoid.
        double delta = 2 * (y - label) * y * (1 - y);
        assertThat(output.path("delta").get(0).asDouble()).isCloseTo(delta, within(1e-15));
        for (int i = 0; i < 4; i++) {
            double hidden = output.path("inputs").get(i).asDouble();
            double weight = output.path("weights").get(i).get(0).asDouble();
            assertThat(output.path("weightGradient").get(i).get(0).asDouble()).isCloseTo(hidden * delta, within(1e-15));
            assertThat(output.path("newWeights").get(i).get(0).asDouble())
                    .isCloseTo(weight - rate * hidden * delta, within(1e-15));
        }
    }

    @Test
    void anySample_isAStepThatIsOnlyTried() throws Exception {
        String before = get("/models/line").body();
        JsonNode step = json(post(
                "/live/models/line/step",
                "{\"features\":[1,0.5],\"label\":[1]}",
                "Content-Type",
                "application/json; charset=utf-8",
                "Origin",
                api.url()));
        assertThat(step.path("real").asBoolean(true)).isFalse();
        assertThat(step.path("features").toString()).isEqualTo("[1,0.5]");
        assertThat(MAPPER.readTree(before).path("version")).isEqualTo(step.path("version"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "text/plain | - | {\"features\":[0,1],\"label\":1} | 415 | Content-Type must be application/json here; got text/plain",
                "application/json | http://evil.example | {\"features\":[0,1],\"label\":1} | 403 | Origin must be this server's own",
                "application/json | null | {\"features\":[0,1],\"label\":1} | 403 | Origin must be this server's own",
                "application/json | - | {\"features\":[0,1]} | 400 | label must be there",
                "application/json | - | {\"features\":[0],\"label\":1} | 400 | features must have 2 numbers",
            })
    void aStepOfAForeignPage_orOfNoSample_isRefused(String type, String origin, String body, int status, String line)
            throws Exception {
        HttpResponse<String> response = origin == null
                ? post("/live/models/xor/step", body, "Content-Type", type)
                : post("/live/models/xor/step", body, "Content-Type", type, "Origin", origin);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.body()).contains(line).hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/live/models/nobody | 404 | none named nobody",
                "/live/models/nobody/frame | 404 | none named nobody",
                "/live/models/nobody/step | 404 | none named nobody",
                "/live/models/xor/frame?after=-1 | 400 | after must be the seq of a frame, or 0; got -1",
                "/live/models?limit=0 | 400 | limit must be from 1 to 1000; got 0",
                "/live/models/xor/nothing | 404 | there is no /live/models/xor/nothing",
            })
    void wrongRequest_isRefused_inOneLine(String path, int status, String line) throws Exception {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.body()).contains(line).hasLineCount(1);
    }

    @Test
    void models_areListedWithHowWellTheyDo_andDescribed() throws Exception {
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(json(get("/live/models")).path("models"))
                        .extracting(model -> model.path("name").asText())
                        .containsExactly("large", "line", "xor"));
        JsonNode line = json(get("/live/models")).path("models").get(1);
        assertThat(line.path("accuracy").isNull()).isTrue();
        assertThat(line.path("mae").isNumber()).isTrue();
        JsonNode page = json(get("/live/models?limit=1&after=large"));
        assertThat(page.path("models").get(0).path("name").asText()).isEqualTo("line");
        assertThat(page.path("more").asBoolean()).isTrue();
        JsonNode xor = json(get("/live/models/xor"));
        assertThat(xor.path("layers").toString()).isEqualTo("[2,4,1]");
        assertThat(xor.path("task").asText()).isEqualTo("binary");
        assertThat(xor.path("features").toString()).isEqualTo("[\"x1\",\"x2\"]");
        assertThat(xor.path("parameters").asInt()).isEqualTo(17);
        assertThat(xor.path("settings").path("learning.rate").asText()).isEqualTo("0.5");
        assertThat(xor.path("canStep").asBoolean()).isTrue();
    }

    @Test
    void health_saysHowTheLearnerDoes() throws Exception {
        JsonNode health = json(get("/live/health"));
        assertThat(health.path("state").asText()).isEqualTo("RUNNING");
        assertThat(health.path("processed").asLong()).isPositive();
        assertThat(health.path("endToEnd").path("p99").asDouble())
                .isGreaterThanOrEqualTo(health.path("endToEnd").path("p50").asDouble());
        assertThat(health.path("deadLetters").asInt(-1)).isZero();
        assertThat(health.path("rebalances").asInt()).isPositive();
    }
}
