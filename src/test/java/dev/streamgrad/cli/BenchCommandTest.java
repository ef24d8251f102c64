package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.streamgrad.broker.EmbeddedBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code bench} as a person types it, at sizes at which the numbers mean nothing. */
@ExtendWith(SharedBroker.class)
class BenchCommandTest {
    private final EmbeddedBroker broker;

    BenchCommandTest(EmbeddedBroker broker) {
        this.broker = broker;
    }

    /** Every part once, at a size at which the numbers mean nothing. */
    @Test
    void bench_measuresEveryPart_andLeavesNothing() throws Exception {
        CommandRun bench = CommandRun.of(
                0,
                ("bench --json --parts throughput,latency,restore --samples 2000 --models 50 --rounds 2 --rate 200 --seconds 1"
                                + " --commit-intervals 20,30 --set layers=3,2,1 -b " + broker.bootstrapServers())
                        .split(" "));
        JsonNode result = new ObjectMapper().readTree(bench.out.toString());
        assertThat(result.at("/environment/broker").textValue()).isEqualTo(broker.bootstrapServers());
        assertThat(result.at("/environment/network").textValue()).isEqualTo("3-2-1, sigmoid, sgd");
        assertThat(result.at("/environment/commitIntervalMs").intValue()).isEqualTo(100);

        assertThat(result.at("/throughput/samples").intValue()).isEqualTo(2000);
        JsonNode runs = result.at("/throughput/runs");
        assertThat(runs.findValuesAsText("name"))
                .containsExactly("copy", "parsing-copy", "learner", "learner-many-models");
        assertThat(runs).allSatisfy(run -> {
            assertThat(run.at("/samplesPerSecond/rounds")).hasSize(2);
            assertThat(run.at("/samplesPerSecond/median").doubleValue())
                    .isPositive()
                    .isBetween(
                            run.at("/samplesPerSecond/min").doubleValue(),
                            run.at("/samplesPerSecond/max").doubleValue());
            assertThat(run.at("/cpuNanosPerSample/rounds")).hasSize(2);
            assertThat(run.at("/cpuNanosPerSample/median").doubleValue()).isPositive();
        });
        JsonNode ratios = result.at("/throughput/ratios");
        assertThat(ratios.findValuesAsText("of"))
                .containsExactly("parsing-copy", "learner", "learner", "learner-many-models");
        assertThat(ratios.findValuesAsText("to")).containsExactly("copy", "copy", "parsing-copy", "learner");
        assertThat(ratios)
                .allSatisfy(ratio ->
                        assertThat(ratio.get("ofMedians").doubleValue()).isPositive());
        assertThat(result.at("/throughput/many/models").intValue()).isEqualTo(50);
        assertThat(result.at("/throughput/many/createdPerSecond/rounds")).hasSize(2);

        assertThat(result.get("latency").findValuesAsText("commitIntervalMs")).containsExactly("20", "30");
        assertThat(result.get("latency")).allSatisfy(row -> {
            assertThat(row.get("samples").intValue()).isEqualTo(200);
            assertThat(row.get("p50Ms").doubleValue())
                    .isBetween(0.0, row.get("p99Ms").doubleValue());
            assertThat(row.get("p99Ms").doubleValue())
                    .isLessThanOrEqualTo(row.get("maxMs").doubleValue());
        });

        assertThat(result.at("/restore/models").intValue()).isEqualTo(50);
        assertThat(result.at("/restore/records").intValue()).isGreaterThanOrEqualTo(50);
        assertThat(result.at("/restore/restoredPerSecond/rounds")).hasSize(2);
        assertThat(result.at("/restore/consumedPerSecond/rounds")).hasSize(2);
        assertThat(bench.err.toString())
                .contains("copy, warming up: ", "learner-many-models, round 2 of 2: ", "restore, round 2 of 2: ")
                .doesNotContain("by hand", "could not be removed");
        assertNothingIsLeftOfBench();
    }

    @Test
    void benchOnABrokerOfItsOwn_printsLines() throws Exception {
        CommandRun bench = CommandRun.of(0, "bench --parts throughput --samples 500 --rounds 1".split(" "));
        assertThat(bench.out.toString())
                .contains("broker in this process, a 2-4-1, sigmoid, sgd network, commit.interval.ms 100, exactly once")
                .containsPattern("500 samples +median/s +min/s +max/s +CPU of each")
                .containsPattern("learner( +[\\d,]+){3} +[\\d,]+ ns")
                .containsPattern(
                        "learner / parsing-copy: [\\d.]+ \\(of the medians\\), [\\d.]+ \\(median of the rounds\\)")
                .contains("the runs are too short");
    }

    /** It fails if a record of any type of field became a dead letter. */
    @Test
    void benchOfMappedRecords_makesRecordsWithTheirFields() throws Exception {
        CommandRun bench = CommandRun.of(
                0,
                "bench",
                "--parts",
                "throughput",
                "--samples",
                "500",
                "--rounds",
                "1",
                "--set",
                "features=a,b.c?,d:category(4),e:category(x,y),f:hash(8),g:cyclic(24),h:time(hour),i:boolean,/j.k/0,l[3]",
                "--set",
                "layers=*,3,*",
                "--set",
                "label=m.n",
                "--set",
                "label.classes=no,yes");
        assertThat(bench.out.toString()).contains("learner");
    }

    @Test
    void benchThatIsStopped_removesItsTopics() throws Exception {
        CommandRun bench = new CommandRun("bench", "-b", broker.bootstrapServers(), "--samples", "1000000000");
        await().atMost(Duration.ofMinutes(1)).until(() -> !topicsOfBench().isEmpty());
        bench.shutdown.request();
        assertThat(bench.await()).as("%s", bench).isEqualTo(1);
        assertThat(bench.err.toString()).contains("stopped before the end");
        assertThat(bench.out.toString()).isEmpty();
        assertNothingIsLeftOfBench();
    }

    @Test
    void benchOfAModelThatDiverges_isRefused_andRemovesItsTopics() throws Exception {
        CommandRun bench = CommandRun.of(
                1,
                ("bench --parts throughput --samples 500 --set output.activation=identity --set learning.rate=1e300 -b "
                                + broker.bootstrapServers())
                        .split(" "));
        assertThat(bench.err.toString())
                .contains("settings must suit samples from 0 to 1")
                .hasLineCount(1);
        assertThat(bench.out.toString()).isEmpty();
        assertNothingIsLeftOfBench();
    }

    @Test
    void benchWhoseTopicVanishes_fails_andLeavesNothing() throws Exception {
        CommandRun bench = new CommandRun("bench", "-b", broker.bootstrapServers(), "--samples", "100000");
        await().atMost(Duration.ofMinutes(1)).until(() -> bench.err.toString().contains("copy, warming up: "));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.deleteTopics(topicsOfBench().stream()
                            .filter(topic -> topic.endsWith("-samples"))
                            .toList())
                    .all()
                    .get();
        }
        assertThat(bench.await()).as("%s", bench).isEqualTo(1);
        assertThat(bench.err.toString()).doesNotContain("by hand", "could not be removed");
        assertNothingIsLeftOfBench();
    }

    private void assertNothingIsLeftOfBench() throws Exception {
        assertThat(topicsOfBench()).isEmpty();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            assertThat(admin.listGroups().all().get())
                    .noneMatch(group -> group.groupId().startsWith("streamgrad-bench-"));
        }
        try (Stream<Path> temporary = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertThat(temporary.filter(file -> file.getFileName().toString().startsWith("streamgrad-bench-")))
                    .isEmpty();
        }
    }

    private List<String> topicsOfBench() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            return admin.listTopics().names().get().stream()
                    .filter(name -> name.startsWith("streamgrad-bench-"))
                    .toList();
        }
    }
}
