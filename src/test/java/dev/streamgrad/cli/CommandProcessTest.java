package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.streamgrad.broker.EmbeddedBroker;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a command does as a process: at signals, and when nobody reads it any more. */
@ExtendWith(SharedBroker.class)
class CommandProcessTest {

    /** As {@code head} does: reads some lines and goes. */
    private static void readLines(CommandProcess command, int lines) throws Exception {
        try (BufferedReader reader = command.process.inputReader(StandardCharsets.UTF_8)) {
            for (int i = 0; i < lines; i++) {
                assertThat(reader.readLine()).as(command.err()).isNotNull();
            }
        }
    }

    @Test
    void watchWhoseReaderHasGone_ends_withTheExitCodeOfAClosedPipe(@TempDir Path folder, EmbeddedBroker broker)
            throws Exception {
        String[] settings = {
            "--set",
            "samples.topic=piped-samples",
            "--set",
            "predictions.topic=piped-predictions",
            "--set",
            "snapshots.topic=piped-snapshots",
            "--set",
            "dead.letters.topic=piped-dead-letters",
            "--set",
            "control.topic=",
            "--set",
            "application.id=piped",
            "-b",
            broker.bootstrapServers()
        };
        CommandRun.of(0, CommandRun.with(settings, "topics"));
        CommandRun learner = new CommandRun(CommandRun.with(settings, "learn", "--set", "http.port=-1"));
        CommandRun.of(0, CommandRun.with(settings, "produce", "--count", "100"));
        try (CommandProcess watch =
                new CommandProcess(folder, CommandRun.with(settings, "watch", "--from-beginning"))) {
            readLines(watch, 2);
            CommandRun.of(0, CommandRun.with(settings, "produce", "--count", "100"));
            assertThat(watch.await()).isEqualTo(141);
            assertThat(watch.err()).isEmpty();
        }
        learner.shutdown.request();
        assertThat(learner.await()).isZero();
    }

    @Test
    void demoWhoseReaderHasGone_ends_withTheExitCodeOfAClosedPipe(@TempDir Path folder) throws Exception {
        try (CommandProcess demo = new CommandProcess(folder, "demo")) {
            readLines(demo, 2);
            assertThat(demo.await()).as(demo.err()).isEqualTo(141);
            assertThat(demo.err()).doesNotContain("Exception", "\tat ");
            assertIsEmpty(demo.temporary);
        }
    }

    /** Not all moments fail without the mend, but most. */
    @ParameterizedTest
    @ValueSource(strings = {"log", "server.properties", "log/meta.properties", "log/__cluster_metadata-0"})
    void demoStoppedWhileItsBrokerStarts_endsQuietly_andLeavesNothing(String moment, @TempDir Path folder)
            throws Exception {
        try (CommandProcess demo = new CommandProcess(folder, "demo")) {
            await().pollInterval(Duration.ofMillis(5))
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> {
                        try (Stream<Path> brokers = Files.list(demo.temporary)) {
                            return brokers.anyMatch(broker -> Files.exists(broker.resolve(moment)));
                        }
                    });
            demo.process.destroy();
            assertThat(demo.await()).isEqualTo(1);
            assertThat(demo.err().lines()).singleElement().asString().startsWith("starting a Kafka broker");
            assertIsEmpty(demo.temporary);
        }
    }

    private static void assertIsEmpty(Path temporary) throws Exception {
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("streamgrad-")))
                    .isEmpty();
        }
    }
}
