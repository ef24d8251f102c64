package dev.streamgrad.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientThreadsTest {
    private final ClientThreads threads = new ClientThreads("test", 2, 1);
    private final CountDownLatch never = new CountDownLatch(1);
    private final List<String> events = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        threads.close();
    }

    /** A client that sends nothing more. */
    private void waitForClient(String name) {
        events.add(name + " waits");
        try {
            never.await();
        } catch (InterruptedException e) {
            events.add(name + " interrupted");
        }
    }

    @Test
    void theLongestWait_isInterrupted_whenAThreadIsNeeded_andNoOther() {
        threads.execute(() -> waitForClient("first"));
        await().until(() -> events.contains("first waits"));
        threads.execute(() -> waitForClient("second"));
        await().until(() -> events.contains("second waits"));
        threads.execute(() -> events.add("third"));
        await().until(() -> events.contains("third"));
        assertThat(events).containsExactly("first waits", "second waits", "first interrupted", "third");
        // There is a thread again, and so no reason to interrupt the second.
        threads.execute(() -> events.add("fourth"));
        await().until(() -> events.contains("fourth"));
        assertThat(events).doesNotContain("second interrupted");
    }

    @Test
    void work_isNotInterrupted_butAWaitThatBeganLater() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        threads.execute(() -> {
            try {
                events.add(threads.working(() -> {
                    events.add("works");
                    try {
                        done.await();
                        return "worked";
                    } catch (InterruptedException e) {
                        return "interrupted at work";
                    }
                }));
            } catch (Exception e) {
                events.add(e.toString());
            }
        });
        await().until(() -> events.contains("works"));
        threads.execute(() -> waitForClient("second"));
        threads.execute(() -> events.add("third"));
        await().until(() -> events.contains("third"));
        done.countDown();
        await().until(() -> events.contains("worked"));
        assertThat(events).containsExactly("works", "second waits", "second interrupted", "third", "worked");
    }

    @Test
    void whoIsInterrupted_canBeginNoWork() {
        threads.execute(() -> waitForClient("other"));
        await().until(() -> events.contains("other waits"));
        for (int i = 0; i < 2; i++) {
            threads.execute(() -> {
                waitForClient("client");
                try {
                    events.add(threads.working(() -> "worked"));
                } catch (Exception e) {
                    events.add(String.valueOf(e.getMessage()));
                }
            });
        }
        threads.execute(() -> events.add("last"));
        await().until(() -> events.contains("gave its thread to others"));
        assertThat(events).doesNotContain("worked");
    }

    @Test
    void anInterrupt_isNotMeantForTheNextTask() {
        threads.execute(() -> waitForClient("first"));
        threads.execute(() -> waitForClient("second"));
        for (int i = 0; i < 10; i++) {
            threads.execute(
                    () -> events.add("interrupted: " + Thread.currentThread().isInterrupted()));
        }
        await().until(() -> events.stream().filter("interrupted: false"::equals).count() == 10);
    }

    @Test
    void anOffer_isRefused_whenTooManyWait() {
        assertThat(threads.offer(() -> waitForClient("first"))).isTrue();
        assertThat(threads.offer(() -> waitForClient("second"))).isTrue();
        assertThat(threads.offer(() -> waitForClient("third"))).isTrue();
        assertThat(threads.offer(() -> waitForClient("fourth"))).isFalse();
    }
}
