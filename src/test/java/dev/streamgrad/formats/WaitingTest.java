package dev.streamgrad.formats;

import static dev.streamgrad.formats.AvroRecords.framed;
import static dev.streamgrad.formats.AvroRecords.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.streamgrad.formats.FakeRegistry.Answer;
import dev.streamgrad.records.BadRecordException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** A registry that does not answer, or not as one should, costs time and no record. */
class WaitingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    @BeforeEach
    void listen() {
        log.start();
        log().addAppender(log);
    }

    @AfterEach
    void stopListening() {
        log().detachAppender(log);
        thread.shutdownNow();
    }

    private static Logger log() {
        return (Logger) LoggerFactory.getLogger(Outage.class);
    }

    private static Formats formats(Duration patience, String urls) {
        return Formats.of(MappedSettings.of(Map.of("samples.format", "avro", "schema.registry.url", urls)), patience);
    }

    private static Formats formats(String urls) {
        return formats(PATIENCE, urls);
    }

    private static TopicDecoder decoder(Formats formats) {
        return Objects.requireNonNull(formats.newDecoder());
    }

    private CompletableFuture<String> amount(TopicDecoder decoder) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        Object tree = decoder.decode(framed(7, order(12.5, "DE")), null);
                        return String.valueOf(((Map<?, ?>) Objects.requireNonNull(tree)).get("amount"));
                    } catch (BadRecordException e) {
                        throw new AssertionError(e);
                    }
                },
                thread);
    }

    private List<String> lines() {
        return List.copyOf(log.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private void awaitLine(String part) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(lines()).singleElement().asString().contains(part));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "500 | {\"error_code\":50001,\"message\":\"Error in the backend\"} | HTTP 500 (Error in the backend)",
                "503 | <html>busy</html> | HTTP 503",
                "401 | '' | HTTP 401: set schema.registry.basic.auth",
                "403 | {\"message\":\"no\"} | HTTP 403: set schema.registry.basic.auth (no)",
                "404 | <html>nothing here</html> | HTTP 404, not from a schema registry: check the path in",
                "404 | {\"error_code\":404} | HTTP 404, not from a schema registry",
                "302 | http://localhost/elsewhere | HTTP 302, which sends elsewhere: set schema.registry.url to where it is",
                "200 | <html>welcome</html> | an answer that is no JSON: <html>welcome</html>",
                "200 | {\"hello\":1} | must answer /schemas/ids/7 with a schema; got {\"hello\":1}",
                "200 | {\"schema\":{}} | must answer /schemas/ids/7 with a schema; got",
                "200 | [] | must answer /schemas/ids/7 with a schema; got []",
            })
    void wrongAnswer_isWaitedOut(int status, String body, String inTheLog) throws Exception {
        try (FakeRegistry registry = new FakeRegistry();
                TopicDecoder decoder = decoder(formats(registry.url()))) {
            registry.has(7, AvroRecords.ORDER);
            registry.answersEverything(new Answer(status, body));
            CompletableFuture<String> amount = amount(decoder);
            awaitLine(inTheLog);
            assertThat(amount).isNotDone();
            registry.answersEverything(null);
            assertThat(amount.get(20, TimeUnit.SECONDS)).isEqualTo("12.5");
            assertThat(lines())
                    .satisfiesExactly(
                            line -> assertThat(line).endsWith("samples wait until then, and none is lost"),
                            line -> assertThat(line).startsWith("samples go on after "));
        }
    }

    @Test
    void registryThatIsDown_isWaitedFor() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (TopicDecoder decoder = decoder(formats("http://localhost:" + port))) {
            CompletableFuture<String> amount = amount(decoder);
            awaitLine("http://localhost:" + port + "/schemas/ids/7: ConnectException");
            try (FakeRegistry registry = new FakeRegistry(null, port)) {
                registry.has(7, AvroRecords.ORDER);
                assertThat(amount.get(20, TimeUnit.SECONDS)).isEqualTo("12.5");
            }
        }
    }

    @Test
    void registryThatTakesQuestionsAndNeverAnswers_isWaitedFor() throws Exception {
        try (FakeRegistry registry = new FakeRegistry();
                TopicDecoder decoder = decoder(formats(Duration.ofSeconds(1), registry.url()))) {
            registry.has(7, AvroRecords.ORDER);
            registry.isSilent(true);
            CompletableFuture<String> amount = amount(decoder);
            awaitLine("no answer within 1 s");
            registry.isSilent(false);
            assertThat(amount.get(20, TimeUnit.SECONDS)).isEqualTo("12.5");
        }
    }

    /** The headers come, and then a body without end, of which there is too much sooner or later. */
    @Test
    void answerWithoutEnd_isNoAnswer() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TopicDecoder decoder = decoder(formats("http://localhost:" + server.getLocalPort()))) {
            CompletableFuture<String> amount = amount(decoder);
            try (Socket client = server.accept()) {
                client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                byte[] blanks = new byte[64 * 1024];
                assertThatThrownBy(() -> {
                            while (true) {
                                client.getOutputStream().write(blanks);
                            }
                        })
                        .isInstanceOf(IOException.class);
            }
            awaitLine("an answer of more than 16777216 bytes");
            decoder.endWaits();
            assertThat(amount).failsWithin(PATIENCE);
        }
    }

    @Test
    void otherAddresses_areTriedInTurn_andTheLastGoodOneFirst() throws Exception {
        try (FakeRegistry broken = new FakeRegistry();
                FakeRegistry good = new FakeRegistry();
                TopicDecoder decoder = decoder(formats(broken.url() + "," + good.url()))) {
            broken.answersEverything(new Answer(500, ""));
            good.has(7, AvroRecords.ORDER);
            good.has(8, AvroRecords.ORDER);
            assertThat(amount(decoder).get(20, TimeUnit.SECONDS)).isEqualTo("12.5");
            decoder.decode(framed(8, order(1, "DE")), null);
            assertThat(broken.asked()).containsExactly("/schemas/ids/7");
            assertThat(good.asked()).containsExactly("/schemas/ids/7", "/schemas/ids/8");
            assertThat(log.list).isEmpty();
        }
    }

    @Test
    void readersSchemaThatIsNotThere_isWaitedFor_becauseNoRecordIsToBlame() throws Exception {
        try (FakeRegistry registry = new FakeRegistry()) {
            registry.has(7, AvroRecords.ORDER);
            Formats formats = Formats.of(MappedSettings.of(Map.of(
                    "samples.format", "avro", "schema.registry.url", registry.url(), "avro.reader.schema.id", "9")));
            try (TopicDecoder decoder = decoder(formats)) {
                CompletableFuture<String> amount = amount(decoder);
                awaitLine("avro.reader.schema.id must be the id of an Avro schema in the registry; got 9");
                registry.has(9, AvroRecords.ORDER);
                assertThat(amount.get(20, TimeUnit.SECONDS)).isEqualTo("12.5");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void wait_endsAtOnce_whenTheApplicationOrTheTaskCloses(boolean inTheMidstOfAQuestion, boolean application)
            throws Exception {
        try (FakeRegistry registry = new FakeRegistry()) {
            registry.isSilent(inTheMidstOfAQuestion);
            registry.answersEverything(new Answer(500, ""));
            // Longer than the test would take.
            Formats formats = formats(Duration.ofHours(1), registry.url());
            TopicDecoder decoder = decoder(formats);
            CompletableFuture<String> amount = amount(decoder);
            await().atMost(PATIENCE).until(() -> !registry.asked().isEmpty());
            if (application) {
                formats.close();
            } else {
                decoder.endWaits();
            }
            assertEnded(amount);
            int asked = registry.asked().size();
            assertEnded(amount(decoder));
            if (application) {
                assertEnded(amount(decoder(formats)));
            }
            assertThat(registry.asked().size() - asked).isLessThanOrEqualTo(2);
            decoder.close();
        }
    }

    private static void assertEnded(CompletableFuture<String> amount) {
        assertThat(amount)
                .failsWithin(PATIENCE)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(WaitEndedException.class)
                .withMessageContaining("the wait was ended, and the record will come again");
    }

    /** A stream thread that is interrupted is to end, as it does in Kafka's own waits. */
    @Test
    void wait_endsAtOnce_whenItsThreadIsInterrupted() throws Exception {
        try (FakeRegistry registry = new FakeRegistry();
                TopicDecoder decoder = decoder(formats(registry.url()))) {
            registry.answersEverything(new Answer(500, ""));
            CompletableFuture<Boolean> stillInterrupted = new CompletableFuture<>();
            Thread waiting = new Thread(() -> {
                try {
                    decoder.decode(framed(7, order(1, "DE")), null);
                } catch (WaitEndedException e) {
                    stillInterrupted.complete(Thread.currentThread().isInterrupted());
                } catch (BadRecordException e) {
                    stillInterrupted.completeExceptionally(e);
                }
            });
            waiting.start();
            await().atMost(PATIENCE).until(() -> !registry.asked().isEmpty());
            waiting.interrupt();
            assertThat(stillInterrupted.get(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** What is known needs no registry, so that a task can finish what it has when it closes. */
    @Test
    void whatCanBeReadWithoutAWait_isRead_afterWaitsHaveEnded() throws Exception {
        try (FakeRegistry registry = new FakeRegistry();
                TopicDecoder decoder = decoder(formats(registry.url()))) {
            registry.has(7, AvroRecords.ORDER);
            assertThat(amount(decoder).get(20, TimeUnit.SECONDS)).isEqualTo("12.5");
            decoder.endWaits();
            assertThat(amount(decoder).get(20, TimeUnit.SECONDS)).isEqualTo("12.5");
        }
    }

    @Test
    void outage_isSaidAtOnce_andThenEvery30Seconds_howeverManyTasksWait() {
        AtomicLong nanos = new AtomicLong();
        Outage outage = new Outage(nanos::get);
        for (int second = 0; second < 65; second++) {
            nanos.set(TimeUnit.SECONDS.toNanos(second));
            outage.lasts("the registry must answer");
            outage.lasts("the registry must answer");
        }
        outage.over();
        outage.over();
        assertThat(lines())
                .containsExactly(
                        "the registry must answer; samples wait until then, and none is lost",
                        "the registry must answer; samples have been waiting for 30 s",
                        "the registry must answer; samples have been waiting for 60 s",
                        "samples go on after 64 s");
    }
}
