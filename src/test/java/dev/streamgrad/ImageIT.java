package dev.streamgrad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.kafka.KafkaContainer;

/**
 * The image beside a Kafka, with samples from outside; and the project that the page on testing shows, to be copied.
 */
@Testcontainers(disabledWithoutDocker = true)
class ImageIT {
    private static final String IMAGE = "streamgrad:test";
    private static final int SAMPLES = 20_000;
    /** Sorted, so that every run sends the same samples in the same order. */
    private static final Map<String, Long> XOR = new TreeMap<>(Map.of("0,0", 0L, "0,1", 1L, "1,0", 1L, "1,1", 0L));

    private static final Pattern PREDICTION = Pattern.compile("\"id\":\"(.+?)\",\"prediction\":\\[(.+?)]");

    @BeforeAll
    static void buildImage() throws Exception {
        // By the command, because Testcontainers builds without BuildKit, and the Dockerfile mounts caches.
        assertSucceeds(
                "target/docker-build.log",
                "docker",
                "build",
                "--tag",
                IMAGE,
                "--file",
                "src/main/docker/Dockerfile",
                ".");
    }

    private static void assertSucceeds(String log, String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(new File(log))
                .start();
        assertThat(process.waitFor())
                .as("exit code of %s; see %s", String.join(" ", command), log)
                .isZero();
    }

    @Test
    void projectOfThePageOnTesting_passes() throws Exception {
        Path copy = Path.of("target", "testing");
        Path original = Path.of("src", "docs", "testing");
        try (Stream<Path> files = Files.walk(original)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(original.relativize(file));
                Files.createDirectories(Objects.requireNonNull(target.getParent()));
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        assertSucceeds(
                "target/testing.log",
                Path.of("mvnw").toAbsolutePath().toString(),
                "-B",
                "-ntp",
                "-f",
                copy.resolve("pom.xml").toString(),
                "test",
                "-Dstreamgrad.image=" + IMAGE);
        assertThat(copy.resolve("target/surefire-reports/TEST-com.example.LearnsXorTest.xml"))
                .content()
                .contains("tests=\"1\"", "skipped=\"0\"");
    }

    @Test
    void learnsXor_fromSamplesOfAnotherProcess_andEndsWhenAsked() {
        try (Network network = Network.newNetwork();
                KafkaContainer kafka = new KafkaContainer("apache/kafka:4.3.1")
                        .withNetwork(network)
                        .withListener("kafka:19092");
                GenericContainer<?> topics = streamgrad("topics", network)
                        .withStartupCheckStrategy(
                                new OneShotStartupCheckStrategy().withTimeout(Duration.ofMinutes(1)));
                GenericContainer<?> learner = streamgrad("learn", network)
                        .withExposedPorts(8080)
                        .waitingFor(Wait.forHttp("/readyz").forPort(8080))
                        .withStartupTimeout(Duration.ofMinutes(1))) {
            kafka.start();
            topics.start();
            learner.start();

            sendSamples(kafka.getBootstrapServers());

            assertThat(lastPredictions(kafka.getBootstrapServers())).isEqualTo(XOR);
            learner.getDockerClient()
                    .stopContainerCmd(learner.getContainerId())
                    .withTimeout(30)
                    .exec();
            assertThat(learner.getCurrentContainerInfo().getState().getExitCodeLong())
                    .as("exit code after SIGTERM; %s", learner.getLogs())
                    .isZero();
        }
    }

    private static GenericContainer<?> streamgrad(String command, Network network) {
        return new GenericContainer<>(IMAGE)
                .withNetwork(network)
                .withCommand(command)
                .withEnv("STREAMGRAD_BOOTSTRAP_SERVERS", "kafka:19092");
    }

    private static void sendSamples(String bootstrapServers) {
        try (Producer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringSerializer(), new StringSerializer())) {
            List<String> corners = List.copyOf(XOR.keySet());
            for (int i = 0; i < SAMPLES; i++) {
                String corner = corners.get(i % corners.size());
                String sample = "{\"id\":\"%s\",\"features\":[%s],\"label\":[%d]}"
                        .formatted(corner, corner, Objects.requireNonNull(XOR.get(corner)));
                var unused = producer.send(new ProducerRecord<>("samples", "xor", sample));
            }
        }
    }

    /** For each corner what the network said last, rounded. */
    private static Map<String, Long> lastPredictions(String bootstrapServers) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", bootstrapServers,
                "group.id", "test",
                "auto.offset.reset", "earliest",
                "isolation.level", "read_committed");
        try (Consumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("predictions"));
            Map<String, Long> last = new HashMap<>();
            int[] seen = {0};
            await().atMost(Duration.ofMinutes(2)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(prediction -> {
                    Matcher said = PREDICTION.matcher(prediction.value());
                    assertThat(said.find()).as(prediction.value()).isTrue();
                    last.put(said.group(1), Math.round(Double.parseDouble(said.group(2))));
                    seen[0]++;
                });
                return seen[0] == SAMPLES;
            });
            return last;
        }
    }
}
