package dev.streamgrad.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OtherInstancesTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(200);

    /** The kernel accepts for it; nobody answers. */
    private ServerSocket still;

    @BeforeEach
    void listen() throws IOException {
        still = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        still.close();
    }

    private String address() {
        return "localhost:" + still.getLocalPort();
    }

    private static String line(Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @Test
    void oneThatStandsStill_isWaitedForByABoundedNumber_andByNoThread() {
        try (OtherInstances others = new OtherInstances(LONG)) {
            List<CompletableFuture<Answer>> waiting = new ArrayList<>();
            for (int i = 0; i < OtherInstances.MOST_AT_ONCE; i++) {
                waiting.add(others.ask(address(), "/models?local", null));
            }
            Answer tooMany = others.ask(address(), "/models?local", null).join();
            assertThat(tooMany.status()).isEqualTo(503);
            assertThat(line(tooMany))
                    .hasLineCount(1)
                    .contains("too many requests wait for other instances; try again in a moment");
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
        }
    }

    @Test
    void whenTheWaitIsOver_thereIsRoomAgain() {
        try (OtherInstances others = new OtherInstances(SHORT)) {
            for (int round = 0; round < 2; round++) {
                List<CompletableFuture<Answer>> waiting = new ArrayList<>();
                for (int i = 0; i < OtherInstances.MOST_AT_ONCE; i++) {
                    waiting.add(others.ask(address(), "/models?local", null));
                }
                assertThat(waiting).allSatisfy(answer -> {
                    await().until(answer::isDone);
                    assertThat(answer.join().status()).as(line(answer.join())).isEqualTo(502);
                });
            }
        }
    }

    @Test
    void oneThatStopsWithinItsAnswer_isGivenUp() throws IOException {
        try (OtherInstances others = new OtherInstances(SHORT)) {
            CompletableFuture<Answer> answer = others.ask(address(), "/models?local", null);
            try (Socket socket = still.accept()) {
                socket.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{".getBytes(StandardCharsets.US_ASCII));
                await().until(answer::isDone);
                assertThat(answer.join().status()).isEqualTo(502);
                assertThat(line(answer.join()))
                        .contains("the instance at " + address())
                        .hasLineCount(1);
            }
        }
    }

    @Test
    void anAddressThatIsNone_isNotAnError500() {
        try (OtherInstances others = new OtherInstances(SHORT)) {
            assertThat(others.ask("no host:8080", "/models?local", null).join().status())
                    .isEqualTo(502);
        }
    }
}
