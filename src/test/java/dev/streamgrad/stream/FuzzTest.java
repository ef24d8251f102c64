package dev.streamgrad.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.cluster.ClusterFacts;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.json.Json;
import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.records.DeadLetter;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.settings.Settings;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** More than 100,000 seeded bad records between good ones. */
class FuzzTest {
    private static final int ROUNDS = 1_000;
    private static final int BAD_PER_ROUND = 100;
    private static final byte[] XOR = "xor".getBytes(StandardCharsets.UTF_8);
    private static final byte[] FUZZED = "fuzzed".getBytes(StandardCharsets.UTF_8);
    private static final String[] VALUES = {
        "1e400",
        "-1e400",
        "NaN",
        "Infinity",
        "null",
        "true",
        "\"1\"",
        "{}",
        "[]",
        "[[1]]",
        "\"\\q\"",
        "1e",
        "--1",
        "0x1",
        "9".repeat(2000),
        "[".repeat(500),
        "{\"a\":".repeat(500),
        "\u0000",
        "\u007F",
        "\"\u007F\u0085\u2028\u202E\uFEFF\"",
        "\"\\u0000\\u001b\\uD800\""
    };

    private final NumpyRandom random = new NumpyRandom(20_261_122L);

    @Test
    void badRecords_areDeadLettersWithAReason_andTheGoodOnesTrainAsIfTheyHadNotBeenThere() {
        String undisturbed = fingerprintAfter(0);
        assertThat(fingerprintAfter(BAD_PER_ROUND)).isEqualTo(undisturbed);
    }

    @Test
    void anIdThatIsNoUnicode_isLearned_andItsPredictionIsReadByStrictReaders() {
        Settings settings = Settings.of(Map.of());
        try (TopologyTestDriver driver = new TopologyTestDriver(
                LearnTopology.build(settings, new ClusterFacts("", 1, 100_000)),
                settings.kafka().streams())) {
            driver.createInputTopic("samples", new ByteArraySerializer(), new ByteArraySerializer())
                    .pipeInput(
                            XOR,
                            "{\"id\":\"a\\uD800\",\"features\":[0,1],\"label\":1}".getBytes(StandardCharsets.UTF_8));
            String json = strict(
                    driver.createOutputTopic("predictions", new ByteArrayDeserializer(), new ByteArrayDeserializer())
                            .readValue());
            assertThat(json).startsWith("{\"id\":\"a\uFFFD\",");
            assertThat(Prediction.read(json.getBytes(StandardCharsets.UTF_8)).trained())
                    .isTrue();
        }
    }

    /** Trains {@code xor} on one good sample a round, with so many bad records before each. */
    private String fingerprintAfter(int bad) {
        Settings settings = Settings.of(Map.of("live.models", "100"));
        try (TopologyTestDriver driver = new TopologyTestDriver(
                LearnTopology.build(settings, new ClusterFacts("", 1, 100_000)),
                settings.kafka().streams())) {
            TestInputTopic<byte[], byte[]> samples =
                    driver.createInputTopic("samples", new ByteArraySerializer(), new ByteArraySerializer());
            TestOutputTopic<byte[], byte[]> predictions =
                    driver.createOutputTopic("predictions", new ByteArrayDeserializer(), new ByteArrayDeserializer());
            TestOutputTopic<byte[], byte[]> deadLetters =
                    driver.createOutputTopic("dead-letters", new ByteArrayDeserializer(), new ByteArrayDeserializer());
            SampleSource source = Dataset.NOISY_XOR.samples(5);
            Set<String> reasons = new HashSet<>();
            for (int round = 0; round < ROUNDS; round++) {
                byte[] good = source.next().toJson();
                for (int i = 0; i < bad; i++) {
                    boolean certainlyBad = i % 2 == 0;
                    byte[] value = certainlyBad ? broken(good) : mutated(good);
                    samples.pipeInput(certainlyBad ? XOR : i % 10 == 1 ? mutated(FUZZED) : FUZZED, value);
                    // A mutation may happen to be a sample still; whatever it is, it has exactly one answer.
                    List<TestRecord<byte[], byte[]>> letters = deadLetters.readRecordsToList();
                    List<TestRecord<byte[], byte[]>> predicted = predictions.readRecordsToList();
                    predicted.forEach(prediction -> {
                        String id = Prediction.read(strict(prediction.value()).getBytes(StandardCharsets.UTF_8))
                                .id();
                        assertThat(id == null
                                        || StandardCharsets.UTF_8.newEncoder().canEncode(id))
                                .as("id %s", id)
                                .isTrue();
                    });
                    assertThat(letters.size() + predicted.size())
                            .as("round %d, record %d: %s", round, i, text(value))
                            .isOne();
                    if (certainlyBad) {
                        assertThat(letters)
                                .as("round %d, record %d: %s", round, i, text(value))
                                .hasSize(1);
                    }
                    letters.forEach(letter -> {
                        String reason = DeadLetter.read(letter.headers()).error();
                        assertThat(reason)
                                .contains(" must ")
                                .contains("; got ")
                                .hasSizeLessThan(500)
                                .isEqualTo(strict(letter.headers()
                                        .lastHeader(DeadLetter.ERROR)
                                        .value()))
                                .satisfies(FuzzTest::isOnePrintableLine);
                        reasons.add(reason.substring(0, reason.indexOf(" must ")));
                    });
                }
                samples.pipeInput(XOR, good);
                assertThat(Prediction.read(predictions.readValue()).version()).isEqualTo(round);
            }
            if (bad > 0) {
                assertThat(reasons).as("what was refused").contains("value", "features", "features[0]", "label", "key");
            }
            ModelStore store = (ModelStore) driver.getStateStore(ModelStore.NAME);
            return Fingerprint.of(
                    Objects.requireNonNull(store.models().get(XOR)).model());
        }
    }

    private static String strict(byte[] utf8) {
        try {
            return Json.utf8(utf8);
        } catch (CharacterCodingException e) {
            throw new AssertionError(text(utf8), e);
        }
    }

    /** By Unicode's own categories. */
    private static void isOnePrintableLine(String reason) {
        assertThat(reason).doesNotContainPattern("[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}]");
        assertThat(reason.codePoints().map(Character::getDirectionality))
                .doesNotContain(
                        (int) Character.DIRECTIONALITY_LEFT_TO_RIGHT_EMBEDDING,
                        (int) Character.DIRECTIONALITY_LEFT_TO_RIGHT_OVERRIDE,
                        (int) Character.DIRECTIONALITY_RIGHT_TO_LEFT_EMBEDDING,
                        (int) Character.DIRECTIONALITY_RIGHT_TO_LEFT_OVERRIDE,
                        (int) Character.DIRECTIONALITY_POP_DIRECTIONAL_FORMAT,
                        (int) Character.DIRECTIONALITY_LEFT_TO_RIGHT_ISOLATE,
                        (int) Character.DIRECTIONALITY_RIGHT_TO_LEFT_ISOLATE,
                        (int) Character.DIRECTIONALITY_FIRST_STRONG_ISOLATE,
                        (int) Character.DIRECTIONALITY_POP_DIRECTIONAL_ISOLATE);
    }

    private static String text(byte[] value) {
        return new String(value, 0, Math.min(value.length, 200), StandardCharsets.UTF_8);
    }

    /** One that no reader may take for a sample. */
    private byte[] broken(byte[] good) {
        String json = new String(good, StandardCharsets.UTF_8);
        String value = VALUES[random.nextInt(VALUES.length)];
        return switch (random.nextInt(7)) {
            case 0 -> Arrays.copyOf(good, random.nextInt(good.length));
            case 1 ->
                json.replaceFirst("\\[[^,\\]]*", "[" + value.replace("\\", "\\\\"))
                        .getBytes(StandardCharsets.UTF_8);
            case 2 -> json.replace("features", "label2").getBytes(StandardCharsets.UTF_8);
            case 3 ->
                json.replaceFirst(
                                "\"label\":\\[[^]]*]",
                                "\"label\":" + (value.equals("[]") ? "{}" : value).replace("\\", "\\\\"))
                        .getBytes(StandardCharsets.UTF_8);
            case 4 -> ("[" + json + "]").getBytes(StandardCharsets.UTF_8);
            case 5 -> json.replaceFirst("\\[", "[1,").getBytes(StandardCharsets.UTF_8);
            default -> json.replace("}", ",\"weight\":-1}").getBytes(StandardCharsets.UTF_8);
        };
    }

    /** Some bits and bytes changed, inserted, removed or doubled. */
    private byte[] mutated(byte[] good) {
        byte[] value = good.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes && value.length > 1; i++) {
            int at = random.nextInt(value.length);
            switch (random.nextInt(4)) {
                case 0 -> value[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> value[at] = (byte) random.nextInt(256);
                case 2 -> {
                    byte[] shorter = Arrays.copyOf(value, value.length - 1);
                    System.arraycopy(value, at + 1, shorter, at, value.length - at - 1);
                    value = shorter;
                }
                default -> {
                    int length = random.nextInt(value.length - at);
                    byte[] longer = Arrays.copyOf(value, value.length + length);
                    System.arraycopy(value, at, longer, at + length, value.length - at);
                    value = longer;
                }
            }
        }
        return value;
    }
}
