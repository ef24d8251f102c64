package dev.streamgrad.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.metrics.LearnerMetrics;
import dev.streamgrad.settings.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Probes and metrics while other clients hang. */
class HangingClientsTest {
    /** When the liveness probe of the manifests gives up; the server gives up on a slow client only later. */
    static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);

    private static final int PROBES = 10;

    private LearnerMetrics metrics;
    private HttpApi server;

    @BeforeEach
    void start() throws Exception {
        Settings settings = Settings.of(Map.of("http.port", "0"));
        metrics = new LearnerMetrics(settings);
        server = HttpApi.start(settings, metrics);
    }

    @AfterEach
    void stop() {
        server.close();
        metrics.close();
    }

    private void assertProbesAndMetricsAreAnswered(HangingClients beside, int count)
            throws IOException, InterruptedException {
        assertThat(beside.count()).isEqualTo(count);
        for (int i = 0; i < PROBES; i++) {
            // Another client each time, so that every one needs a connection of its own, as a probe does.
            HttpClient client = HttpClient.newHttpClient();
            assertThat(status(client, "/healthz")).isEqualTo(200);
            assertThat(status(client, "/readyz"))
                    .as("not ready without a learner")
                    .isEqualTo(503);
            assertThat(status(client, "/metrics")).isEqualTo(200);
        }
    }

    private int status(HttpClient client, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + path))
                .timeout(PROBE_TIMEOUT)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    @Test
    void fourClientsWithoutTheirBody_doNotDelayProbes() throws Exception {
        String noBody = "POST /models/xor/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n";
        try (HangingClients clients = new HangingClients(server.port(), 4, noBody)) {
            assertProbesAndMetricsAreAnswered(clients, 4);
            assertThat(clients.connected()).as("they are waited for meanwhile").isEqualTo(4);
        }
    }

    @Test
    void fiveHundredClientsWithoutTheirBody_doNotDelayProbes() throws Exception {
        String noBody = "POST /models/xor/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n";
        try (HangingClients clients = new HangingClients(server.port(), 500, noBody)) {
            assertProbesAndMetricsAreAnswered(clients, 500);
        }
    }

    @Test
    void fiveHundredProbesWithoutTheirBody_doNotDelayProbes() throws Exception {
        String noBody = "GET /healthz HTTP/1.1\r\nContent-Length: 10\r\n\r\n";
        try (HangingClients clients = new HangingClients(server.port(), 500, noBody)) {
            assertProbesAndMetricsAreAnswered(clients, 500);
        }
    }

    @Test
    void fiveHundredClientsWithSlowHeaders_doNotDelayProbes() throws Exception {
        try (HangingClients clients = new HangingClients(server.port(), 500, "GET /healthz HTTP/1.1\r\nX: ")) {
            assertProbesAndMetricsAreAnswered(clients, 500);
        }
    }

    @Test
    void aFewClientsWithSlowHeaders_keepTheirConnections() throws Exception {
        try (HangingClients clients = new HangingClients(server.port(), 40, "GET /healthz HTTP/1.1\r\nX: ")) {
            assertProbesAndMetricsAreAnswered(clients, 40);
            assertThat(clients.connected()).isEqualTo(40);
        }
    }

    @Test
    void aThousandIdleConnections_doNotDelayProbes() throws Exception {
        try (HangingClients clients = new HangingClients(server.port(), 1_000, "")) {
            assertProbesAndMetricsAreAnswered(clients, 1_000);
            assertThat(clients.connected()).as("there is room for them").isEqualTo(1_000);
        }
    }

    @Test
    void clientsThatReadNoAnswers_doNotDelayProbes() throws Exception {
        String manyScrapes = "GET /metrics HTTP/1.1\r\n\r\n".repeat(1_000);
        try (HangingClients clients = new HangingClients(server.port(), 40, manyScrapes)) {
            assertProbesAndMetricsAreAnswered(clients, 40);
        }
    }
}
