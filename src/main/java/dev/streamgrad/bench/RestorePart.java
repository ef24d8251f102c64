package dev.streamgrad.bench;

import dev.streamgrad.app.LearnerApp;
import dev.streamgrad.bench.Result.Figures;
import dev.streamgrad.bench.Result.Ratio;
import dev.streamgrad.bench.Result.Restore;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.settings.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.StateRestoreListener;

/**
 * Learns many models once, then in each round reads their changelog with a consumer that does nothing, and starts the
 * learner again with nothing on its disk.
 */
final class RestorePart {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Workspace workspace;
    private final Plan plan;
    private final Filler filler;
    private final Benchmark.Listener listener;

    RestorePart(Workspace workspace, Plan plan, Filler filler, Benchmark.Listener listener) {
        this.workspace = workspace;
        this.plan = plan;
        this.filler = filler;
        this.listener = listener;
    }

    Restore measure() throws BenchException, StartException, StoppedException, InterruptedException {
        Settings settings = workspace.settings("restore", Benchmark.MANY_SAMPLES, Map.of());
        filler.fillMany();
        listener.phase("learning " + plan.models() + " models to restore");
        try (App app = new LearnerContender(
                        LearnerApp.start(settings, listener.asProgress(), listener.learnListener(), null, null));
                Meter meter = new Meter(settings, app)) {
            meter.await(Filler.created(plan.models()) + plan.samples(), listener);
        }
        List<Double> restored = new ArrayList<>();
        List<Double> consumed = new ArrayList<>();
        List<Double> seconds = new ArrayList<>();
        long records = 0;
        for (int round = 0; round <= plan.rounds(); round++) {
            String name = round == 0 ? "warming up" : "round " + round + " of " + plan.rounds();
            double plain = consume(settings, name);
            workspace.removeFolder(settings);
            Restart restart = restart(settings, name);
            listener.say(String.format(
                    Locale.ROOT,
                    "restore, %s: %,.0f of %,.0f records/s, running after %.1f s",
                    name,
                    restart.perSecond(),
                    plain,
                    restart.seconds));
            if (round > 0) {
                consumed.add(plain);
                restored.add(restart.perSecond());
                seconds.add(restart.seconds);
                records = restart.records;
            }
        }
        workspace.remove(settings);
        Figures restores = Figures.of(restored);
        Figures consumption = Figures.of(consumed);
        return new Restore(
                plan.models(),
                records,
                restores,
                consumption,
                Ratio.of("restore", restores, "consumption", consumption),
                Figures.of(seconds));
    }

    /** Records a second of a consumer with the configuration of the one that restores. */
    private double consume(Settings settings, String name) throws StoppedException {
        listener.phase("consuming the changelog, " + name);
        Map<String, Object> config = new StreamsConfig(settings.kafka().streams()).getRestoreConsumerConfigs("bench");
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition changelog = new TopicPartition(settings.changelogTopic(), 0);
            consumer.assign(List.of(changelog));
            consumer.seekToBeginning(List.of(changelog));
            long end = consumer.endOffsets(List.of(changelog)).getOrDefault(changelog, 0L);
            consumer.position(changelog);
            long start = System.nanoTime();
            long last = start;
            long read = 0;
            // The position passes the markers of transactions too, which are no records.
            while (consumer.position(changelog) < end) {
                Benchmark.requireGoingOn(listener);
                int polled = consumer.poll(POLL).count();
                if (polled > 0) {
                    read += polled;
                    last = System.nanoTime();
                }
                listener.progress(consumer.position(changelog), end);
            }
            return Math.rint(read / Math.max((last - start) / 1e9, 1e-9));
        }
    }

    private Restart restart(Settings settings, String name)
            throws BenchException, StartException, StoppedException, InterruptedException {
        listener.phase("restoring, " + name);
        Benchmark.requireGoingOn(listener);
        Restart restart = new Restart();
        long start = System.nanoTime();
        try (App app = new LearnerContender(
                LearnerApp.start(settings, listener.asProgress(), listener.learnListener(), restart, null))) {
            while (!app.awaitRunning(POLL)) {
                Benchmark.requireGoingOn(listener);
                listener.progress(restart.soFar.get(), restart.expected);
            }
            restart.seconds = Math.rint((System.nanoTime() - start) / 1e8) / 10.0;
            app.requireAlive(settings.applicationId());
        }
        return restart;
    }

    /** Hears of the one store's restore; the application's start comes before, its running after. */
    private static final class Restart implements StateRestoreListener {
        private long start;
        private long end;
        private volatile long expected;
        private final AtomicLong soFar = new AtomicLong();
        private volatile long records;
        private double seconds;

        @Override
        public void onRestoreStart(TopicPartition partition, String store, long from, long to) {
            start = System.nanoTime();
            expected = to - from;
        }

        @Override
        public void onBatchRestored(TopicPartition partition, String store, long to, long count) {
            soFar.addAndGet(count);
        }

        @Override
        public void onRestoreEnd(TopicPartition partition, String store, long total) {
            end = System.nanoTime();
            records = total;
        }

        double perSecond() {
            return Math.rint(records / Math.max((end - start) / 1e9, 1e-9));
        }
    }
}
