package dev.streamgrad.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.processor.internals.ProcessorRecordContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PipelineTest {
    private static final String NAME = "a-learning-thread";

    private final Queue<Long> learned = new ConcurrentLinkedQueue<>();
    private volatile long lastLearned;
    private final List<Long> sent = new ArrayList<>();
    private @Nullable Pipeline pipeline;

    @AfterEach
    void close() {
        if (pipeline != null) {
            pipeline.close();
        }
    }

    private Pipeline start(Consumer<InFlightRecord> learn) {
        Thread streamThread = Thread.currentThread();
        pipeline = new Pipeline(
                NAME,
                work -> {
                    learn.accept(work);
                    lastLearned = work.from().offset();
                    learned.add(lastLearned);
                },
                work -> {
                    assertThat(Thread.currentThread()).isSameAs(streamThread);
                    assertThat(work.from().offset()).isLessThanOrEqualTo(lastLearned);
                    sent.add(work.from().offset());
                });
        return pipeline;
    }

    private static void add(Pipeline pipeline, long offset) {
        RecordMetadata from = new ProcessorRecordContext(0, offset, 0, "samples", new RecordHeaders());
        pipeline.add(new Record<>(null, new byte[0], 0), from, 0);
    }

    private static List<Long> offsets(int count) {
        return IntStream.range(0, count).mapToObj(i -> (long) i).toList();
    }

    @Test
    void recordsAreLearnedAndSent_onceEach_inTheirOrder_whereverTheCommitsAre() {
        Pipeline its = start(work -> {});
        for (int i = 0; i < 20_000; i++) {
            add(its, i);
            if (i % 1_777 == 0) {
                its.drain();
                assertThat(sent).hasSize(i + 1);
                assertThat(its.isEmpty()).isTrue();
            }
        }
        its.drain();
        its.drain();
        assertThat(learned).containsExactlyElementsOf(offsets(20_000));
        assertThat(sent).isEqualTo(offsets(20_000));
    }

    @Test
    void whileABatchIsLearned_theNextIsFilled() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Pipeline its = start(work -> {
            assertThat(Thread.currentThread().getName()).isEqualTo(NAME);
            begun.countDown();
            awaitThat(go);
        });
        add(its, 0);
        begun.await();
        assertThat(sent).isEmpty();
        go.countDown();
        add(its, 1);
        assertThat(sent).containsExactly(0L);
    }

    private static void awaitThat(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A commit must not wait for many steps that are long. */
    @Test
    void recordsThatTakeLong_areHandedOverOneByOne() {
        Pipeline its = start(work -> {
            long end = System.nanoTime() + 2 * Pipeline.BATCH_NANOS;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        });
        for (int i = 0; i < 5; i++) {
            add(its, i);
            assertThat(sent).hasSize(i);
        }
        its.drain();
        assertThat(sent).isEqualTo(offsets(5));
    }

    /**
     * Records of a large model after those of a small one: what was taken at the old pace is all that a commit waits
     * for.
     */
    @Test
    void whenThePaceFalls_batchesGetSmall() {
        int fast = 20_000;
        Pipeline its = start(work -> {
            if (work.from().offset() >= fast) {
                long end = System.nanoTime() + 2 * Pipeline.BATCH_NANOS;
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
            }
        });
        for (int i = 0; i < fast; i++) {
            add(its, i);
        }
        its.drain();
        for (int i = fast; i < fast + 3 * Pipeline.MOST; i++) {
            add(its, i);
            assertThat(i + 1 - sent.size()).as("records taken and not sent").isLessThanOrEqualTo(2 * Pipeline.MOST);
        }
        assertThat(fast + 3 * Pipeline.MOST - sent.size()).isEqualTo(1);
        its.drain();
        add(its, fast + 3L * Pipeline.MOST);
        add(its, fast + 3L * Pipeline.MOST + 1);
        assertThat(sent).isEqualTo(offsets(fast + 3 * Pipeline.MOST + 1));
    }

    @Test
    void manyBytes_areABatch() {
        Pipeline its = start(work -> {});
        for (int i = 0; i < 20_000; i++) {
            add(its, i);
        }
        its.drain();
        RecordMetadata from = new ProcessorRecordContext(0, 20_000, 0, "samples", new RecordHeaders());
        its.add(new Record<>(null, new byte[100_000], 0), from, 0);
        await().untilAsserted(() -> assertThat(lastLearned).isEqualTo(20_000L));
    }

    @Test
    void anErrorInLearning_isAFailureToo_andSoIsOneInSending() {
        Error error = new OutOfMemoryError("of a test");
        Pipeline its = start(work -> {
            throw error;
        });
        add(its, 0);
        assertThatThrownBy(its::drain).isInstanceOf(StreamsException.class).hasCause(error);
        its.close();

        RuntimeException refused = new IllegalStateException("not sent");
        Pipeline sending = new Pipeline(NAME, work -> learned.add(work.from().offset()), work -> {
            throw refused;
        });
        pipeline = sending;
        add(sending, 1);
        assertThatThrownBy(sending::drain).hasCause(refused);
        assertThatThrownBy(sending::drain).hasCause(refused);
        assertThat(learned).as("learned once").containsExactly(1L);
        assertThat(sending.isEmpty()).isFalse();
        sending.close();

        Pipeline exhausted = new Pipeline(NAME, work -> learned.add(work.from().offset()), work -> {
            sent.add(work.from().offset());
            throw error;
        });
        pipeline = exhausted;
        add(exhausted, 2);
        assertThatThrownBy(exhausted::drain)
                .isInstanceOf(StreamsException.class)
                .hasCause(error);
        assertThatThrownBy(exhausted::drain)
                .isInstanceOf(StreamsException.class)
                .hasCause(error);
        assertThat(sent).as("sent once").containsExactly(2L);
    }

    /** Kafka Streams recovers from these by giving the task up, and it has to know them. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void exceptionsFromWhichKafkaStreamsRecovers_areHandedOnAsTheyAre(boolean inLearning) {
        for (RuntimeException recoverable :
                List.of(new TaskMigratedException("of a test"), new TaskCorruptedException(Set.of(new TaskId(0, 7))))) {
            Pipeline its = failing(inLearning, recoverable);
            assertThatThrownBy(its::drain).isSameAs(recoverable);
            assertThatThrownBy(its::drain).isSameAs(recoverable);
            its.close();
        }
    }

    /** It is not said to be a corrupted task, whose recovery may lose records: see failedBy. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTimeout_endsTheLearner_andNothingIsTriedAgainInPlace(boolean inLearning) {
        TimeoutException timeout = new TimeoutException("of a test");
        Pipeline its = failing(inLearning, timeout);
        assertThatThrownBy(() -> {
                    for (int i = 2; i < 10_000; i++) {
                        add(its, i);
                    }
                })
                .isExactlyInstanceOf(StreamsException.class)
                .hasCause(timeout);
        List<Long> learnedBefore = List.copyOf(learned);
        List<Long> sentBefore = List.copyOf(sent);
        assertThatThrownBy(its::drain).hasCause(timeout);
        assertThatThrownBy(() -> add(its, 1)).hasCause(timeout);
        assertThat(learned).containsExactlyElementsOf(learnedBefore).doesNotHaveDuplicates();
        assertThat(sent).isEqualTo(sentBefore).doesNotHaveDuplicates();
        assertThat(its.isEmpty()).as("so that no commit is possible").isFalse();
    }

    /** A pipeline with two records, of which the second fails. */
    private Pipeline failing(boolean inLearning, RuntimeException failure) {
        learned.clear();
        sent.clear();
        Pipeline its = new Pipeline(
                NAME,
                work -> {
                    if (inLearning && work.from().offset() == 1) {
                        throw failure;
                    }
                    learned.add(work.from().offset());
                },
                work -> {
                    if (!inLearning && work.from().offset() == 1) {
                        throw failure;
                    }
                    sent.add(work.from().offset());
                });
        pipeline = its;
        add(its, 0);
        add(its, 1);
        return its;
    }

    @Test
    void aRecordThatFails_failsEverythingAfterIt_andNothingOfItsBatchIsSent() {
        IllegalStateException failure = new IllegalStateException("not this one");
        Pipeline its = start(work -> {
            if (work.from().offset() == 7) {
                throw failure;
            }
        });
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        add(its, i);
                    }
                    its.drain();
                })
                .isInstanceOf(StreamsException.class)
                .hasCause(failure);
        int before = sent.size();
        assertThat(sent).isEqualTo(offsets(before)).doesNotContain(7L);
        assertThatThrownBy(its::drain).hasCause(failure);
        assertThatThrownBy(() -> add(its, 10_000)).hasCause(failure);
        assertThat(sent).hasSize(before);
        assertThat(its.isEmpty()).isFalse();
    }

    @Test
    void aRecordThatFailsInTheLastBatch_isNotLearnedAgain() {
        Pipeline its = start(work -> {
            if (work.from().offset() == 2) {
                throw new IllegalStateException("not this one");
            }
        });
        add(its, 0);
        add(its, 1);
        its.drain();
        add(its, 2);
        assertThatThrownBy(its::drain).hasRootCauseMessage("not this one");
        assertThatThrownBy(its::drain).hasRootCauseMessage("not this one");
        assertThat(learned).containsExactly(0L, 1L);
    }

    @Test
    void close_endsTheThread_andSendsNothing() {
        Pipeline its = start(work -> {});
        add(its, 0);
        its.close();
        assertThat(sent).isEmpty();
        assertThat(its.isEmpty()).isFalse();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals(NAME)));
    }
}
