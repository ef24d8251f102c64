package dev.streamgrad.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.BadRecordException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleReaderTest {
    private static final ModelSpec CLASSES =
            SpecSettings.parse(Map.of("layers", "2,3", "output.activation", "softmax", "loss", "cross-entropy"));

    private final SampleReader xor = SampleReader.of(ModelSpec.xor());
    private final SampleReader classes = SampleReader.of(CLASSES);

    private static void read(SampleReader reader, String json) throws BadRecordException {
        reader.read(json.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "false | {\"features\":[1,2,3]} | features must have 2 numbers; got 3; there is no model breast yet, so start the"
                        + " learner with --set models.breast.layers=3,8,1, or send 2",
                "false | {\"features\":[0,1],\"label\":[1,0,0]} | label must have 1 number; got 3; there is no model breast yet, so"
                        + " start the learner with --set models.breast.layers=2,8,3, or send 1",
                "true | {\"features\":[1,2,3]} | features must have 2 numbers; got 3; model breast keeps its layers 2-4-1, so send 2,"
                        + " or name a new model and set models.NAME.layers=3,8,1",
                "false | {\"features\":[]} | features must have 2 numbers; got 0; the model's layers starts with 2, so send 2",
            })
    void remedyForAWrongNumber_dependsOnWhetherTheModelExists(boolean exists, String json, String message) {
        assertThatThrownBy(() -> xor.read(json.getBytes(StandardCharsets.UTF_8), new RecordHeaders(), "breast", exists))
                .hasMessage(message);
    }

    @Test
    void everyField_isRead_inAnyOrder_andUnknownOnesAreIgnored() throws BadRecordException {
        read(
                xor,
                "{\"more\":{\"a\":[1,{}]},\"id\":\"a-7\",\"weight\":2.5,\"label\":[1],\"features\":[0, 1e0],\"x\":null}");
        assertThat(xor.features()).containsExactly(0, 1);
        assertThat(xor.hasLabel()).isTrue();
        assertThat(xor.label()).containsExactly(1);
        assertThat(xor.weight()).isEqualTo(2.5);
        assertThat(xor.id()).isEqualTo("a-7");
    }

    @Test
    void sampleBehindAFrame_isRead_behindIt() throws BadRecordException {
        RecordFrame fiveBytes = (value, headers) -> 5;
        SampleReader framed = SampleReader.of(ModelSpec.xor(), new ValueFormat(fiveBytes, null));
        framed.read("\0\0\0\0\7\uFEFF{\"features\":[0.25,1],\"label\":[1]}".getBytes(StandardCharsets.UTF_8));
        assertThat(framed.features()).containsExactly(0.25, 1);
        assertThat(framed.label()).containsExactly(1);
        assertThatThrownBy(() -> framed.read(new byte[5])).hasMessageContaining("got no bytes");
    }

    /** No strict reader could read a prediction with such an id; the sample itself is as good as any. */
    @Test
    void halfOfASurrogatePairInAnId_isReplaced() throws BadRecordException {
        read(xor, "{\"id\":\"a\\uD800\",\"features\":[0,1],\"label\":1}");
        assertThat(xor.id()).isEqualTo("a\uFFFD");
        read(xor, "{\"id\":\"\\uDE00\\uD83D\",\"features\":[0,1]}");
        assertThat(xor.id()).isEqualTo("\uFFFD\uFFFD");
        read(xor, "{\"id\":\"\\uD83D\\uDE00 \u2028\",\"features\":[0,1]}");
        assertThat(xor.id()).isEqualTo("\uD83D\uDE00 \u2028");
    }

    /** Before JDK 19, Double.toString writes this number as 1.9999999999999998E23. */
    @Test
    void numbersInReasons_areTheSameOnEveryJvm() {
        assertThatThrownBy(() -> read(xor, "{\"features\":[0,1],\"label\":2e23}"))
                .hasMessageStartingWith("label[0] must be from 0.0 to 1.0, ")
                .hasMessageContaining("; got 2.0E23; ");
        SampleReader entropy = SampleReader.of(ModelSpec.xor()
                .with("layers", "2,4,2")
                .with("output.activation", "softmax")
                .with("loss", "cross-entropy"));
        assertThatThrownBy(() -> read(entropy, "{\"features\":[0,1],\"label\":[2e-23,0]}"))
                .hasMessageContaining("got a sum of 2.0E-23; ");
    }

    @Test
    void nothingOfTheLastSample_staysBehind() throws BadRecordException {
        read(xor, "{\"id\":\"a\",\"weight\":2,\"label\":1,\"features\":[0,1]}");
        read(xor, "{\"features\":[1,1]}");
        assertThat(xor.features()).containsExactly(1, 1);
        assertThat(xor.hasLabel()).isFalse();
        assertThat(xor.weight()).isEqualTo(1.0);
        assertThat(xor.id()).isNull();
    }

    @Test
    void bareLabel_isTheOneOutput_orTheClassIndex() throws BadRecordException {
        read(xor, "{\"features\":[0,1],\"label\":1}");
        assertThat(xor.label()).containsExactly(1);
        read(classes, "{\"features\":[0,1],\"label\":2}");
        assertThat(classes.label()).containsExactly(0, 0, 1);
        read(classes, "{\"features\":[0,1],\"label\":[0.5,0.25,0.25]}");
        assertThat(classes.label()).containsExactly(0.5, 0.25, 0.25);
    }

    @Test
    void numbers_keepTheirBits() throws BadRecordException {
        read(xor, "{\"features\":[0.1,-2.2250738585072014E-308]}");
        assertThat(xor.features()).containsExactly(0.1, -2.2250738585072014E-308);
        read(xor, "{\"features\":[123456789012345678901234567890,9007199254740993]}");
        assertThat(xor.features()).containsExactly(1.2345678901234568e29, 9007199254740992.0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "hello | value must be a JSON object in UTF-8",
                "{\"features\":[0,1] | value must be a JSON object in UTF-8",
                "[0,1] | value must be a JSON object in UTF-8; got an array; send {\"features\":[…],\"label\":[…]}",
                "42 | got a number",
                "{\"features\":[0,1]} {} | got something after the object",
                "{} | features must be there, an array of numbers; got nothing; send \"features\":[…]",
                "{\"label\":[1]} | features must be there",
                "{\"features\":1} | features must be an array of numbers; got a number",
                "{\"features\":[0]} | features must have 2 numbers; got 1; the model's layers starts with 2, so send 2",
                "{\"features\":[0,1,2]} | features must have 2 numbers; got 3",
                "{\"features\":[0,1],\"label\":[1,0]} | label must have 1 number; got 2; the model's layers ends with 1",
                "{\"features\":[0,1],\"label\":[]} | label must have 1 number; got 0",
                "{\"features\":[0,\"1\"]} | features[1] must be a number; got the string \"1\"; send a number, without quotes",
                "{\"features\":[null,1]} | features[0] must be a number; got null",
                "{\"features\":[[0],1]} | features[0] must be a number; got an array",
                "{\"features\":[NaN,1]} | features[0] must be a finite double; got NaN",
                "{\"features\":[0,Infinity]} | features[1] must be a finite double; got Infinity",
                "{\"features\":[0,-Infinity]} | features[1] must be a finite double; got -Infinity",
                "{\"features\":[0,1e400]} | features[1] must be a finite double; got 1e400; send a number between",
                "{\"features\":[0,1],\"label\":null} | label must be a number; got null",
                "{\"features\":[0,1],\"label\":true} | label must be a number; got true",
                "{\"features\":[0,1],\"label\":[2]} | label[0] must be from 0.0 to 1.0",
                "{\"features\":[0,1],\"weight\":-1} | weight must be at least 0; got -1; leave it out for a weight of 1",
                "{\"features\":[0,1],\"weight\":\"2\"} | weight must be a number; got the string \"2\"",
                "{\"features\":[0,1],\"id\":7} | id must be a string; got a number; put it in quotes or leave it out",
                "{\"features\":[0,1],\"features\":[0,1]} | features must stand once; got it twice",
                "{\"features\":[0,1],\"label\":1,\"label\":1} | label must stand once",
                "{\"features\":\"abc | value must be a JSON object in UTF-8",
                "{\"features\":[\"\\q\"]} | value must be a JSON object in UTF-8",
                "{\"features\":[0,1],\"label\":\"\\q\"} | value must be a JSON object in UTF-8",
                "{\"features\":[0,1],\"weight\":\"\\u00 | value must be a JSON object in UTF-8",
            })
    void badSample_isRefusedByFieldRuleValueAndRemedy(String json, String message) {
        BadRecordException refused =
                Objects.requireNonNull(catchThrowableOfType(BadRecordException.class, () -> read(xor, json)));
        assertThat(refused).hasMessageContaining(message);
        assertThat(refused.text().lines()).as("one line").hasSize(1);
        assertThat(refused.text()).hasSizeLessThan(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"features\":[0,1],\"label\":[2]} | label must have 3 numbers; got 1; send a class index as a number, without"
                        + " brackets, or one probability for each class",
                "{\"features\":[0,1],\"label\":3} | label must be a class index from 0 to 2; got 3; send one of the model's 3",
                "{\"features\":[0,1],\"label\":-1} | label must be a class index from 0 to 2; got -1",
                "{\"features\":[0,1],\"label\":1.5} | label must be a class index from 0 to 2; got 1.5",
                "{\"features\":[0,1],\"label\":[1,1,0]} | label must add up to 1",
            })
    void badClass_isRefused(String json, String message) {
        assertThatThrownBy(() -> read(classes, json)).hasMessageContaining(message);
    }

    @Test
    void nothing_isRefused() {
        assertThatThrownBy(() -> xor.read(null)).hasMessageContaining("got null (a tombstone)");
        assertThatThrownBy(() -> xor.read(new byte[0])).hasMessageContaining("got no bytes");
    }

    @Test
    void invalidUtf8_isRefused() {
        byte[] bytes = "{\"features\":[0,1],\"id\":\"?\"}".getBytes(StandardCharsets.ISO_8859_1);
        bytes[bytes.length - 3] = (byte) 0xFF;
        assertThatThrownBy(() -> xor.read(bytes)).hasMessageContaining("value must be a JSON object in UTF-8");
        byte[] where = "{\"features\":\"?\"}".getBytes(StandardCharsets.ISO_8859_1);
        where[where.length - 3] = (byte) 0xFF;
        assertThatThrownBy(() -> xor.read(where)).hasMessageContaining("value must be a JSON object in UTF-8");
    }

    @Test
    void deepNesting_isRefused_whereverItStands() {
        String deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
        assertThatThrownBy(() -> read(xor, deep))
                .hasMessageContaining("value must be a JSON object")
                .hasMessageContaining("got an array");
        assertThatThrownBy(() -> read(xor, "{\"features\":[0,1],\"x\":" + deep + "}"))
                .hasMessageContaining("nested at most 64 deep");
    }

    @Test
    void longValues_areShownShort_andNumbersOfManyDigitsAreRefused() {
        BadRecordException refused = Objects.requireNonNull(catchThrowableOfType(
                BadRecordException.class, () -> read(xor, "{\"features\":[0,\"" + "x\\n".repeat(100_000) + "\"]}")));
        assertThat(refused.text()).hasSizeLessThan(300);
        assertThat(refused.text().lines()).hasSize(1);
        assertThatThrownBy(() -> read(xor, "{\"features\":[0," + "1".repeat(5000) + "]}"))
                .hasMessageContaining("at most 1000 digits");
        assertThatThrownBy(() -> read(xor, "{\"features\":[0,1],\"id\":\"" + "i".repeat(1025) + "\"}"))
                .hasMessageContaining("id must have at most 1024 characters; got 1025 characters");
    }

    @Test
    void keys_nameModels() throws BadRecordException {
        assertThat(ModelName.of("größe.1".getBytes(StandardCharsets.UTF_8))).isEqualTo("größe.1");
        assertThatThrownBy(() -> ModelName.of(new byte[0])).hasMessageContaining("1 to 249 bytes; got 0 bytes");
        assertThatThrownBy(() -> ModelName.of(new byte[250])).hasMessageContaining("got 250 bytes");
        assertThatThrownBy(() -> ModelName.of(new byte[] {(byte) 0xC3, 0x28}))
                .hasMessageContaining("key must be UTF-8");
        BadRecordException refused = Objects.requireNonNull(catchThrowableOfType(
                BadRecordException.class, () -> ModelName.of("a\nb".getBytes(StandardCharsets.UTF_8))));
        assertThat(refused.reason()).isEqualTo(Reason.KEY);
        assertThat(refused.text()).contains("key must be printable").doesNotContain("\n");
    }
}
