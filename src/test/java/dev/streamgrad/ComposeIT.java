package dev.streamgrad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.junit.jupiter.Testcontainers;

/** docker-compose.yml as it is shipped, without Grafana: it starts, is watched by Prometheus, and learns. */
@Testcontainers(disabledWithoutDocker = true)
class ComposeIT {
    private static final File LOG = new File("target/compose.log");
    /** Of the last three scrapes. */
    private static final String MEAN_LOSS =
            "sum(rate(streamgrad_loss_sum[15s])) / (sum(rate(streamgrad_loss_count[15s])) > 0)";

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    @BeforeAll
    static void needsCompose() throws Exception {
        Files.deleteIfExists(LOG.toPath());
        assumeTrue(compose("version") == 0, "docker compose is needed");
    }

    @AfterEach
    void down() throws Exception {
        // For whoever looks for the cause of a failure.
        var unused = compose("logs", "--no-color", "--tail", "100");
        assertThat(compose("down", "--volumes")).as("see %s", LOG).isZero();
    }

    @Test
    void up_learnsXor_whilePrometheusWatches() throws Exception {
        assertThat(compose("up", "--build", "--detach", "kafka", "topics", "learner", "producer", "prometheus"))
                .as("see %s", LOG)
                .isZero();
        String prometheus = "http://" + output("port", "prometheus", "9090");
        await().ignoreExceptions()
                .atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(
                                json(prometheus + "/api/v1/targets").at("/data/activeTargets"))
                        .isNotEmpty()
                        .allSatisfy(target -> assertThat(target.path("health").asText())
                                .as(target.toString())
                                .isEqualTo("up")));
        double early = await().atMost(Duration.ofMinutes(1))
                .until(() -> meanLoss(prometheus), OptionalDouble::isPresent)
                .orElseThrow();
        await().atMost(Duration.ofMinutes(5))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(
                        () -> assertThat(meanLoss(prometheus).orElseThrow()).isLessThan(early / 2));
    }

    private static OptionalDouble meanLoss(String prometheus) throws Exception {
        String query = URLEncoder.encode(MEAN_LOSS, StandardCharsets.UTF_8);
        JsonNode result = json(prometheus + "/api/v1/query?query=" + query).at("/data/result");
        return result.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(result.at("/0/value/1").asDouble());
    }

    private static JsonNode json(String uri) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(uri)).build();
        return JSON.readTree(CLIENT.send(request, BodyHandlers.ofString()).body());
    }

    private static int compose(String... arguments) throws Exception {
        return command(arguments)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(LOG))
                .start()
                .waitFor();
    }

    private static String output(String... arguments) throws Exception {
        Process process = command(arguments)
                .redirectError(ProcessBuilder.Redirect.appendTo(LOG))
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    /** As a project of its own, so that one that is running goes on. */
    private static ProcessBuilder command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "docker",
                "compose",
                "--project-name",
                "streamgrad-it",
                "--file",
                "docker-compose.yml",
                "--file",
                "src/test/resources/compose-free-ports.yml"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }
}
