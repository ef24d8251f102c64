package dev.streamgrad.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.streamgrad.exchange.Safetensors.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {

    /** A file of a header as it is, and so many bytes of data. */
    private static byte[] file(String header, int data) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length + data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .array();
    }

    @Test
    void whatIsWritten_isReadBack() throws ExchangeException {
        Safetensors.Writer writer = new Safetensors.Writer(Map.of("a \"name\"", "a\ntext, äöü"));
        double[] numbers = {0.1, -0.0, Double.MIN_VALUE, -Double.MAX_VALUE, 1.0 / 3.0, 7.0};
        writer.add("matrix", List.of(2L, 3L), numbers);
        writer.add("number", List.of(), new double[] {4.0});
        writer.add("none", List.of(0L), new double[0]);
        byte[] bytes = writer.toBytes();
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8)
                .as("the numbers are aligned")
                .isZero();
        Safetensors read = Safetensors.of(bytes);
        assertThat(read.metadata()).containsExactly(Map.entry("a \"name\"", "a\ntext, äöü"));
        assertThat(read.tensors()).containsOnlyKeys("matrix", "number", "none");
        Tensor matrix = Objects.requireNonNull(read.tensors().get("matrix"));
        assertThat(matrix.shape()).containsExactly(2L, 3L);
        assertThat(bits(read.numbers(matrix))).isEqualTo(bits(numbers));
        assertThat(read.numbers(Objects.requireNonNull(read.tensors().get("number"))))
                .containsExactly(4.0);
    }

    private static long[] bits(double[] numbers) {
        return java.util.stream.DoubleStream.of(numbers)
                .mapToLong(Double::doubleToRawLongBits)
                .toArray();
    }

    @Test
    void singlePrecision_isWidenedExactly() throws ExchangeException {
        float[] numbers = {0.1f, -0.0f, Float.MIN_VALUE, Float.MAX_VALUE};
        byte[] bytes = file("{\"x\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}", 16);
        ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(bytes.length - 16);
        for (float number : numbers) {
            data.putFloat(number);
        }
        Safetensors read = Safetensors.of(bytes);
        double[] widened = read.numbers(Objects.requireNonNull(read.tensors().get("x")));
        for (int i = 0; i < numbers.length; i++) {
            assertThat((float) widened[i]).isEqualTo(numbers[i]);
            assertThat(widened[i]).isEqualTo((double) numbers[i]);
        }
    }

    /** More than is read at a time. */
    @Test
    void largeTensors_areReadWhole(@TempDir Path folder) throws Exception {
        double[] numbers = new Random(1).doubles(100_003).toArray();
        Safetensors.Writer writer = new Safetensors.Writer(Map.of());
        writer.add("x", List.of((long) numbers.length), numbers);
        Path file = Files.write(folder.resolve("x.safetensors"), writer.toBytes());
        for (Safetensors read : List.of(Safetensors.of(file), Safetensors.of(Files.readAllBytes(file)))) {
            assertThat(read.numbers(Objects.requireNonNull(read.tensors().get("x"))))
                    .isEqualTo(numbers);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | 8 | must end where it ends, after 0 bytes of data; got 8",
                "[] | 0 | must be a JSON object; got ARRAY",
                "{\"x\":1} | 0 | tensor x must be an object; got NUMBER",
                "{\"x\":{} | 0 | must be JSON, each name once",
                "{} {} | 0 | must be JSON, each name once",
                "{\"x\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]},\"x\":{}} | 8 | Duplicate field",
                "{\"__metadata__\":[]} | 0 | __metadata__ must be an object of texts; got ARRAY",
                "{\"__metadata__\":{\"a\":1}} | 0 | __metadata__ must be an object of texts; got NUMBER as a",
                "{\"x\":{\"shape\":[1],\"data_offsets\":[0,8]}} | 8 | dtype of x must be F64 or F32; got nothing",
                "{\"x\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[0,8]}} | 8 | dtype of x must be F64 or F32; got BF16; convert it",
                "{\"x\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]}} | 8 | got F16",
                "{\"x\":{\"dtype\":\"F64\",\"data_offsets\":[0,8]}} | 8 | shape of x must be whole numbers of at least 0; got nothing",
                "{\"x\":{\"dtype\":\"F64\",\"shape\":[-1],\"data_offsets\":[0,8]}} | 8 | shape of x must be whole numbers of at least 0; got [-1]",
                "{\"x\":{\"dtype\":\"F64\",\"shape\":[1.0],\"data_offsets\":[0,8]}} | 8 | shape of x must be whole numbers",
                "{\"x\":{\"dtype\":\"F64\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}} | 8 | shape of x must be whole numbers",
                "{\"x\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[-8,0]}} | 8 | data_offsets of x must be whole numbers of at least 0; got [-8,0]",
                "{\"x\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,0]}} | 8 | data_offsets of x must be a beginning and an end of at most 8",
                "{\"x\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]}} | 8 | an end of at most 8, the bytes of data; got [0, 16]",
                "{\"x\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0]}} | 8 | must be a beginning and an end",
                "{\"x\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,8]}} | 8 | must be as far apart as F64 numbers of its shape [2] take; got 8",
                "{\"x\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,7]}} | 7 | must be as far apart as F64 numbers",
                "{\"x\":{\"dtype\":\"F64\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}} | 0 | must be as far apart as F64 numbers",
                "{\"x\":{\"dtype\":\"F64\",\"shape\":[2305843009213693953],\"data_offsets\":[0,8]}} | 8 | must be as far apart as F64 numbers",
                "{\"x\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,16]}} | 16 | data_offsets of x must begin at 0",
                "{\"x\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},\"y\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}} | 8 | data_offsets of y must begin at 8, where the tensor before it ends; got 0",
                "{\"x\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]},\"y\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[8,24]}} | 24 | data_offsets of y must begin at 16",
            })
    void whatIsNotInOrder_isRefusedInOneLine(String header, int data, String message) {
        assertThatThrownBy(() -> Safetensors.of(file(header, data)))
                .isInstanceOf(ExchangeException.class)
                .hasMessageContaining(message)
                .message()
                .hasSizeLessThan(300)
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | must begin with the 8 bytes of its header's length; got a file of 0 bytes",
                "00 00 00 | got a file of 3 bytes",
                "ff ff ff ff ff ff ff ff | at most 100000000 bytes; got 18446744073709551615",
                "00 ca 9a 3b 00 00 00 00 | at most 100000000 bytes; got 1000000000",
                "00 e1 f5 05 00 00 00 00 | a header of 100000000 bytes in a file of 8; was the file cut off?",
                "01 00 00 00 00 00 00 00 ff | must be UTF-8",
            })
    void whatDoesNotEvenBegin_isRefused(String bytes, String message) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        for (String each : bytes.isEmpty() ? new String[0] : bytes.split(" ")) {
            file.write(Integer.parseInt(each, 16));
        }
        assertThatThrownBy(() -> Safetensors.of(file.toByteArray()))
                .isInstanceOf(ExchangeException.class)
                .hasMessageContaining(message);
    }

    /** The file is as long as it says, a gigabyte; most of it is a hole, and nothing of it is read. */
    @Test
    void aHeaderOfAGigabyte_isRefusedUnread(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("large.safetensors");
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(1_000_000_000L)
                    .flip());
            channel.write(ByteBuffer.wrap(new byte[] {'}'}), 1_000_000_007L);
        }
        assertThatThrownBy(() -> Safetensors.of(file))
                .isInstanceOf(ExchangeException.class)
                .hasMessage("the header of a safetensors file must have at most 100000000 bytes; got 1000000000;"
                        + " is this a safetensors file?");
    }

    @Test
    void whatIsNoFile_isRefused(@TempDir Path folder) {
        for (Path path : List.of(folder, folder.resolve("none.safetensors"))) {
            assertThatThrownBy(() -> Safetensors.of(path))
                    .isInstanceOf(ExchangeException.class)
                    .hasMessage("a safetensors file must be a file that can be read; got " + path);
        }
    }

    @ParameterizedTest
    @CsvSource({"NaN", "Infinity", "-Infinity"})
    void numbersThatAreNotFinite_areRefusedByTheirPlace(double number) throws ExchangeException {
        Safetensors.Writer writer = new Safetensors.Writer(Map.of());
        writer.add("x", List.of(2L), new double[] {1.0, number});
        Safetensors read = Safetensors.of(writer.toBytes());
        Tensor tensor = Objects.requireNonNull(read.tensors().get("x"));
        assertThatThrownBy(() -> read.numbers(tensor))
                .isInstanceOf(ExchangeException.class)
                .hasMessage("the numbers of x must be finite; got " + number + " as number 1");
    }
}
