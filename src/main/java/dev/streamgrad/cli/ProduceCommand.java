package dev.streamgrad.cli;

import dev.streamgrad.cluster.Topics;
import dev.streamgrad.data.CsvFile;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Sends samples of a dataset to the samples topic. */
@Command(
        name = "produce",
        description = "Send samples of a dataset or a CSV file to the samples topic.",
        mixinStandardHelpOptions = true)
final class ProduceCommand extends ClusterCommand {
    private static final long DEFAULT_COUNT = 10_000;

    @Mixin
    private SampleOptions samples = new SampleOptions();

    @Option(
            names = "--count",
            paramLabel = "N",
            description =
                    "How many samples to send; 0 means until Ctrl-C or the end of the file (default: all of a file, else"
                            + " 10000).")
    private @Nullable Long count;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "0",
            description = "Samples per second; 0 means as fast as possible (default: 0).")
    private double rate;

    @Option(
            names = "--key",
            paramLabel = "MODEL",
            description =
                    "The name of the model, which is the key of the records (default: the name of the dataset or file).")
    private String key = "";

    @Option(
            names = "--wait",
            paramLabel = "S",
            defaultValue = "5",
            description =
                    "After sending, wait at most this many seconds to report what became of the samples; 0 means not to"
                            + " wait (default: 5).")
    private int wait;

    @Override
    int run() throws Exception {
        String wrong = fault();
        if (!wrong.isEmpty()) {
            err().println(wrong);
            return 2;
        }
        Settings settings = settings();
        SampleSource source;
        try {
            source = samples.open();
        } catch (IllegalArgumentException e) {
            err().println(e.getMessage());
            return 2;
        }
        long most = most();
        Topics.require(settings, List.of(settings.samplesTopic()), progress());
        announce();
        byte[] model = (key.isEmpty() ? samples.name() : key).getBytes(StandardCharsets.UTF_8);
        AtomicReference<Exception> failure = new AtomicReference<>();
        ProgressLine progress = new ProgressLine(err());
        long sent = 0;
        try (Producer<byte[], byte[]> producer = producer(settings);
                Outcome outcome = wait == 0 ? null : Outcome.begin(settings)) {
            Pace pace = new Pace(rate);
            while ((most == 0 || sent < most)
                    && source.hasNext()
                    && failure.get() == null
                    && pace.await(sent, shutdown())) {
                byte[] value = source.next().toJson();
                send(producer, new ProducerRecord<>(settings.samplesTopic(), model, value), failure, metadata -> {
                    if (outcome != null) {
                        outcome.sent(metadata);
                    }
                });
                sent++;
                progress.update(sent, most);
            }
            producer.flush();
            Exception failed = failure.get();
            if (failed != null) {
                throw failed;
            }
            progress.done(sent, settings.samplesTopic());
            if (wait > 0 && sent > 0 && !shutdown().isRequested()) {
                err().println(
                                outcome == null
                                        ? "what comes of them cannot be seen: topics " + settings.predictionsTopic()
                                                + " and " + settings.deadLettersTopic() + " must exist and be readable"
                                        : outcome.await(sent, wait, shutdown(), sameCluster("learn")));
            }
        }
        return 0;
    }

    /** How many samples to send; 0 means without end. */
    private long most() {
        long size = samples.size();
        if (count == null) {
            return size == 0 ? DEFAULT_COUNT : size;
        }
        return count == 0 || size == 0 ? Math.max(count, size) : Math.min(count, size);
    }

    /** Says how a file was read, and what a model needs that is to learn its classes. */
    private void announce() {
        CsvFile file = samples.file();
        if (file == null) {
            return;
        }
        file.remarks().forEach(err()::println);
        int classes = file.classes().size();
        if (classes > 2) {
            err().println("a model of " + classes + " classes needs the settings layers=" + samples.features() + ",…,"
                    + classes + " output.activation=softmax loss=cross-entropy");
        }
    }

    private String fault() {
        if ((count != null && count < 0) || !(rate >= 0.0)) {
            return "--count and --rate must be at least 0; got " + (count == null ? DEFAULT_COUNT : count) + " and "
                    + rate;
        }
        return wait < 0 ? "--wait must be at least 0 seconds; got " + wait : samples.fault();
    }

    static Producer<byte[], byte[]> producer(Settings settings) {
        Map<String, Object> config = settings.kafka().producer();
        config.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        config.putIfAbsent(
                ProducerConfig.LINGER_MS_CONFIG,
                Long.toString(Duration.ofMillis(5).toMillis()));
        // The order of samples is a model's history. On a topic that has only just been created, several batches under
        // way at once
        // have been seen to leave the first of them in endless retries.
        config.putIfAbsent(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Sends without waiting; the first failure stays in {@code failure}, and {@code sent} hears of all else. */
    static void send(
            Producer<byte[], byte[]> producer,
            ProducerRecord<byte[], byte[]> record,
            AtomicReference<Exception> failure,
            Consumer<RecordMetadata> sent) {
        Future<RecordMetadata> unused = producer.send(record, (metadata, e) -> {
            if (e != null) {
                failure.compareAndSet(null, e);
            } else {
                sent.accept(metadata);
            }
        });
    }
}
