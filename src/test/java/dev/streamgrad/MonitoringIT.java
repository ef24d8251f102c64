package dev.streamgrad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.streamgrad.app.LearnerApp;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.cluster.Topics;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.http.HttpApi;
import dev.streamgrad.metrics.LearnerMetrics;
import dev.streamgrad.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.junit.jupiter.Testcontainers;

/** What the dashboards and alerts ask, asked of a real Prometheus that scrapes a learner with three models. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Testcontainers(disabledWithoutDocker = true)
class MonitoringIT {
    private static final Path GRAFANA = Path.of("grafana");
    private static final String RULES = "alerts/streamgrad.rules.yml";
    private static final String HOST = "host.docker.internal";
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int LARGEST_SCRAPE_BYTES = 60_000;
    private static final int MOST_SERIES = 400;
    /** What Grafana would put in: four times the interval of the scrapes, or more. */
    private static final Map<String, String> VARIABLES =
            Map.of("$job", ".+", "$instance", ".+", "$model", ".+", "$__rate_interval", "10s");

    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.+), (\\w+)\\)");

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper YAML = new YAMLMapper();

    /** Closed in the opposite order. */
    private final List<AutoCloseable> open = new ArrayList<>();

    private int metricsPort;
    private String prometheus = "";
    private String bootstrapServers = "";

    @BeforeAll
    void start() throws Exception {
        EmbeddedBroker broker = EmbeddedBroker.start(0, Optional.empty());
        open.add(broker);
        bootstrapServers = broker.bootstrapServers();
        Map<String, String> given = new TreeMap<>(Map.of(
                "bootstrap.servers", bootstrapServers,
                "application.id", "monitored",
                // Prometheus comes from another network namespace.
                "http.host", "0.0.0.0",
                "http.port", "0",
                "snapshot.every", "50",
                "models.line.layers", "1,1",
                "models.line.learning.rate", "0.01",
                "models.line.output.activation", "identity",
                "models.line.drift.detector", "page-hinkley"));
        given.putAll(Map.of(
                "models.wild.layers", "1,1",
                "models.wild.learning.rate", "0.01",
                "models.wild.output.activation", "identity",
                "models.wild.clip.gradient.norm", "1"));
        Settings settings = Settings.of(given);
        Topics.create(settings, 1, Optional.of((short) 1), line -> {});
        startLearner(settings);
        startSamples();
        startCommands();
        startPrometheus();
        // Until there has been a collection there is no time of collections.
        System.gc();
    }

    private void startLearner(Settings settings) throws Exception {
        LearnerMetrics metrics = new LearnerMetrics(settings);
        open.add(metrics);
        HttpApi server = HttpApi.start(settings, metrics);
        open.add(server);
        LearnerApp app =
                LearnerApp.start(settings, line -> {}, metrics, metrics, settings.httpAdvertised(server.port()));
        open.add(app);
        metrics.bind(app);
        server.serve(app);
        metricsPort = server.port();
    }

    /** A classifier and a regression, with a request and a record that is no sample now and then. */
    private void startSamples() {
        Producer<String, byte[]> producer = producer();
        open.add(producer);
        SampleSource xor = Dataset.XOR.samples(1);
        SampleSource line = Dataset.LINE.samples(1);
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        open.add(() -> {
            clock.shutdownNow();
            assertThat(clock.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        });
        var unused = clock.scheduleAtFixedRate(
                () -> {
                    for (int i = 0; i < 20; i++) {
                        send(producer, "xor", xor.next().toJson());
                        byte[] onTheLine = line.next().toJson();
                        send(producer, "line", onTheLine);
                        send(producer, "wild", onTheLine);
                    }
                    send(producer, "xor", "{\"features\":[0,1]}".getBytes(StandardCharsets.UTF_8));
                    send(producer, "xor", "no sample".getBytes(StandardCharsets.UTF_8));
                },
                0,
                100,
                TimeUnit.MILLISECONDS);
    }

    /** Other learning rates all the while, so that there is always a decision to see. */
    private void startCommands() {
        Producer<String, byte[]> producer = producer();
        open.add(producer);
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        open.add(() -> {
            clock.shutdownNow();
            assertThat(clock.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        });
        AtomicInteger sent = new AtomicInteger();
        var unused = clock.scheduleAtFixedRate(
                () -> {
                    String command = "{\"command\":\"set\",\"settings\":{\"learning.rate\":\"0.3"
                            + sent.incrementAndGet() % 2 + "\"}}";
                    var unusedToo = producer.send(
                            new ProducerRecord<>("control", "xor", command.getBytes(StandardCharsets.UTF_8)));
                },
                5,
                5,
                TimeUnit.SECONDS);
    }

    private Producer<String, byte[]> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringSerializer(), new ByteArraySerializer());
    }

    private static void send(Producer<String, byte[]> producer, String model, byte[] value) {
        var unused = producer.send(new ProducerRecord<>("samples", model, value));
    }

    /** With the files that Compose gives it, but for the addresses and the intervals. */
    private void startPrometheus() throws IOException {
        String config = Files.readString(GRAFANA.resolve("prometheus/prometheus.yml"));
        String here = config.replaceAll("_interval: \\d+s", "_interval: 1s")
                .replace("learner:8080", HOST + ":" + metricsPort);
        assertThat(here).contains("scrape_interval: 1s", "evaluation_interval: 1s", HOST);
        String image = YAML.readTree(Path.of("docker-compose.yml").toFile())
                .at("/services/prometheus/image")
                .asText();
        GenericContainer<?> container = new GenericContainer<>(image)
                .withExtraHost(HOST, "host-gateway")
                .withCopyToContainer(Transferable.of(here), "/etc/prometheus/prometheus.yml")
                .withCopyToContainer(
                        Transferable.of(Files.readString(GRAFANA.resolve(RULES))),
                        "/etc/prometheus/rules/streamgrad.rules.yml")
                .withExposedPorts(9090)
                .waitingFor(Wait.forHttp("/-/ready"));
        open.add(container);
        container.start();
        prometheus = "http://" + container.getHost() + ":" + container.getMappedPort(9090);
        await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode target = prometheus("targets").at("/activeTargets/0");
            assertThat(target.path("health").asText()).as(target.toString()).isEqualTo("up");
        });
    }

    @AfterAll
    void stop() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void everyPanel_hasData() throws IOException {
        Map<String, String> queries = new TreeMap<>();
        for (JsonNode dashboard : dashboards()) {
            dashboard
                    .findParents("targets")
                    .forEach(panel -> panel.path("targets")
                            .forEach(target -> queries.put(
                                    dashboard.path("title").asText() + ": "
                                            + panel.path("title").asText() + ", "
                                            + target.path("refId").asText(),
                                    substituted(target.path("expr").asText()))));
            dashboard
                    .at("/annotations/list")
                    .forEach(annotation -> queries.put(
                            dashboard.path("title").asText() + ": "
                                    + annotation.path("name").asText(),
                            substituted(annotation.path("expr").asText())));
        }
        assertThat(queries).hasSizeGreaterThan(40);
        await().atMost(PATIENCE).untilAsserted(() -> {
            Map<String, String> empty = new TreeMap<>(queries);
            empty.values().removeIf(MonitoringIT.this::hasData);
            assertThat(empty).as("queries without data").isEmpty();
        });
    }

    @Test
    void instancesUp_isASentence() throws IOException {
        JsonNode up = JSON.readTree(
                        GRAFANA.resolve("dashboards/operations.json").toFile())
                .path("panels");
        String expression = StreamSupport.stream(up.spliterator(), false)
                .filter(panel -> panel.path("title").asText().equals("Instances up"))
                .map(panel -> panel.at("/targets/0/expr").asText())
                .findFirst()
                .orElseThrow();
        await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode result = query(substituted(expression));
            assertThat(result).hasSize(1);
            assertThat(result.at("/0/metric/of").asText()).isEqualTo("1 of 1");
            assertThat(result.at("/0/value/1").asText()).isEqualTo("1");
        });
    }

    /** One loss of 1e158, and the mean of those after it is what it was before. */
    @Test
    void afterAnAbsurdLoss_theMeanLossIsThatOfTheOrdinaryOnes() {
        String mean =
                "rate(streamgrad_loss_sum{model=\"wild\"}[10s]) / rate(streamgrad_loss_count{model=\"wild\"}[10s])";
        awaitBetween("increase(streamgrad_loss_count{model=\"wild\"}[10s])", 100, Double.MAX_VALUE);
        awaitBetween(mean, 1e-9, 10);
        try (Producer<String, byte[]> producer = producer()) {
            send(producer, "wild", "{\"features\":[1],\"label\":[1e79]}".getBytes(StandardCharsets.UTF_8));
        }
        awaitBetween("streamgrad_excessive_losses_total{model=\"wild\"}", 1, 1);
        // A rate over ten seconds in which there is nothing from before.
        double trained = number("streamgrad_trained_total{model=\"wild\"}");
        awaitBetween("streamgrad_trained_total{model=\"wild\"} offset 10s", trained, Double.MAX_VALUE);
        assertThat(number(mean)).isBetween(1e-9, 10.0);
        assertThat(number("streamgrad_loss_sum{model=\"wild\"}")).isLessThan(1e12);
    }

    private void awaitBetween(String expression, double least, double greatest) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(number(expression)).as(expression).isBetween(least, greatest));
    }

    /** The value of the only series; NaN if there is none. */
    private double number(String expression) {
        JsonNode result = query(expression);
        assertThat(result.size()).as(expression).isLessThan(2);
        return result.isEmpty() ? Double.NaN : result.at("/0/value/1").asDouble(Double.NaN);
    }

    @Test
    void everyVariable_hasValues() throws IOException {
        for (JsonNode dashboard : dashboards()) {
            for (JsonNode variable : dashboard.at("/templating/list")) {
                if (variable.path("type").asText().equals("query")) {
                    Matcher query = LABEL_VALUES.matcher(
                            substituted(variable.at("/query/query").asText()));
                    assertThat(query.matches()).as(variable.toString()).isTrue();
                    await().atMost(PATIENCE)
                            .untilAsserted(() -> assertThat(prometheus(
                                            "label/" + query.group(2) + "/values", "match[]", query.group(1)))
                                    .as(query.group())
                                    .isNotEmpty());
                }
            }
        }
    }

    @Test
    void everyRule_isLoaded_andEvaluated() throws IOException {
        List<JsonNode> written = YAML.readTree(GRAFANA.resolve(RULES).toFile()).findParents("alert");
        assertThat(written).isNotEmpty();
        for (JsonNode rule : written) {
            assertThat(query(rule.path("expr").asText()).isArray()).isTrue();
        }
        await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode loaded = prometheus("rules").at("/groups/0/rules");
            assertThat(loaded)
                    .hasSameSizeAs(written)
                    .allSatisfy(rule -> assertThat(rule.path("health").asText())
                            .as(rule.toString())
                            .isEqualTo("ok"));
        });
    }

    @Test
    void scrape_isSmall() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            String scrape = get("http://localhost:" + metricsPort + "/metrics");
            assertThat(scrape).contains("streamgrad_accuracy_ratio{model=\"xor\"}", "streamgrad_mae{model=\"line\"}");
            assertThat(scrape.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(LARGEST_SCRAPE_BYTES);
            assertThat(scrape.lines().filter(line -> !line.startsWith("#"))).hasSizeLessThan(MOST_SERIES);
        });
    }

    private static List<JsonNode> dashboards() throws IOException {
        try (Stream<Path> files = Files.list(GRAFANA.resolve("dashboards"))) {
            List<JsonNode> dashboards = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                dashboards.add(JSON.readTree(file.toFile()));
            }
            return dashboards;
        }
    }

    private static String substituted(String expression) {
        String result = expression;
        for (Map.Entry<String, String> variable : VARIABLES.entrySet()) {
            result = result.replace(variable.getKey(), variable.getValue());
        }
        assertThat(result).as("no other variables").doesNotContain("$");
        return result;
    }

    private boolean hasData(String expression) {
        return StreamSupport.stream(query(expression).spliterator(), false)
                .map(series -> series.at("/value/1").asText())
                .anyMatch(value -> !value.equals("NaN"));
    }

    private JsonNode query(String expression) {
        return prometheus("query", "query", expression).path("result");
    }

    /** The data of an answer of Prometheus. */
    private JsonNode prometheus(String path, String... parameter) {
        String query = parameter.length == 0
                ? ""
                : "?" + parameter[0] + "=" + URLEncoder.encode(parameter[1], StandardCharsets.UTF_8);
        try {
            JsonNode answer = JSON.readTree(get(prometheus + "/api/v1/" + path + query));
            assertThat(answer.path("status").asText())
                    .as("%s%s: %s", path, query, answer)
                    .isEqualTo("success");
            return answer.path("data");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String get(String uri) {
        try {
            URI encoded = URI.create(uri.replace("[", "%5B").replace("]", "%5D"));
            return CLIENT.send(HttpRequest.newBuilder(encoded).build(), BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
