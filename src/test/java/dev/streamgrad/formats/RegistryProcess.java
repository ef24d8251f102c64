package dev.streamgrad.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Apicurio Registry, a real one, in a process of its own. It has Confluent's interface under a path. The build unpacks
 * it from Maven Central before integration tests; it is on nobody's class path.
 */
public final class RegistryProcess implements AutoCloseable {
    private static final Path HOME = Path.of("target", "apicurio").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path folder;
    private final int port;
    private @Nullable Process process;

    private RegistryProcess(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /** Starts one, which keeps its schemas in this folder. */
    public static RegistryProcess start(Path folder) throws IOException {
        RegistryProcess registry = new RegistryProcess(folder, freePort());
        registry.begin();
        registry.awaitAnswers();
        return registry;
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** What {@code schema.registry.url} is to be. */
    public String url() {
        return "http://localhost:" + port + "/apis/ccompat/v7";
    }

    /** Starts it again, at the same address, and does not wait until it answers. */
    public void begin() throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx384m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dquarkus.http.host=localhost",
                        "-Dquarkus.http.port=" + port,
                        "-Dapicurio.datasource.url=jdbc:h2:file:" + folder.resolve("registry"),
                        "-jar",
                        jar().toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("registry.log").toFile())
                .start();
    }

    private static Path jar() throws IOException {
        assertThat(HOME)
                .as("Apicurio Registry, which ./mvnw pre-integration-test unpacks")
                .isDirectory();
        try (Stream<Path> files = Files.list(HOME)) {
            return files.filter(file -> file.toString().endsWith("-runner.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("registry.log"));
    }

    private void awaitAnswers() {
        await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .failFast(() -> assertThat(process).as(log()).matches(Process::isAlive, "lives"))
                .until(() -> send(HttpRequest.newBuilder(URI.create(url() + "/subjects")))
                                .statusCode()
                        == 200);
    }

    /** Stops it as an operator would: what it has is in its folder. */
    public void stop() throws InterruptedException {
        if (process != null) {
            process.destroy();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    /** Registers a schema, and returns its id. References are each a name, a subject and a version. */
    public int register(String subject, Schema schema, String... references) throws IOException, InterruptedException {
        return register(subject, schema.toString(), references);
    }

    /** As {@link #register(String, Schema, String...)}, of a schema that means nothing without its references. */
    public int register(String subject, String schema, String... references) throws IOException, InterruptedException {
        ObjectNode body = JSON.createObjectNode().put("schema", schema).put("schemaType", "AVRO");
        for (String reference : references) {
            String[] parts = reference.split(" ", -1);
            body.withArray("references")
                    .addObject()
                    .put("name", parts[0])
                    .put("subject", parts[1])
                    .put("version", Integer.parseInt(parts[2]));
        }
        HttpResponse<String> response =
                send(HttpRequest.newBuilder(URI.create(url() + "/subjects/" + subject + "/versions"))
                        .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                        .POST(BodyPublishers.ofString(body.toString())));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body()).get("id").asInt();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.timeout(Duration.ofSeconds(10)).build(), BodyHandlers.ofString());
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
