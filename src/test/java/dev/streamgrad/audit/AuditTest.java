package dev.streamgrad.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.streamgrad.audit.Finding.Verdict;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import dev.streamgrad.replay.ReplayListener;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.settings.SettingsException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The audit over logs that are made here: samples as they were learned, then written to the topic whole or tampered
 * with. What a real learner writes is audited in {@code LearnerIT} and {@code CrashIT}.
 */
class AuditTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final AtomicInteger TESTS = new AtomicInteger();
    /** Records of another time would soon be beyond the broker's retention. */
    private static final long NOW = System.currentTimeMillis();

    private static final ModelSpec SPEC =
            ModelSpec.xor().with("snapshot.every", "100").with("batch.size", "2");

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedBroker broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = EmbeddedBroker.start(0, Optional.empty());
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Entry(String model, byte[] value) {}

    /** The topics of one test. */
    private static final class Log {
        final List<Entry> samples = new ArrayList<>();
        final List<Entry> snapshots = new ArrayList<>();
        final Settings settings;

        Log(String... more) {
            int test = TESTS.incrementAndGet();
            Map<String, String> given = new HashMap<>(Map.of(
                    "bootstrap.servers", broker.bootstrapServers(),
                    "samples.topic", "samples-" + test,
                    "snapshots.topic", "snapshots-" + test));
            for (String setting : more) {
                given.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
            }
            settings = Settings.of(given);
        }

        /** Two models learn 1,000 samples each, between requests and bad records; every snapshot they make is kept. */
        Log learned() throws BadRecordException {
            return learned(SPEC);
        }

        Log learned(ModelSpec spec) throws BadRecordException {
            Map<String, Model> models = new HashMap<>();
            SampleSource source = Dataset.NOISY_XOR.samples(1);
            Learner learner = new Learner(spec);
            SampleReader reader = SampleReader.of(spec);
            for (int i = 0; i < 2000; i++) {
                String name = i % 2 == 0 ? "even" : "odd";
                byte[] value = source.next().toJson();
                if (i % 100 == 7) {
                    samples.add(new Entry(name, "{\"features\":[1,1]}".getBytes(StandardCharsets.UTF_8)));
                    samples.add(new Entry(name, "bad".getBytes(StandardCharsets.UTF_8)));
                }
                samples.add(new Entry(name, value));
                Model model = models.computeIfAbsent(name, key -> new Model(spec, samples.size() - 1));
                long before = model.version();
                reader.read(value);
                learner.learn(model, reader.features(), reader.label(), reader.weight());
                model.reached(samples.size() - 1);
                if (model.snapshotIsDueSince(before)) {
                    snapshots.add(new Entry(
                            name,
                            Snapshot.of(
                                            name,
                                            model,
                                            new Source(0, samples.size() - 1),
                                            new SamplesLog("", "xor"),
                                            NOW + samples.size() - 1)
                                    .toJson()));
                }
            }
            return this;
        }

        Log written() throws Exception {
            try (Admin admin = admin();
                    Producer<byte[], byte[]> producer = new KafkaProducer<>(
                            Map.of(
                                    "bootstrap.servers",
                                    broker.bootstrapServers(),
                                    "max.in.flight.requests.per.connection",
                                    "1"),
                            new ByteArraySerializer(),
                            new ByteArraySerializer())) {
                admin.createTopics(List.of(
                                new NewTopic(settings.samplesTopic(), 1, (short) 1),
                                new NewTopic(settings.snapshotsTopic(), 3, (short) 1)))
                        .all()
                        .get();
                write(producer, settings.samplesTopic(), samples);
                write(producer, settings.snapshotsTopic(), snapshots);
            }
            return this;
        }

        private static void write(Producer<byte[], byte[]> producer, String topic, List<Entry> entries) {
            for (int i = 0; i < entries.size(); i++) {
                byte[] key = entries.get(i).model().getBytes(StandardCharsets.UTF_8);
                Integer partition = topic.startsWith("samples") ? 0 : null;
                var unused = producer.send(new ProducerRecord<>(
                        topic, partition, NOW + i, key, entries.get(i).value()));
            }
            producer.flush();
        }

        List<Finding> audit(Optional<String> only) {
            return new Audit(settings, only, new ReplayListener() {
                        @Override
                        public void progress(long done, long total) {
                            assertThat(done).isBetween(0L, total);
                        }

                        @Override
                        public boolean isStopped() {
                            return false;
                        }
                    })
                    .run()
                    .orElseThrow();
        }

        List<Finding> audit() {
            return audit(Optional.empty());
        }
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    private static Entry asFormat1(Entry entry) throws Exception {
        ObjectNode tree = (ObjectNode) JSON.readTree(entry.value());
        tree.put("format", 1);
        tree.remove(List.of("lastOffset", "steps", "controls", "frozen", "commands", "checkpoint", "log"));
        ((ObjectNode) tree.required("spec")).remove("max.record.bytes");
        return new Entry(entry.model(), JSON.writeValueAsBytes(tree));
    }

    /** By another setting other records would be the models', and an honest log would be accused. */
    @Test
    void samplesThatWouldBeReadOtherwise_areNotAudited() throws Exception {
        Log log = new Log("keys=ignore").learned().written();
        assertThatThrownBy(log::audit)
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("the samples must be read as they were when the models learned from them; these"
                        + " settings were others: default.model its default (now xor), keys its default (now ignore)");
    }

    /** The release that wrote the first snapshots did not say how large records may be; the one after it does. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "seed=42",
                "max.record.bytes=2000000",
                "models.even.max.record.bytes=2000000",
                "default.model=even"
            })
    void afterAnUpgrade_whatLaterSnapshotsSay_goesBeforeThePresentSettings(String setting) throws Exception {
        Log log = new Log(setting).learned();
        for (int i = 0; i < 4; i++) {
            log.snapshots.set(i, asFormat1(log.snapshots.get(i)));
        }
        assertThat(log.written().audit()).hasSize(2).allMatch(Finding::isGood);
    }

    /** Samples were deleted and made anew, and the models forgotten by hand. */
    @Test
    void snapshotsOfASamplesTopicThatIsGone_beforeThoseOfThePresentOne_arePassedOver() throws Exception {
        Log log = new Log().learned();
        List<Entry> present = List.copyOf(log.snapshots);
        log.snapshots.clear();
        for (Entry entry : present) {
            String text = new String(entry.value(), StandardCharsets.UTF_8)
                    .replace("\"topic\":\"\"", "\"topic\":\"cOtherTopicOtherTopicA\"");
            log.snapshots.add(new Entry(entry.model(), text.getBytes(StandardCharsets.UTF_8)));
        }
        log.snapshots.addAll(present);
        assertThat(log.written().audit()).hasSize(2).allMatch(Finding::isGood);
    }

    @Test
    void wholeLog_agrees_withEverySnapshot() throws Exception {
        List<Finding> findings = new Log().learned().written().audit();
        assertThat(findings)
                .containsExactly(
                        new Finding("even", 0, Verdict.AGREES, 0, 5, 500, ""),
                        new Finding("odd", 0, Verdict.AGREES, 0, 5, 500, ""));
        assertThat(findings.get(0))
                .hasToString("even: ok, 5 snapshots agree, the last of version 500, trained again from version 0");
    }

    @Test
    void statisticsOfLabels_areDerivedAgain() throws Exception {
        ModelSpec spec = SPEC.with("output.activation", "identity")
                .with("learning.rate", "0.01")
                .with("features.scaling", "running")
                .with("label.scaling", "running")
                .with("on.divergence", "restore");
        assertThat(new Log().learned(spec).written().audit())
                .containsExactly(
                        new Finding("even", 0, Verdict.AGREES, 0, 5, 500, ""),
                        new Finding("odd", 0, Verdict.AGREES, 0, 5, 500, ""));
    }

    /**
     * The settings were others then, and a sample that is good now was not: the model's history begins with its first
     * own sample.
     */
    @Test
    void samplesFromBeforeTheModel_areNotItsOwn() throws Exception {
        Log log = new Log();
        for (int i = 0; i < 50; i++) {
            log.samples.add(new Entry("even", "{\"features\":[1,0],\"label\":[1]}".getBytes(StandardCharsets.UTF_8)));
        }
        assertThat(log.learned().written().audit()).hasSize(2).allMatch(Finding::isGood);
    }

    @Test
    void modelWhoseSamplesAreGone_isNotCalledGood() throws Exception {
        Log log = new Log().learned().written();
        try (Admin admin = admin()) {
            admin.deleteRecords(Map.of(
                            new TopicPartition(log.settings.samplesTopic(), 0),
                            RecordsToDelete.beforeOffset(log.samples.size())))
                    .all()
                    .get();
        }
        assertThat(log.audit())
                .hasSize(2)
                .noneMatch(Finding::isGood)
                .allSatisfy(finding -> assertThat(finding.text()).contains(" gone"));
    }

    @Test
    void oneModel_canBeAudited() throws Exception {
        assertThat(new Log().learned().written().audit(Optional.of("odd")))
                .extracting(Finding::model)
                .containsExactly("odd");
    }

    @Test
    void changedSample_isFound_atTheFirstSnapshotAfterIt() throws Exception {
        Log log = new Log().learned();
        int at = 1200;
        String changed =
                new String(log.samples.get(at).value(), StandardCharsets.UTF_8).replaceFirst("\\[(-?\\d)", "[1$1");
        log.samples.set(at, new Entry(log.samples.get(at).model(), changed.getBytes(StandardCharsets.UTF_8)));
        assertFoundInOneModelOnly(log.written().audit(), "the samples give the fingerprint");
    }

    @Test
    void lostSample_isFound() throws Exception {
        Log log = new Log().learned();
        log.samples.remove(900);
        assertThat(log.written().audit()).anyMatch(finding -> !finding.isGood());
    }

    @Test
    void doubledSample_isFound() throws Exception {
        Log log = new Log().learned();
        log.samples.add(901, log.samples.get(900));
        assertThat(log.written().audit()).anyMatch(finding -> !finding.isGood());
    }

    @Test
    void missingEndOfTheLog_isFound() throws Exception {
        Log log = new Log().learned();
        log.samples.subList(1500, log.samples.size()).clear();
        assertThat(log.written().audit())
                .allSatisfy(
                        finding -> assertThat(finding.text()).contains("the samples in the log lead only to version"));
    }

    @Test
    void flippedBitsOfSnapshots_areFound() throws Exception {
        NumpyRandom random = new NumpyRandom(3);
        for (int i = 0; i < 12; i++) {
            Log log = new Log().learned();
            int which = random.nextInt(log.snapshots.size());
            byte[] value = log.snapshots.get(which).value().clone();
            int bit = random.nextInt(value.length * 8);
            value[bit / 8] ^= (byte) (1 << bit % 8);
            log.snapshots.set(which, new Entry(log.snapshots.get(which).model(), value));
            assertThat(log.written().audit())
                    .as("snapshot %d, bit %d: %s", which, bit, new String(value, StandardCharsets.UTF_8))
                    .anyMatch(finding -> !finding.isGood());
        }
    }

    @Test
    void doubledSnapshot_isFound() throws Exception {
        Log log = new Log().learned();
        log.snapshots.add(log.snapshots.get(log.snapshots.size() - 1));
        assertFoundInOneModelOnly(log.written().audit(), "there is more than one snapshot of this version");
    }

    @Test
    void snapshotsThatCompactionHasRemoved_areNoFault() throws Exception {
        Log log = new Log().learned();
        log.snapshots.subList(0, log.snapshots.size() - 2).clear();
        assertThat(log.written().audit())
                .containsExactly(
                        new Finding("even", 0, Verdict.AGREES, 0, 1, 500, ""),
                        new Finding("odd", 0, Verdict.AGREES, 0, 1, 500, ""));
    }

    @Test
    void whereTheBeginningIsGone_itStartsFromTheOldestSnapshotThatServes_andSaysWhich() throws Exception {
        Log log = new Log().learned().written();
        long beginning = Snapshot.read(log.snapshots.get(3).value()).source().offset() + 1;
        try (Admin admin = admin()) {
            admin.deleteRecords(Map.of(
                            new TopicPartition(log.settings.samplesTopic(), 0),
                            RecordsToDelete.beforeOffset(beginning)))
                    .all()
                    .get();
        }
        assertThat(log.audit()).allSatisfy(finding -> {
            assertThat(finding.isGood()).isTrue();
            assertThat(finding.from()).isBetween(200L, 300L);
            assertThat(finding.checked()).isPositive();
            assertThat(finding.toString()).contains("trained again from the snapshot of version");
        });
    }

    @Test
    void noSnapshots_isNothingFound() throws Exception {
        assertThat(new Log().written().audit()).isEmpty();
    }

    private static void assertFoundInOneModelOnly(List<Finding> findings, String mismatch) {
        assertThat(findings)
                .filteredOn(finding -> !finding.isGood())
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.text()).contains("at version ", "(sample 0@", mismatch);
                    assertThat(finding.toString()).contains(": MISMATCH at version");
                });
        assertThat(findings).filteredOn(Finding::isGood).hasSize(1);
    }
}
