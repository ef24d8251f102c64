package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.exchange.Imported;
import dev.streamgrad.exchange.SafetensorsModel;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(SharedBroker.class)
class ExportCommandTest {
    private final EmbeddedBroker broker;

    @TempDir
    private Path folder = Path.of("");

    ExportCommandTest(EmbeddedBroker broker) {
        this.broker = broker;
    }

    /** Of a model that has learned so many samples of XOR. */
    private static Snapshot snapshot(String name, int partition, ModelSpec spec, int samples) {
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        for (int i = 0; i < samples; i++) {
            learner.learn(model, new double[] {i % 2, i / 2 % 2}, new double[] {i % 2 ^ i / 2 % 2}, 1.0);
            model.reached(i);
        }
        return Snapshot.of(name, model, new Source(partition, samples - 1), new SamplesLog("id", null), 17);
    }

    private String[] cluster(String topic) {
        return new String[] {"-b", broker.bootstrapServers(), "--set", "snapshots.topic=" + topic};
    }

    private void publish(String topic, Map<String, List<@Nullable Snapshot>> snapshots) throws Exception {
        CommandRun.of(0, CommandRun.with(cluster(topic), "topics"));
        try (Producer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new StringSerializer(),
                new ByteArraySerializer())) {
            for (Map.Entry<String, List<@Nullable Snapshot>> model : snapshots.entrySet()) {
                for (Snapshot snapshot : model.getValue()) {
                    producer.send(new ProducerRecord<>(
                                    topic, model.getKey(), snapshot == null ? null : snapshot.toJson()))
                            .get();
                }
            }
        }
    }

    private CommandRun export(int code, String topic, String file, String... more) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("export", "--out", folder.resolve(file).toString()));
        command.addAll(List.of(more));
        return CommandRun.of(code, CommandRun.with(cluster(topic), command.toArray(String[]::new)));
    }

    @Test
    void newestSnapshot_isWritten_orThatOfAVersion() throws Exception {
        ModelSpec spec = ModelSpec.xor();
        Snapshot older = snapshot("xor", 0, spec, 100);
        Snapshot newer = snapshot("xor", 0, spec, 200);
        publish("exported", Map.of("xor", List.of(older, newer), "other", List.of(snapshot("other", 0, spec, 300))));

        CommandRun run = export(0, "exported", "xor.json", "--model", "xor");
        assertThat(folder.resolve("xor.json")).hasBinaryContent(newer.toJson());
        assertThat(run.out.toString())
                .isEqualToIgnoringNewLines(String.format(
                        java.util.Locale.ROOT,
                        "%s: xor version 200, fingerprint %s, %,d bytes",
                        folder.resolve("xor.json"),
                        newer.fingerprint(),
                        newer.toJson().length));
        assertThat(run.err.toString()).isEmpty();

        export(0, "exported", "xor.json", "--model", "xor", "--version", "100");
        assertThat(folder.resolve("xor.json")).hasBinaryContent(older.toJson());

        export(0, "exported", "xor.safetensors", "--model", "xor");
        Imported imported = SafetensorsModel.read(folder.resolve("xor.safetensors"), older);
        assertThat(imported.extent()).isEqualTo(Imported.Extent.AS_EXPORTED);
        assertThat(imported.snapshot().fingerprint()).isEqualTo(newer.fingerprint());

        export(0, "exported", "xor.onnx", "--model", "xor");
        assertThat(Files.readString(folder.resolve("xor.onnx"), StandardCharsets.ISO_8859_1))
                .contains("Gemm", newer.fingerprint());
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .as("no part of a file is left")
                    .containsExactlyInAnyOrder("xor.json", "xor.safetensors", "xor.onnx");
        }
    }

    @Test
    void whatIsNotThere_isSaid_withWhatThereIs() throws Exception {
        ModelSpec spec = ModelSpec.xor();
        List<@Nullable Snapshot> many = new ArrayList<>();
        for (int version = 1; version <= 30; version++) {
            many.add(snapshot("many", 0, spec, version));
        }
        List<@Nullable Snapshot> deleted = new ArrayList<>();
        deleted.add(snapshot("deleted", 0, spec, 5));
        deleted.add(null);
        publish(
                "missing",
                Map.of(
                        "xor",
                        List.of(snapshot("xor", 0, spec, 10), snapshot("xor", 0, spec, 20)),
                        "many",
                        many,
                        "two",
                        List.of(snapshot("two", 1, spec, 7), snapshot("two", 3, spec, 8)),
                        "deleted",
                        deleted));
        assertFault(
                "--model xor --version 15",
                "--version must be one that there is a snapshot of; got 15; of xor there are 10, 20");
        assertFault("--model many --version 31", "got 31; of many there are 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …, 30");
        assertFault(
                "--model none",
                "the snapshots topic must have a snapshot of none; it has those of deleted, many, two, xor; a model has its first one after snapshot.every steps");
        assertFault("--model deleted", "must have a snapshot of deleted; it has those of many, two, xor");
        assertFault("--model two", "there are models named two in the partitions 1 and 3; choose one with --partition");
        assertFault(
                "--model two --partition 0", "--partition must be one that has a model two; it is in 1 and 3; got 0");
        assertThat(export(0, "missing", "two.json", "--model", "two", "--partition", "1")
                        .out
                        .toString())
                .contains("two version 7, ");
    }

    private void assertFault(String options, String line) throws Exception {
        CommandRun run = export(1, "missing", "none.onnx", options.split(" "));
        assertThat(run.err.toString()).contains(line).hasLineCount(1);
        assertThat(run.out.toString()).isEmpty();
        assertThat(folder.resolve("none.onnx")).doesNotExist();
    }

    @Test
    void whatDoesNotFitItsFingerprint_isNotExported_andWhatCannotBeReadIsPassedOver() throws Exception {
        Snapshot good = snapshot("xor", 0, ModelSpec.xor(), 10);
        Snapshot bad = new Snapshot(
                good.format(), "xor", good.model(), good.source(), good.log(), "0".repeat(64), good.time());
        publish("damaged", Map.of("xor", List.of(bad)));
        assertThat(export(1, "damaged", "xor.onnx", "--model", "xor").err.toString())
                .contains("the snapshot of xor version 10 must have the fingerprint of its weights; it has another");
        try (Producer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>("damaged", "xor", new String(good.toJson(), StandardCharsets.UTF_8)))
                    .get();
            producer.send(new ProducerRecord<>("damaged", "xor", "{}")).get();
        }
        assertThat(export(0, "damaged", "xor.onnx", "--model", "xor").err.toString())
                .contains("snapshots that cannot be read were passed over, 1 in all; the last is damaged-0 at offset 2")
                .hasLineCount(1);
    }

    @Test
    void geluInOnnx_isSaidToBeInSinglePrecision() throws Exception {
        ModelSpec spec = ModelSpec.xor().with("hidden.activation", "gelu");
        publish("gelus", Map.of("xor", List.of(snapshot("xor", 0, spec, 10))));
        assertThat(export(0, "gelus", "xor.onnx", "--model", "xor").err.toString())
                .contains("gelu is in single precision in it")
                .hasLineCount(1);
        assertThat(export(0, "gelus", "xor.safetensors", "--model", "xor").err.toString())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "export --model xor --out xor.pt | a model's file must end with .safetensors, .onnx, .json; got xor.pt",
                "export --model xor --out /no/such/folder/xor.onnx | --out must be a file in a folder that exists; got /no",
                "export --out xor.onnx | Missing required option: '--model=NAME'",
                "export --model xor | Missing required option: '--out=FILE'",
                "export --model xor --out x.onnx --version one | Invalid value for option '--version'",
            })
    void wrongUse_isOneLine(String command, String message) throws Exception {
        CommandRun run = CommandRun.of(2, command.split(" "));
        assertThat(run.err.toString()).contains(message).hasLineCount(1);
    }

    @Test
    void fileThatCannotBeWritten_isSaid() throws Exception {
        publish("unwritable", Map.of("xor", List.of(snapshot("xor", 0, ModelSpec.xor(), 10))));
        Files.createDirectory(folder.resolve("xor.onnx.part"));
        Files.createFile(folder.resolve("xor.onnx.part").resolve("file"));
        Files.writeString(folder.resolve("xor.onnx"), "as it was");
        assertThat(export(1, "unwritable", "xor.onnx", "--model", "xor").err.toString())
                .contains("--out must be a file that can be written; got ")
                .hasLineCount(1);
        assertThat(folder.resolve("xor.onnx")).hasContent("as it was");
    }
}
