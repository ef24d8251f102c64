package dev.streamgrad.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.metrics.LearnerMetrics;
import dev.streamgrad.settings.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where requests go, byte for byte, before there is a learner: what there is of models is then a 503. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RouterTest {
    private LearnerMetrics metrics;
    private HttpApi api;

    @BeforeAll
    void start() throws Exception {
        Settings settings = Settings.of(Map.of(
                "http.port", "0",
                "http.advertised", "Learner-1.example:8080",
                "http.hosts", "streamgrad, models.example.com",
                "max.record.bytes", Integer.toString(Integer.MAX_VALUE)));
        metrics = new LearnerMetrics(settings);
        api = HttpApi.start(settings, metrics);
    }

    @AfterAll
    void stop() {
        api.close();
        metrics.close();
    }

    /** The whole answer to these bytes. */
    private String answer(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String answer(String methodAndPath, String host) throws IOException {
        return answer(methodAndPath + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    }

    private static int status(String answer) {
        assertThat(answer).startsWith("HTTP/1.1 ");
        return Integer.parseInt(answer.split(" ", 3)[1]);
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /models/predict | 503 | the learner has not started yet",
                "GET /models/predict/ | 404 | there is no /models/predict/",
                "POST /models/predict | 405 | method must be GET here; got POST",
                "POST /models/predict/predict | 503 | the learner has not started yet",
                "GET /models/predict/predict | 405 | method must be POST here; got GET",
                "POST /models//predict | 400 | key must be a model's name",
                "GET /models/a%2Fb | 503 | the learner has not started yet",
                "POST /models/a%2Fb/predict | 503 | the learner has not started yet",
                "GET /models/a/b | 404 | a slash in a NAME is %2F",
                "GET /models/ | 503 | the learner has not started yet",
                "POST /models | 405 | method must be GET here; got POST",
                "POST /healthz | 405 | method must be GET here; got POST",
                "GET /healthz | 200 | live",
                "GET /readyz | 503 | not ready: waiting for a broker",
                "GET / | 200 | /metrics /healthz",
                "GET /healthz/ | 404 | there is no /healthz/",
            })
    void everyRequest_goesWhereItsPathSays(String methodAndPath, int status, String line) throws IOException {
        String answer = answer(methodAndPath, "localhost");
        assertThat(status(answer)).as(answer).isEqualTo(status);
        assertThat(body(answer)).contains(line).hasLineCount(1);
    }

    @Test
    void head_hasNoBody() throws IOException {
        String answer = answer("HEAD /healthz", "localhost");
        assertThat(status(answer)).isEqualTo(200);
        assertThat(body(answer)).isEmpty();
    }

    @Test
    void theLargestLimit_letsBodiesThrough() throws IOException {
        String answer = answer("POST /models/xor/predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Length: 18\r\n\r\n{\"features\":[0,1]}");
        assertThat(status(answer)).as(answer).isEqualTo(503);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:8080",
                "LocalHost.:1",
                "127.0.0.1",
                "10.1.2.3:30080",
                "[::1]",
                "[::1]:8080",
                "[fe80::1%25eth0]:8080",
                "learner-1.example",
                "LEARNER-1.EXAMPLE.:80",
                "streamgrad:8080",
                "models.example.com"
            })
    void addressesAndKnownNames_areAnswered(String host) throws IOException {
        assertThat(status(answer("GET /", host))).isEqualTo(200);
        assertThat(status(answer("GET /models", host))).isEqualTo(503);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8080",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "127.0.0.1.nip.io:8080",
                "user@localhost",
                "learner-1",
                "learner-1.example.evil.example",
                "example.com",
                "[evil.example]",
                "::1",
                "localhost:8080:8080",
                "localhost:evil",
                ".",
                ""
            })
    void foreignNames_areRefused_butForProbesAndMetrics(String host) throws IOException {
        for (String path : new String[] {"GET /", "GET /models", "GET /models/xor", "POST /models/xor/predict"}) {
            String answer = answer(path, host);
            assertThat(status(answer)).as(answer).isEqualTo(403);
            assertThat(body(answer))
                    .hasLineCount(1)
                    .contains("Host must be an IP address or one of learner-1.example, localhost, models.example.com")
                    .contains("add its name to the setting http.hosts");
        }
        assertThat(status(answer("GET /healthz", host))).isEqualTo(200);
        assertThat(status(answer("GET /readyz", host))).isEqualTo(503);
        assertThat(status(answer("GET /metrics", host))).isEqualTo(200);
    }

    @Test
    void noHost_orSeveral_areRefused_butForProbes() throws IOException {
        assertThat(answer("GET /models HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("Host must be given once; got it 0 times");
        assertThat(answer("GET /models HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("Host must be given once; got it 2 times");
        assertThat(answer("GET /healthz HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200");
    }
}
