package dev.streamgrad.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncoderTest {
    /** A record of some fields, encoded for a model of one output. */
    private static final class Encoded {
        final Mapping mapping;
        final FieldValues values;
        final Encoder encoder;
        final Vocabulary vocabulary;

        Encoded(boolean scales, int outputs, String... settings) {
            mapping = MappingTest.mapping(settings);
            values = new FieldValues(mapping, outputs);
            encoder = new Encoder(mapping, values, outputs, scales);
            vocabulary = new Vocabulary(mapping);
        }

        Encoded text(String field, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            values.text(slot(field), bytes, 0, bytes.length);
            return this;
        }

        Encoded number(String field, double number) {
            values.number(slot(field), number);
            return this;
        }

        int slot(String field) {
            return values.slotOf(FieldPath.parse(field));
        }

        double[] encode() throws UnusableValueException {
            encoder.encode(values, vocabulary);
            return encoder.inputs();
        }

        /** As a sample that trains the model. */
        double[] learn() throws UnusableValueException {
            number("label", 1);
            double[] inputs = encode().clone();
            vocabulary.keep();
            return inputs;
        }
    }

    private static Encoded of(String... settings) {
        return new Encoded(false, 1, settings);
    }

    /** The numbers are what scikit-learn 1.7's FeatureHasher gives for {@code {"merchant": word}}. */
    @ParameterizedTest
    @CsvSource({
        "acme, 8, 5, 1", "acme, 64, 45, 1", "globex, 64, 14, -1", "initech, 64, 1, -1", "umbrella, 64, 8, -1",
        "hooli, 64, 59, -1", "stark, 64, 59, 1", "Müller, 64, 2, 1", "acme, 1000, 69, 1", "Müller, 1000, 874, 1"
    })
    void hash_isScikitLearns(String word, int buckets, int bucket, double sign) throws UnusableValueException {
        double[] inputs = of("features=merchant:hash(" + buckets + ")")
                .text("merchant", word)
                .encode();
        double[] expected = new double[buckets];
        expected[bucket] = sign;
        assertThat(inputs).containsExactly(expected);
    }

    /** As scikit-learn has it, too. */
    @Test
    void hashOfALongWord_andOfAWholeNumberThatIsNoDouble_areOfAllTheirDigits() throws UnusableValueException {
        double[] inputs = of("features=m:hash(64)").text("m", "a".repeat(300)).encode();
        assertThat(inputs[48]).isEqualTo(1.0);
        Encoded user = of("features=user:hash(1000)");
        byte[] digits = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);
        user.values.number(user.slot("user"), 1.2345678901234567e19, digits, 0, digits.length);
        assertThat(user.encode()[929]).isEqualTo(1.0);
    }

    @Test
    void learnedCategory_givesPlacesToTheFirst_andTheRestShareOne() throws UnusableValueException {
        Encoded country = of("features=country:category(3)");
        assertThat(country.text("country", "DE").learn()).containsExactly(1, 0, 0);
        assertThat(country.text("country", "FR").learn()).containsExactly(0, 1, 0);
        assertThat(country.text("country", "IT").learn()).containsExactly(0, 0, 1);
        assertThat(country.text("country", "FR").learn()).containsExactly(0, 1, 0);
        assertThat(country.vocabulary.dictionaries().get(0).words()).containsExactly("DE", "FR");
    }

    @Test
    void requests_andSamplesThatDidNotTrain_leaveTheDictionaryAsItIs() throws UnusableValueException {
        Encoded country = of("features=country:category(3)");
        assertThat(country.text("country", "DE").encode()).containsExactly(0, 0, 1);
        country.vocabulary.keep();
        // It has a label, but the step was not finite, so that nothing was kept.
        country.number("label", 1).encode();
        assertThat(country.text("country", "FR").learn()).containsExactly(1, 0, 0);
        assertThat(country.vocabulary.dictionaries().get(0).words()).containsExactly("FR");
    }

    @Test
    void aMillionDistinctWords_fillADictionary_andNoMore() throws UnusableValueException {
        Encoded word = of("features=word:category(16)");
        for (int i = 0; i < 1_000_000; i++) {
            word.text("word", "w" + i).learn();
        }
        Dictionary dictionary = word.vocabulary.dictionaries().get(0);
        assertThat(dictionary.words())
                .containsExactlyElementsOf(
                        IntStream.range(0, 15).mapToObj(i -> "w" + i).toList());
    }

    @Test
    void listedCategory_isOneHot_andAnotherWordIsNone() throws UnusableValueException {
        Encoded country = of("features=country:category(DE,FR)");
        assertThat(country.text("country", "FR").encode()).containsExactly(0, 1);
        assertThat(country.text("country", "IT").encode()).containsExactly(0, 0);
        Encoded code = of("features=code:category(1,2.5,true)");
        assertThat(code.number("code", 1).encode()).containsExactly(1, 0, 0);
        assertThat(code.number("code", 2.5).encode()).containsExactly(0, 1, 0);
        code.values.truth(code.slot("code"), true);
        assertThat(code.encode()).containsExactly(0, 0, 1);
    }

    @Test
    void cycle_isAPlaceOnACircle() throws UnusableValueException {
        Encoded hour = of("features=hour:cyclic(24)");
        assertThat(hour.number("hour", 6).encode()).containsExactly(new double[] {1, 0}, within(1e-15));
        assertThat(hour.number("hour", 30).encode()).containsExactly(new double[] {1, 0}, within(1e-15));
        assertThat(hour.number("hour", -6).encode()).containsExactly(new double[] {-1, 0}, within(1e-15));
    }

    /** Thursday, the third day from Monday, at a quarter past 13. */
    @ParameterizedTest
    @CsvSource({
        "2026-11-26T13:15:00Z",
        "2026-11-26T13:15:00+05:30",
        "2026-11-26 13:15:00",
        "2026-11-26T13:15",
        "2026-11-26T13:15:00.123456+0100"
    })
    void time_isTheLocalTimeOfTheText(String text) throws UnusableValueException {
        double[] inputs = of("features=t:time(hour,weekday)").text("t", text).encode();
        double hour = 2 * Math.PI * 13.25 / 24;
        double weekday = 2 * Math.PI * 3 / 7;
        assertThat(inputs)
                .containsExactly(
                        new double[] {Math.sin(hour), Math.cos(hour), Math.sin(weekday), Math.cos(weekday)},
                        within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-26T13:15:00ZZ",
                "2026-11-26T13:15:00+01:00+01:00",
                "2026-11-26T13:15:00+19:00",
                "2026-11-26T24:00",
                "2026-11-26T1:15",
                "2026-02-29",
                "2026-1-1",
                "26.11.2026",
                "now"
            })
    void textThatIsNoTime_isRefused(String text) {
        assertThatThrownBy(() -> of("features=t:time(hour)").text("t", text).encode())
                .hasMessageStartingWith("t must be a date or time as ISO 8601 writes it");
    }

    @Test
    void time_isInUtc_asSecondsAndAsMilliseconds() throws UnusableValueException {
        Encoded time = of("features=t:time(hour,day,month,minute)");
        double[] seconds = time.number("t", 1_795_698_900).encode().clone();
        assertThat(time.number("t", 1_795_698_900_000.0).encode()).containsExactly(seconds);
        assertThat(time.text("t", "2026-11-26T13:15:00Z").encode()).containsExactly(seconds);
        assertThat(time.text("t", "2026-11-26").encode()[1]).isEqualTo(1.0);
    }

    @ParameterizedTest
    @CsvSource({"true, 1", "Yes, 1", "T, 1", "y, 1", "1, 1", "FALSE, 0", "no, 0", "f, 0", "N, 0", "0, 0"})
    void truth_isTakenAsPeopleWriteIt(String text, double input) throws UnusableValueException {
        assertThat(of("features=vip:boolean").text("vip", text).encode()).containsExactly(input);
    }

    @Test
    void missing_isADeadLetter_zero_orTheMean() throws UnusableValueException {
        assertThatThrownBy(() -> of("features=a,b").number("a", 1).encode())
                .hasMessage("b must be a number; got nothing; send one, or set missing=zero for a new model");
        assertThat(of("features=a,b", "missing=zero").number("a", 1).encode()).containsExactly(1, 0);
        assertThat(new Encoded(true, 1, "features=a,b,c:category(x,y)", "missing=mean")
                        .number("a", 1)
                        .encode())
                .containsExactly(1, Double.NaN, 0, 0);
    }

    @Test
    void indicator_saysWhatIsMissing() throws UnusableValueException {
        assertThat(of("features=a?,c:category(x,y)?").number("a", 5).encode()).containsExactly(5, 0, 0, 0, 1);
        assertThat(new Encoded(true, 1, "features=a?,c:category(x,y)?")
                        .text("c", "y")
                        .encode())
                .containsExactly(Double.NaN, 1, 0, 1, 0);
    }

    @Test
    void blankText_isMissing_andNumbersInQuotesAreTakenWhereTheSettingSaysSo() throws UnusableValueException {
        assertThatThrownBy(() -> of("features=a").text("a", " \t").encode()).hasMessageContaining("got nothing");
        assertThatThrownBy(() -> of("features=a").text("a", "12.5").encode())
                .hasMessage(
                        "a must be a number; got \"12.5\"; send it without quotes, or set numbers.in.quotes=true for"
                                + " a new model");
        Encoded quoted = of("features=a", "numbers.in.quotes=true");
        assertThat(quoted.text("a", " -1.25e2 ").encode()).containsExactly(-125);
        for (String none : new String[] {"NaN", "Infinity", "0x1p3", "1d", "1e999", "1,5", "--1"}) {
            assertThatThrownBy(() -> quoted.text("a", none).encode()).as(none).hasMessageContaining("a number");
        }
    }

    @Test
    void list_hasItsLength() throws UnusableValueException {
        Encoded pixels = of("features=p[2]");
        pixels.values.list(pixels.slot("p"));
        pixels.values.element(pixels.slot("p"), 3);
        assertThatThrownBy(pixels::encode)
                .hasMessageContaining("p must be a list of 2 numbers; got a list of 1 numbers");
        pixels.values.element(pixels.slot("p"), 4);
        assertThat(pixels.encode()).containsExactly(3, 4);
    }

    @Test
    void classes_areOneHot_orZeroAndOne_andAnotherIsRefused() throws UnusableValueException {
        Encoded one = of("features=a", "label=fraud", "label.classes=no,yes").number("a", 1);
        one.text("fraud", "yes").encode();
        assertThat(one.encoder.label()).containsExactly(1);
        Encoded three = new Encoded(false, 3, "features=a", "label.classes=a,b,c").number("a", 1);
        three.text("label", "b").encode();
        assertThat(three.encoder.label()).containsExactly(0, 1, 0);
        assertThatThrownBy(() -> three.text("label", "d").encode())
                .hasMessage(
                        "label must be one of the classes a,b,c; got \"d\"; add it to label.classes for a new model");
        Encoded learned = new Encoded(false, 2, "features=a", "label.classes.max=2").number("a", 1);
        for (String word : new String[] {"x", "y"}) {
            learned.text("label", word).encode();
            learned.vocabulary.keep();
        }
        assertThat(learned.encoder.label()).containsExactly(0, 1);
        assertThatThrownBy(() -> learned.text("label", "z").encode())
                .hasMessageContaining("one of the first 2 classes that the model met; got \"z\"");
    }

    @Test
    void aWordThatIsTooLong_isRefused() {
        Encoded word = of("features=w:category(3)", "missing=zero").text("w", "x".repeat(1 << 20));
        assertThatThrownBy(word::encode)
                .hasMessage(
                        "w must be a category of at most 256 bytes; got 1048576 bytes; shorten it, or map it as hash(64)"
                                + " for a new model");
    }

    @Test
    void weight_isOneUnlessItIsSent() throws UnusableValueException {
        Encoded a = of("features=a", "weight=w").number("a", 1);
        a.encode();
        assertThat(a.encoder.weight()).isEqualTo(1.0);
        a.number("w", 2.5).encode();
        assertThat(a.encoder.weight()).isEqualTo(2.5);
        assertThatThrownBy(() -> a.number("w", -1).encode()).hasMessageContaining("w must be a number of at least 0");
    }
}
