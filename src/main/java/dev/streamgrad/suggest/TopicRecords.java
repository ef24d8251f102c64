package dev.streamgrad.suggest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.streamgrad.json.Json;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.records.ModelName;
import dev.streamgrad.records.RecordDecoder;
import dev.streamgrad.records.ValueFormat;
import dev.streamgrad.settings.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The first or the last records of a topic, in the order of their timestamps, as they stand in it. They are read
 * without a group, so nothing on the cluster is changed and nobody is disturbed. Of several partitions each gives its
 * share.
 */
public final class TopicRecords {
    /** More bytes than these are not kept. */
    static final long MOST_BYTES = 128L << 20;

    /** With fewer records a key, a key is no model. */
    static final int LEAST_OF_A_MODEL = 100;

    private static final String SCHEMA_ID = "__value_schema_id";
    private static final int FRAME = 5;

    private static final ObjectReader JSON =
            new ObjectMapper(Json.FACTORY).readerFor(new TypeReference<LinkedHashMap<String, Object>>() {});

    private static final Duration POLL = Duration.ofMillis(200);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    private final int partitions;
    private long deleted;
    private long undecoded;
    private @Nullable String firstReason;
    private long bytes;

    /**
     * Reads a topic.
     *
     * @param most how many records at most
     * @param fromEnd whether the last ones rather than the first
     * @param stopped asked between polls
     * @throws IllegalArgumentException if there is no such topic or it has no records
     */
    public TopicRecords(Settings settings, String topic, long most, boolean fromEnd, BooleanSupplier stopped) {
        Map<String, Object> config = settings.kafka().consumer();
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = partitions(consumer, settings, topic);
            partitions = all.size();
            consumer.assign(all);
            read(consumer, all, most, fromEnd, stopped);
        }
        records.sort(Comparator.comparingLong(ConsumerRecord::timestamp));
        if (records.isEmpty()) {
            throw new IllegalArgumentException("topic " + topic + " must have records to look at; got "
                    + (deleted == 0 ? "none" : deleted + " without a value"));
        }
    }

    private static List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer, Settings settings, String topic) {
        Set<String> existing = new TreeSet<>(consumer.listTopics().keySet());
        existing.removeIf(name -> name.startsWith("_"));
        if (!existing.contains(topic)) {
            throw new IllegalArgumentException("topic " + topic + " must exist at " + settings.bootstrapServers()
                    + "; there are " + (existing.isEmpty() ? "none" : String.join(", ", existing)));
        }
        return consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    private void read(
            Consumer<byte[], byte[]> consumer,
            List<TopicPartition> all,
            long most,
            boolean fromEnd,
            BooleanSupplier stopped) {
        Map<TopicPartition, Long> beginning = consumer.beginningOffsets(all);
        Map<TopicPartition, Long> end = consumer.endOffsets(all);
        long size = 0;
        for (TopicPartition partition : all) {
            size += end.getOrDefault(partition, 0L) - beginning.getOrDefault(partition, 0L);
        }
        Set<TopicPartition> unfinished = new HashSet<>();
        Map<TopicPartition, Long> until = new HashMap<>();
        for (TopicPartition partition : all) {
            long from = beginning.getOrDefault(partition, 0L);
            long to = end.getOrDefault(partition, 0L);
            long share = size <= most ? to - from : (long) Math.ceil((double) most * (to - from) / size);
            long start = fromEnd ? Math.max(from, to - share) : from;
            consumer.seek(partition, start);
            until.put(partition, fromEnd ? to : Math.min(to, from + share));
            if (start < until.getOrDefault(partition, 0L)) {
                unfinished.add(partition);
            }
        }
        long lastNews = System.nanoTime();
        while (!unfinished.isEmpty() && bytes < MOST_BYTES && !stopped.getAsBoolean()) {
            long before = position(consumer, unfinished);
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                if (record.offset() < until.getOrDefault(partition, 0L)) {
                    take(record);
                }
            }
            if (position(consumer, unfinished) > before) {
                lastNews = System.nanoTime();
            } else if (System.nanoTime() - lastNews > PATIENCE) {
                // Such as an open transaction, behind which nothing is committed: what there is will do.
                break;
            }
            unfinished.removeIf(partition -> consumer.position(partition) >= until.getOrDefault(partition, 0L));
            // What has been read to its end must not crowd out the others.
            List<TopicPartition> finished = new ArrayList<>(all);
            finished.removeAll(unfinished);
            consumer.pause(finished);
        }
    }

    private static long position(Consumer<byte[], byte[]> consumer, Set<TopicPartition> of) {
        return of.stream().mapToLong(consumer::position).sum();
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            deleted++;
        } else if (bytes < MOST_BYTES) {
            bytes += record.value().length;
            records.add(record);
        }
    }

    /** How many records there are that have a value. */
    public int size() {
        return records.size();
    }

    /**
     * The records as trees; those that cannot be decoded are left out.
     *
     * @param format what their values are
     */
    public Records trees(ValueFormat format) {
        RecordDecoder decoder = format.decoder();
        RecordDecoder chosen =
                decoder == null ? (value, headers) -> json(value, format.frame().length(value, headers)) : decoder;
        return to -> {
            undecoded = 0;
            firstReason = null;
            for (ConsumerRecord<byte[], byte[]> record : records) {
                try {
                    Object tree = chosen.decode(record.value(), record.headers());
                    if (!(tree instanceof Map<?, ?>)) {
                        throw new BadRecordException(Reason.FIELD, "value must be a record with fields; got another");
                    }
                    @SuppressWarnings("unchecked") // Decoders promise it.
                    Map<String, ?> fields = (Map<String, ?>) tree;
                    to.accept(fields);
                } catch (BadRecordException e) {
                    undecoded++;
                    firstReason = firstReason == null ? e.text() : firstReason;
                }
            }
        };
    }

    private static Object json(byte[] value, int from) throws BadRecordException {
        try {
            return JSON.readValue(value, from, value.length - from);
        } catch (IOException e) {
            String what = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.toString();
            throw new BadRecordException(
                    Reason.JSON,
                    "value must be a JSON object in UTF-8; got "
                            + String.valueOf(what).lines().findFirst().orElse("other bytes")
                            + "; set samples.format if it is something else");
        }
    }

    /** How many could not be decoded, when they were last gone through. */
    public long undecoded() {
        return undecoded;
    }

    /** Why the first of them could not; null if all could. */
    public @Nullable String firstReason() {
        return firstReason;
    }

    /** How many partitions the topic has. */
    public int partitions() {
        return partitions;
    }

    /** Whether there were more bytes than are kept. */
    public boolean isCutShort() {
        return bytes >= MOST_BYTES;
    }

    /**
     * What format the values are in, as {@code samples.format} names it: by their first byte. JSON begins with a brace;
     * a zero byte and four more, or a header {@value #SCHEMA_ID}, are Confluent's framing, of JSON if that begins
     * behind it, and else of Avro.
     */
    public String format() {
        long zero = 0;
        long framedJson = 0;
        for (ConsumerRecord<byte[], byte[]> record : records) {
            byte[] value = record.value();
            boolean header = record.headers().lastHeader(SCHEMA_ID) != null;
            int start = header ? 0 : FRAME;
            if (value.length > start && (header || value[0] == 0)) {
                zero++;
                framedJson += value[start] == '{' ? 1 : 0;
            }
        }
        if (2 * zero <= records.size()) {
            return "json";
        }
        return 2 * framedJson > zero ? "json-schema" : "avro";
    }

    /**
     * Why keys cannot be the names of models, in words; null if they can: there is a key in each record, it can be a
     * name, and each of them has {@value #LEAST_OF_A_MODEL} records on average.
     */
    public @Nullable String keysNameNoModels() {
        Set<ByteBuffer> keys = new HashSet<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            byte[] key = record.key();
            if (key == null) {
                return "there are records without a key";
            }
            try {
                ModelName.of(key);
            } catch (BadRecordException e) {
                return "there are keys that are no names";
            }
            keys.add(ByteBuffer.wrap(key));
        }
        return keys.size() > 1 && (long) keys.size() * LEAST_OF_A_MODEL > records.size()
                ? "there are " + keys.size() + " different keys in " + records.size() + " records"
                : null;
    }

    /** How many different keys there are. */
    public long keys() {
        return records.stream()
                .filter(record -> record.key() != null)
                .map(record -> ByteBuffer.wrap(record.key()))
                .distinct()
                .count();
    }
}
