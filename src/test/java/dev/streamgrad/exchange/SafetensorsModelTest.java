package dev.streamgrad.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.streamgrad.exchange.Imported.Extent;
import dev.streamgrad.exchange.Safetensors.Tensor;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.ModelState;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.StateFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsModelTest {
    private static final long SEED = 20261126;

    static Stream<ModelSpec> specs() {
        return Stream.of(
                ModelSpec.xor(),
                Exported.spec("layers=2,1", "optimizer=momentum"),
                Exported.spec("layers=2,8,5,1", "hidden.activation=tanh,gelu", "optimizer=nesterov"),
                Exported.spec("layers=2,4,1", "optimizer=adam", "batch.size=7", "features.scaling=standard"),
                Exported.spec(
                        "layers=2,4,1",
                        "optimizer=adamw",
                        "features.scaling=running",
                        "output.activation=identity",
                        "label.scaling=running",
                        "on.divergence=restore",
                        "snapshot.every=10"));
    }

    private static Model trained(ModelSpec spec) {
        return Exported.trained(spec, 123, 1);
    }

    private static byte[] write(Model model) throws ExchangeException {
        return ExchangeFormat.SAFETENSORS.write(Exported.snapshot(model), Exported.RELEASE);
    }

    private static byte[] state(Model model) {
        return new StateFormat().write(model);
    }

    @ParameterizedTest
    @MethodSource("specs")
    void everything_returnsToTheBit(ModelSpec spec) throws ExchangeException {
        Model model = trained(spec);
        Imported imported = SafetensorsModel.read(write(model), Exported.snapshot(model));
        assertThat(imported.extent()).isEqualTo(Extent.AS_EXPORTED);
        assertThat(state(imported.snapshot().model())).isEqualTo(state(model));
        assertThat(imported.snapshot().toJson())
                .isEqualTo(Exported.snapshot(model).toJson());
    }

    @Test
    void wordsOfRecords_returnToo() throws Exception {
        ModelSpec spec = Exported.ofRecords(
                "features.scaling=running",
                "output.activation=softmax",
                "loss=cross-entropy",
                "on.divergence=restore",
                "optimizer=adam");
        Model model = Exported.trainedOnRecords(spec, 200, 2);
        Model fresh = Exported.trainedOnRecords(spec, 1, 3);
        Model back = SafetensorsModel.read(write(model), Exported.snapshot(fresh))
                .snapshot()
                .model();
        assertThat(Objects.requireNonNull(back.vocabulary())
                        .dictionaries()
                        .get(0)
                        .words())
                .isEqualTo(Objects.requireNonNull(model.vocabulary())
                        .dictionaries()
                        .get(0)
                        .words());
        assertThat(Fingerprint.of(back)).isEqualTo(Fingerprint.of(model));
    }

    /** The place in the log is the present model's: a file belongs to no log. */
    @Test
    void placeInTheLog_staysThatOfThePresentModel() throws ExchangeException {
        Model exported = trained(ModelSpec.xor());
        Model present = new Model(ModelSpec.xor(), 700);
        present.reached(710);
        Snapshot snapshot = Exported.snapshot("other", present);
        byte[] before = state(present);
        Snapshot imported = SafetensorsModel.read(write(exported), snapshot).snapshot();
        assertThat(imported.name()).isEqualTo("other");
        assertThat(imported.source()).isEqualTo(snapshot.source());
        assertThat(imported.time()).isEqualTo(snapshot.time());
        assertThat(imported.model().firstOffset()).isEqualTo(700);
        assertThat(imported.model().lastOffset()).isEqualTo(710);
        assertThat(imported.model().version()).isEqualTo(123);
        assertThat(imported.fingerprint()).isEqualTo(Fingerprint.of(exported));
        assertThat(state(present)).as("the present model is not changed").isEqualTo(before);
    }

    @Test
    void hiddenLayers_mayBeOthers() throws ExchangeException {
        Model exported = trained(Exported.spec("layers=2,9,3,1", "optimizer=adam", "features.scaling=running"));
        Model back = SafetensorsModel.read(write(exported), Exported.snapshot(trained(ModelSpec.xor())))
                .snapshot()
                .model();
        assertThat(back.spec()).isEqualTo(exported.spec());
        assertThat(Fingerprint.of(back)).isEqualTo(Fingerprint.of(exported));
    }

    @Test
    void names_areThoseOfPyTorch() throws ExchangeException {
        Model model = trained(Exported.spec("layers=2,4,1", "optimizer=adam", "features.scaling=running"));
        Safetensors file = Safetensors.of(write(model));
        assertThat(file.tensors().keySet())
                .containsExactly(
                        "0.weight",
                        "0.bias",
                        "2.weight",
                        "2.bias",
                        "optimizer.m.0.weight",
                        "optimizer.m.0.bias",
                        "optimizer.m.2.weight",
                        "optimizer.m.2.bias",
                        "optimizer.v.0.weight",
                        "optimizer.v.0.bias",
                        "optimizer.v.2.weight",
                        "optimizer.v.2.bias",
                        "scaling.count",
                        "scaling.means",
                        "scaling.squares",
                        "metrics.state");
        Tensor weight = Objects.requireNonNull(file.tensors().get("0.weight"));
        assertThat(weight.shape()).as("out × in").containsExactly(4L, 2L);
        double[][] rows = model.parameters().layer(0).weights().getData();
        assertThat(file.numbers(weight))
                .containsExactly(
                        rows[0][0], rows[1][0], rows[0][1], rows[1][1], rows[0][2], rows[1][2], rows[0][3], rows[1][3]);
        assertThat(file.metadata())
                .containsEntry("format", "streamgrad")
                .containsEntry("formatVersion", "1")
                .containsEntry("version", "123")
                .containsEntry("steps", "123")
                .containsEntry("optimizer.steps", "123")
                .containsEntry("learningRateFactor", "1.0")
                .containsEntry("offset", "122")
                .containsEntry("partition", "2")
                .containsEntry("fingerprint", Fingerprint.of(model))
                .doesNotContainKeys("firstOffset", "lastOffset");
    }

    // files of anybody's

    private static byte[] weights(Map<String, String> metadata, Object... namesAndNumbers) throws ExchangeException {
        Safetensors.Writer writer = new Safetensors.Writer(metadata);
        for (int i = 0; i < namesAndNumbers.length; i += 3) {
            writer.add((String) namesAndNumbers[i], longs(namesAndNumbers[i + 1]), (double[]) namesAndNumbers[i + 2]);
        }
        return writer.toBytes();
    }

    @SuppressWarnings("unchecked")
    private static List<Long> longs(Object list) {
        return (List<Long>) list;
    }

    private static byte[] xorWeights(String first, String second) throws ExchangeException {
        return weights(
                Map.of("format", "pt"),
                first + ".bias",
                List.of(4L),
                new double[] {1, 2, 3, 4},
                first + ".weight",
                List.of(4L, 2L),
                new double[] {10, 20, 11, 21, 12, 22, 13, 23},
                second + ".weight",
                List.of(1L, 4L),
                new double[] {5, 6, 7, 8},
                second + ".bias",
                List.of(1L),
                new double[] {9});
    }

    @ParameterizedTest
    @CsvSource({"0,2", "0,1", "1,4", "2,10"})
    void weightsAlone_areTakenInTheOrderOfTheirNumbers(String first, String second) throws ExchangeException {
        ModelSpec spec = Exported.spec("optimizer=adam", "features.scaling=running", "batch.size=2");
        Model present = trained(spec);
        Imported imported = SafetensorsModel.read(xorWeights(first, second), Exported.snapshot(present));
        Model back = imported.snapshot().model();
        assertThat(imported.extent()).isEqualTo(Extent.WEIGHTS);
        assertThat(back.parameters().layer(0).weights().getData())
                .isDeepEqualTo(new double[][] {{10, 11, 12, 13}, {20, 21, 22, 23}});
        assertThat(back.parameters().layer(0).biases().toArray()).containsExactly(1, 2, 3, 4);
        assertThat(back.parameters().layer(1).weights().getData()).isDeepEqualTo(new double[][] {{5}, {6}, {7}, {8}});
        assertThat(back.parameters().layer(1).biases().toArray()).containsExactly(9);
        assertThat(back.spec()).isEqualTo(spec);
        assertThat(Objects.requireNonNull(back.scaler()).mean())
                .isEqualTo(Objects.requireNonNull(present.scaler()).mean());
        assertThat(back.scaler().count()).isEqualTo(123);
        assertThat(back.version()).isEqualTo(present.version());
        assertThat(back.steps()).isEqualTo(present.steps());
        assertThat(back.metrics().sinceStart()).isEqualTo(present.metrics().sinceStart());
        assertThat(ModelState.counters(back))
                .containsEntry("optimizer.steps", 0L)
                .containsEntry("batch.samples", 0L)
                .containsEntry("lastOffset", 122L);
        back.state().slots().forEach(slot -> assertThat(slot.norm(1.0)).isZero());
    }

    /** What on.divergence=restore goes back to must not be the weights that were replaced. */
    @Test
    void weightsAlone_areTheCheckpointToo() throws ExchangeException {
        ModelSpec spec = Exported.spec("on.divergence=restore", "divergence.restore.after=1", "hidden.activation=relu");
        Model back = SafetensorsModel.read(xorWeights("0", "2"), Exported.snapshot(trained(spec)))
                .snapshot()
                .model();
        assertThat(new Learner(spec).learn(back, new double[] {1e308, 1e308}, new double[] {0.0}, 1.0))
                .isEqualTo(Learner.Outcome.RESTORED);
        assertThat(back.parameters().layer(1).biases().toArray()).containsExactly(9);
    }

    // refusals

    private static void requireRefusal(byte[] file, Snapshot present, String message) {
        byte[] before = state(present.model());
        assertThatThrownBy(() -> SafetensorsModel.read(file, present))
                .isInstanceOf(ExchangeException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
        assertThat(state(present.model())).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0.weight=2x4 0.bias=4 2.weight=1x4 2.bias=1 | 0.weight must have the shape [4, 2] for layers 2-4-1; got [2, 4]",
                "0.weight=4x2 0.bias=4 | for 2 layers, as the model's 2-4-1 has; got 1, numbered [0]",
                "0.weight=4x2 0.bias=4 2.weight=1x4 | each layer must have a weight and a bias; got no 2.bias",
                "0.weight=4x2 0.bias=4 2.weight=1x4 2.bias=1 3.weight=1 | got 3, numbered [0, 2, 3]",
                "0.weight=4x2 0.bias=4 2.weight=1x4 2.bias=1 optimizer.m.0.bias=4 | nothing else; got a tensor optimizer.m.0.bias",
                "net.0.weight=4x2 | got a tensor net.0.weight; leave it out, rename it",
                "00.weight=4x2 | got a tensor 00.weight",
                "99999999999.weight=4x2 | got a tensor 99999999999.weight",
            })
    void weightsOfAnotherShape_areRefused(String tensors, String message) throws ExchangeException {
        Safetensors.Writer writer = new Safetensors.Writer(Map.of());
        for (String tensor : tensors.split(" ", -1)) {
            List<Long> shape = Stream.of(tensor.split("=", -1)[1].split("x", -1))
                    .map(Long::valueOf)
                    .toList();
            int numbers = shape.stream().mapToInt(Long::intValue).reduce(1, (a, b) -> a * b);
            writer.add(tensor.split("=", -1)[0], shape, new double[numbers]);
        }
        requireRefusal(writer.toBytes(), Exported.snapshot(trained(ModelSpec.xor())), message);
    }

    /** A file of ours with one text of its metadata, or one tensor, changed or left out. */
    private static byte[] changed(byte[] file, String name, String value) throws ExchangeException {
        Safetensors read = Safetensors.of(file);
        Map<String, String> metadata = new LinkedHashMap<>(read.metadata());
        boolean tensor = read.tensors().containsKey(name) || name.startsWith("extra");
        if (!tensor) {
            if (value.equals("-")) {
                metadata.remove(name);
            } else {
                metadata.put(name, value.replace("\\n", "\n"));
            }
        }
        Safetensors.Writer writer = new Safetensors.Writer(metadata);
        for (Tensor each : read.tensors().values()) {
            if (tensor && each.name().equals(name)) {
                if (!value.equals("-")) {
                    double[] numbers = read.numbers(each);
                    numbers[0] = Double.parseDouble(value);
                    writer.add(name, each.shape(), numbers);
                }
            } else {
                writer.add(each.name(), each.shape(), read.numbers(each));
            }
        }
        if (name.startsWith("extra")) {
            writer.add(name, List.of(), new double[1]);
        }
        return writer.toBytes();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "formatVersion | 2 | unknown formatVersion 2 of an exported model, this release reads up to 1",
                "formatVersion | 0 | unknown formatVersion 0",
                "formatVersion | one | formatVersion must be a whole number; got one",
                "formatVersion | - | the metadata of an export must have formatVersion; got none; keep all of it",
                "spec | nonsense | the metadata's spec must be a model's settings; got every line of a spec must be name=value",
                "spec | layers=3,4,1 | the file's inputs of layers must be 2, as of the model xor; got 3",
                "spec | layers=2,4,2 | the file's outputs of layers must be 1, as of the model xor; got 2",
                "spec | layers=2,4,1\\noutput.activation=tanh | the file's output.activation must be sigmoid, as of the model xor; got tanh",
                "spec | features=a,b\\nlayers=2,4,1 | the file's features must be not set, as of the model xor; got a,b",
                "spec | layers=2,20000,12000,1 | must have the shape [20000, 2] for layers 2-20000-12000-1; got [4, 2]",
                "version | -1 | the metadata's version must be at least 0; got -1",
                "version | 1e3 | the metadata's version must be a whole number; got 1e3",
                "version | 99999999999999999999 | must be a whole number",
                "version | - | must have version; got none",
                "optimizer.steps | 124 | counters must be at least 0, and the optimizer's steps at most the version",
                "batch.samples | 4294967296 | the state of a model; got integer overflow",
                "learningRateFactor | 0 | learningRateFactor must be over 0 and at most 1; got 0",
                "learningRateFactor | NaN | learningRateFactor must be over 0 and at most 1; got NaN",
                "learningRateFactor | x | learningRateFactor must be a number; got x",
                "0.weight | - | there must be a tensor 0.weight of the shape [4, 2] for layers 2-4-1; got none",
                "optimizer.m.2.bias | - | there must be a tensor optimizer.m.2.bias",
                "scaling.means | - | there must be a tensor scaling.means of the shape [2]",
                "optimizer.v.0.bias | -1 | the numbers of optimizer.v.0.bias must be at least 0; got -1",
                "0.bias | NaN | the numbers of 0.bias must be finite; got NaN as number 0",
                "scaling.count | 1.5 | scaling.count must be a whole number of at least 0; got 1.5",
                "scaling.count | -1 | scaling.count must be a whole number of at least 0; got -1",
                "metrics.state | 77 | metrics must use 1 to",
                "extra | | there must be no tensor that the model has no place for; got extra; leave it out",
            })
    void exportsThatSomebodyBroke_areRefused(String name, String value, String message) throws ExchangeException {
        Model model = trained(Exported.spec("optimizer=adam", "features.scaling=running", "batch.size=2"));
        requireRefusal(changed(write(model), name, String.valueOf(value)), Exported.snapshot(model), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "dictionaries | - | must have dictionaries; got none",
                "dictionaries | [[] | the metadata's dictionaries must be JSON; got [[]",
                "dictionaries | [[]] | the metadata's dictionaries must be 2 lists of words",
                "dictionaries | [[],[1]] | the metadata's dictionaries must be 2 lists of words",
                "dictionaries | [[],[\"a\",\"a\"]] | a dictionary must have at most 3 words, each once",
                "dictionaries | [[\"a\",\"b\",\"c\"],[]] | a number of a dictionary or an id must be from 0 to 2; got 3",
                "scaling.counts | -1 | the numbers of scaling.counts must be at least 0; got -1",
            })
    void wordsAndGapsThatSomebodyBroke_areRefused(String name, String value, String message) throws Exception {
        ModelSpec spec =
                Exported.ofRecords("features.scaling=running", "output.activation=softmax", "loss=cross-entropy");
        Model model = Exported.trainedOnRecords(spec, 50, 4);
        requireRefusal(changed(write(model), name, value), Exported.snapshot(model), message);
    }

    @Test
    void changedNumbers_areTaken_andSaid() throws ExchangeException {
        Model model = trained(ModelSpec.xor());
        Imported imported = SafetensorsModel.read(changed(write(model), "0.bias", "0.5"), Exported.snapshot(model));
        assertThat(imported.extent()).isEqualTo(Extent.CHANGED);
        assertThat(imported.snapshot().model().parameters().layer(0).biases().getEntry(0))
                .isEqualTo(0.5);
        assertThat(imported.snapshot().isIntact()).isTrue();
    }

    /** A file with any bytes changed, cut off or doubled is read whole or refused in one line, and nothing else. */
    @Test
    void damagedFiles_areReadOrRefused() throws ExchangeException {
        Random random = new Random(SEED);
        Model model = trained(Exported.spec("optimizer=adam", "features.scaling=running", "batch.size=2"));
        Snapshot present = Exported.snapshot(model);
        byte[] before = state(model);
        byte[] good = write(model);
        int read = 0;
        List<String> refusals = new ArrayList<>();
        for (int round = 0; round < 5_000; round++) {
            byte[] bad = damaged(good, random);
            try {
                Model back = SafetensorsModel.read(bad, present).snapshot().model();
                assertThat(new Learner(back.spec()).predict(back, new double[] {0, 1}))
                        .as("seed %d, round %d", SEED, round)
                        .hasSize(1);
                read++;
            } catch (ExchangeException e) {
                assertThat(e.text())
                        .as("seed %d, round %d", SEED, round)
                        .doesNotContain("\n")
                        .hasSizeLessThan(1000);
                refusals.add(e.text());
            } catch (RuntimeException | Error e) {
                fail("seed " + SEED + ", round " + round, e);
            }
        }
        assertThat(state(model)).isEqualTo(before);
        assertThat(read).as("files of which only numbers were changed").isGreaterThan(50);
        assertThat(refusals).hasSizeGreaterThan(500);
    }

    private static byte[] damaged(byte[] good, Random random) {
        byte[] bad =
                random.nextInt(8) == 0 ? java.util.Arrays.copyOf(good, random.nextInt(good.length + 20)) : good.clone();
        // Half of the time within the header, where there is more to break.
        int reach = random.nextBoolean() ? Math.min(bad.length, 3000) : bad.length;
        for (int changes = random.nextInt(4); changes >= 0 && reach > 0; changes--) {
            int at = random.nextInt(reach);
            bad[at] = switch (random.nextInt(4)) {
                case 0 -> (byte) random.nextInt(256);
                case 1 -> (byte) ('0' + random.nextInt(10));
                case 2 -> (byte) "{}[],:\"-e.\\ ".charAt(random.nextInt(12));
                default -> (byte) (bad[at] ^ 1 << random.nextInt(8));
            };
        }
        return bad;
    }
}
