package dev.streamgrad.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonWriterTest {
    private static final int DOCUMENTS = 20_000;

    private final JsonWriter writer = new JsonWriter();

    private String number(double value) {
        writer.start();
        writer.number(value);
        return new String(writer.toByteArray(), StandardCharsets.US_ASCII);
    }

    @Test
    void wholeNumbers_haveNoFraction_asLongAsAllOfTheirDigitsCount() {
        assertThat(number(1)).isEqualTo("1");
        assertThat(number(-3)).isEqualTo("-3");
        assertThat(number(0.0)).isEqualTo("0");
        assertThat(number(-0.0)).isEqualTo("-0.0");
        assertThat(number(999_999_999_999_999.0)).isEqualTo("999999999999999");
        assertThat(number(1e15)).isEqualTo("1.0E15");
        assertThat(number(0.1)).isEqualTo("0.1");
        assertThat(number(2.2250738585072014E-308)).isEqualTo("2.2250738585072014E-308");
    }

    @Test
    void whatJsonHasNot_isRefused() {
        for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertThatThrownBy(() -> number(value)).hasMessage("JSON has no " + value);
        }
    }

    /** Strings of every kind of character, halves of surrogate pairs among them, and numbers of all magnitudes. */
    @Test
    void bytes_areJacksons() throws IOException {
        long seed = 42;
        Random random = new Random(seed);
        for (int i = 0; i < DOCUMENTS; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(12); length > 0; length--) {
                int bound = new int[] {0x20, 0x80, 0x800, 0x10000}[random.nextInt(4)];
                text.append((char) random.nextInt(bound));
                if (random.nextInt(4) == 0) {
                    text.appendCodePoint(0x10000 + random.nextInt(0x100000));
                }
            }
            double[] numbers = {
                random.nextDouble(), random.nextInt(100), Math.scalb(random.nextGaussian(), random.nextInt(2000) - 1000)
            };
            long whole = random.nextLong() >> random.nextInt(64);
            assertThat(write(text.toString(), numbers, whole))
                    .as("document %d of seed %d", i, seed)
                    .isEqualTo(byJackson(text.toString(), numbers, whole));
        }
    }

    private String write(String text, double[] numbers, long whole) {
        writer.start();
        writer.raw(JsonWriter.ascii("["));
        writer.string(text);
        writer.raw(JsonWriter.ascii(",["));
        writer.elements(numbers);
        writer.raw(JsonWriter.ascii("],"));
        writer.number(whole);
        writer.raw(JsonWriter.ascii("]"));
        return new String(writer.toByteArray(), StandardCharsets.UTF_8);
    }

    private static String byJackson(String text, double[] numbers, long whole) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
            json.writeStartArray();
            json.writeString(text);
            Json.writeArray(json, numbers);
            json.writeNumber(whole);
            json.writeEndArray();
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aDocument_isAllThatIsAllocated() {
        double[] numbers = {0.1, 1.0 / 3.0, 1e-9, 7};
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        // Warm up, so that no class loading is counted.
        writeMany(numbers);
        long before = threads.getThreadAllocatedBytes(thread);
        int length = writeMany(numbers);
        long each = (threads.getThreadAllocatedBytes(thread) - before) / DOCUMENTS;
        // The array's header, and up to seven bytes that fill it up.
        assertThat(each).isBetween((long) length, length + 24L);
    }

    private int writeMany(double[] numbers) {
        int length = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            writer.start();
            writer.elements(numbers);
            writer.number((long) i);
            length = writer.toByteArray().length;
        }
        return length;
    }
}
