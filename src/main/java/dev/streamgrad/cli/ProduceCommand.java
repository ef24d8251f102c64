package dev.streamgrad.cli;

import dev.streamgrad.cluster.Topics;
import dev.streamgrad.data.CsvFile;
import dev.streamgrad.data.RowFile;
import dev.streamgrad.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
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

/** Sends samples of a dataset, or the rows of a file, to the samples topic. */
@Command(
        name = "produce",
        description = "Send samples of a dataset, or the rows of a file, to the samples topic.",
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
            names = "--key-column",
            paramLabel = "NAME",
            description =
                    "The column or field of the file that is the key of its record; a row without it has --key (default: all"
                            + " have --key).")
    private @Nullable String keyColumn;

    @Option(
            names = "--as-arrays",
            description =
                    "Send the rows of a CSV file of numbers as {\"features\":[…],\"label\":…} instead of objects with the"
                            + " columns' names, for a model without the setting features.")
    private boolean asArrays;

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
        Iterator<Message> source;
        try {
            source = open();
        } catch (IllegalArgumentException e) {
            err().println(e.getMessage());
            return 2;
        }
        long most = most();
        Topics.require(settings, List.of(settings.samplesTopic()), progress());
        announce();
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
                Message next = source.next();
                send(
                        producer,
                        new ProducerRecord<>(settings.samplesTopic(), next.key(), next.value()),
                        failure,
                        metadata -> {
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

    /** What is sent. */
    @SuppressWarnings("ArrayRecordComponent") // Neither compared nor kept.
    private record Message(byte[] key, byte[] value) {}

    /** All that there is to send, from the first. */
    private Iterator<Message> open() {
        byte[] model = (key.isEmpty() ? samples.name() : key).getBytes(StandardCharsets.UTF_8);
        if (!samples.isOfFile() || asArrays) {
            return new Mapped<>(samples.openSamples(), sample -> new Message(model, sample.toJson()));
        }
        String column = keyColumn;
        RowFile file = samples.rowFile();
        if (column != null && file != null && !file.columns().isEmpty()) {
            SampleOptions.requireColumns(file, List.of(column));
        }
        return new Mapped<>(samples.openRows(), row -> {
            Object named = column == null ? null : row.fields().get(column);
            return new Message(named == null ? model : named.toString().getBytes(StandardCharsets.UTF_8), row.toJson());
        });
    }

    /** How many samples to send; 0 means without end. */
    private long most() {
        long size = size();
        if (count == null) {
            return size == 0 ? DEFAULT_COUNT : size;
        }
        return count == 0 || size == 0 ? Math.max(count, size) : Math.min(count, size);
    }

    /** How many samples there are; 0 if they do not end. */
    private long size() {
        CsvFile arrays = asArrays ? samples.arrays() : null;
        RowFile file = asArrays ? null : samples.rowFile();
        return samples.passes() * (arrays != null ? arrays.samples() : file != null ? file.size() : 0);
    }

    /** Says how a file was read, and how a model comes to learn from it. */
    private void announce() {
        CsvFile arrays = asArrays ? samples.arrays() : null;
        RowFile file = asArrays ? null : samples.rowFile();
        if (file != null) {
            file.remarks().forEach(err()::println);
        }
        if (arrays == null) {
            return;
        }
        arrays.remarks().forEach(err()::println);
        int classes = arrays.classes().size();
        if (classes > 2) {
            err().println("a model of " + classes + " classes needs the settings layers="
                    + arrays.features().size() + ",…," + classes + " output.activation=softmax loss=cross-entropy");
        }
    }

    private String fault() {
        if ((count != null && count < 0) || !(rate >= 0.0)) {
            return "--count and --rate must be at least 0; got " + (count == null ? DEFAULT_COUNT : count) + " and "
                    + rate;
        }
        if (wait < 0) {
            return "--wait must be at least 0 seconds; got " + wait;
        }
        String fault = samples.fault();
        if (!fault.isEmpty()) {
            return fault;
        }
        if (asArrays && !samples.isCsv()) {
            return "--as-arrays is for --csv FILE; got no such file";
        }
        if (keyColumn != null && (!samples.isOfFile() || asArrays)) {
            return "--key-column is for the rows of --csv FILE or --jsonl FILE; got "
                    + (asArrays ? "--as-arrays" : "no file");
        }
        return !asArrays && !samples.featuresColumns().isEmpty()
                ? "--features-columns needs --as-arrays, because a row is sent with all its columns; the setting features"
                        + " says which are used"
                : "";
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
