package dev.streamgrad.bench;

import dev.streamgrad.cluster.StartException;
import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Fills the samples topics, each once. */
final class Filler {
    /** A multiple of what progress and the wish to stop are looked at. */
    private static final int SLICE = 1000;

    private static final long SEED = 42;

    private final Workspace workspace;
    private final Plan plan;
    private final Benchmark.Listener listener;
    private final Set<String> filled = new HashSet<>();

    Filler(Workspace workspace, Plan plan, Benchmark.Listener listener) {
        this.workspace = workspace;
        this.plan = plan;
        this.listener = listener;
    }

    /** The model with this number; all models have the same spec. */
    static String model(int number) {
        return "bench-" + number;
    }

    /** A producer as {@code produce} has it. */
    static Producer<byte[], byte[]> producer(Settings settings) {
        Map<String, Object> config = settings.kafka().producer();
        config.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        // On a topic that has only just been created, several batches under way at once have been seen to leave the
        // first of them in endless retries.
        config.putIfAbsent(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Samples of one model. */
    void fillOne() throws BenchException, StartException, StoppedException {
        fill(Benchmark.SAMPLES, 1);
    }

    /** First one sample for each of the models, which creates it, then samples of models drawn uniformly. */
    void fillMany() throws BenchException, StartException, StoppedException {
        fill(Benchmark.MANY_SAMPLES, plan.models());
    }

    private void fill(String topic, int models) throws BenchException, StartException, StoppedException {
        if (!filled.add(topic)) {
            return;
        }
        Settings settings = workspace.settings("fill", topic, Map.of());
        workspace.createTopics(settings);
        byte[][] keys = new byte[models][];
        for (int i = 0; i < models; i++) {
            keys[i] = model(i).getBytes(StandardCharsets.UTF_8);
        }
        Samples values = new Samples(settings.specOf(model(0)));
        NumpyRandom random = new NumpyRandom(SEED);
        long first = created(models);
        long total = first + plan.samples();
        listener.phase("filling the topic " + topic);
        AtomicReference<Exception> failure = new AtomicReference<>();
        try (Producer<byte[], byte[]> producer = producer(settings)) {
            for (long n = 0; n < total; n++) {
                if (n % SLICE == 0) {
                    Benchmark.requireGoingOn(listener);
                    listener.progress(n, total);
                }
                byte[] key = keys[n < first ? (int) n : models == 1 ? 0 : random.nextInt(models)];
                Future<RecordMetadata> unused = producer.send(
                        new ProducerRecord<>(settings.samplesTopic(), key, values.next()), (metadata, e) -> {
                            if (e != null) {
                                failure.compareAndSet(null, e);
                            }
                        });
                if (failure.get() != null) {
                    break;
                }
            }
        }
        Exception failed = failure.get();
        if (failed != null) {
            throw new BenchException(
                    "samples could not be written to " + settings.samplesTopic() + ": " + failed.getMessage(), failed);
        }
    }

    /** How many samples at the beginning create models, and are not measured. */
    static long created(int models) {
        return models == 1 ? 0 : models;
    }
}
