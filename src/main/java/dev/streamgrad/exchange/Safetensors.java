package dev.streamgrad.exchange;

import static dev.streamgrad.records.BadRecordException.shown;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.streamgrad.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The container of Hugging Face's safetensors:
 *
 * <pre>
 *   uint64   length of the header, little-endian
 *   header   JSON: {"__metadata__":{name:text},name:{"dtype":…,"shape":[…],"data_offsets":[begin,end]},…}
 *   data     the tensors' numbers, little-endian, rows first, one tensor behind the other
 * </pre>
 *
 * <p>Reading is strict, as the reference implementation is: the tensors must cover the data without a gap and without
 * overlapping, and each must be as long as its shape says. Nothing is allocated by a number that the file says before
 * the file has been found to be that long. Numbers are read when they are asked for.
 */
final class Safetensors {
    /** The longest header, the reference implementation's own limit. */
    static final int LONGEST_HEADER = 100_000_000;

    private static final String METADATA = "__metadata__";
    /** How many bytes are read at a time. */
    private static final int CHUNK = 1 << 16;

    private static final ObjectMapper MAPPER = new ObjectMapper(Json.FACTORY
                    .rebuild()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(Json.DEEPEST)
                            .maxStringLength(LONGEST_HEADER)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Bytes bytes;
    private final long dataStart;

    /** The types of numbers that are read; both become doubles exactly. */
    enum Type {
        F64(Double.BYTES) {
            @Override
            double next(ByteBuffer from) {
                return from.getDouble();
            }
        },
        F32(Float.BYTES) {
            @Override
            double next(ByteBuffer from) {
                return from.getFloat();
            }
        };

        private final int size;

        Type(int size) {
            this.size = size;
        }

        abstract double next(ByteBuffer from);
    }

    /**
     * A tensor of a file.
     *
     * @param shape how long each of its dimensions is; none is a single number
     * @param begin where its numbers begin, from the beginning of the data
     * @param end where they end
     */
    record Tensor(String name, Type type, List<Long> shape, long begin, long end) {
        /** How many numbers it has. */
        long numbers() {
            return (end - begin) / type.size;
        }
    }

    /** Where the bytes of a file come from. */
    private interface Bytes {
        long size() throws IOException;

        /** Fills a buffer from a place on, or less of it at the file's end. */
        void read(ByteBuffer to, long from) throws IOException;
    }

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record OfArray(byte[] array) implements Bytes {
        @Override
        public long size() {
            return array.length;
        }

        @Override
        public void read(ByteBuffer to, long from) {
            to.put(array, (int) from, (int) Math.min(to.remaining(), array.length - from));
        }
    }

    private record OfFile(Path file) implements Bytes {
        @Override
        public long size() throws IOException {
            return Files.size(file);
        }

        @Override
        public void read(ByteBuffer to, long from) throws IOException {
            try (FileChannel channel = FileChannel.open(file)) {
                long at = from;
                int count = 0;
                while (to.hasRemaining() && count >= 0) {
                    count = channel.read(to, at);
                    at += count;
                }
            }
        }
    }

    /** Reads the header of a file that is in memory. */
    static Safetensors of(byte[] file) throws ExchangeException {
        return of(new OfArray(file));
    }

    /** Reads the header of a file. */
    static Safetensors of(Path file) throws ExchangeException {
        if (!Files.isRegularFile(file)) {
            throw new ExchangeException("a safetensors file must be a file that can be read; got " + file);
        }
        return of(new OfFile(file));
    }

    private static Safetensors of(Bytes bytes) throws ExchangeException {
        try {
            return new Safetensors(bytes);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static ExchangeException unreadable(IOException e) {
        return new ExchangeException(
                "a safetensors file must be a file that can be read; got " + shown(String.valueOf(e.getMessage())), e);
    }

    private Safetensors(Bytes bytes) throws IOException, ExchangeException {
        this.bytes = bytes;
        long size = bytes.size();
        if (size < Long.BYTES) {
            throw new ExchangeException(
                    "a safetensors file must begin with the 8 bytes of its header's length; got a file of " + size
                            + " bytes");
        }
        long length = read(0, Long.BYTES).getLong();
        if (length < 0 || length > LONGEST_HEADER) {
            throw new ExchangeException("the header of a safetensors file must have at most " + LONGEST_HEADER
                    + " bytes; got " + Long.toUnsignedString(length) + "; is this a safetensors file?");
        }
        if (length > size - Long.BYTES) {
            throw new ExchangeException("the header of a safetensors file must end within it; got a header of " + length
                    + " bytes in a file of " + size + "; was the file cut off?");
        }
        this.dataStart = Long.BYTES + length;
        parse(header(read(Long.BYTES, (int) length)), size - dataStart);
    }

    @SuppressWarnings("ByteBufferBackingArray") // Of an array of its own.
    private static JsonNode header(ByteBuffer text) throws ExchangeException {
        JsonNode header;
        try {
            header = MAPPER.readTree(Json.utf8(text.array()));
        } catch (CharacterCodingException e) {
            throw new ExchangeException("the header of a safetensors file must be UTF-8; got other bytes", e);
        } catch (IOException e) {
            throw new ExchangeException(
                    "the header of a safetensors file must be JSON, each name once; got "
                            + shown(String.valueOf(e.getMessage())),
                    e);
        }
        if (!header.isObject()) {
            throw new ExchangeException("the header of a safetensors file must be a JSON object; got "
                    + header.getNodeType() + "; is this a safetensors file?");
        }
        return header;
    }

    private void parse(JsonNode header, long dataLength) throws ExchangeException {
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (entry.getKey().equals(METADATA)) {
                parseMetadata(entry.getValue());
            } else {
                tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue(), dataLength));
            }
        }
        List<Tensor> inOrder = new ArrayList<>(tensors.values());
        inOrder.sort(Comparator.comparingLong(Tensor::begin).thenComparingLong(Tensor::end));
        long end = 0;
        for (Tensor tensor : inOrder) {
            if (tensor.begin != end) {
                throw new ExchangeException("data_offsets of " + shown(tensor.name) + " must begin at " + end
                        + ", where the tensor before it ends; got " + tensor.begin);
            }
            end = tensor.end;
        }
        if (end != dataLength) {
            throw new ExchangeException("the tensors of a safetensors file must end where it ends, after " + end
                    + " bytes of data; got " + dataLength);
        }
    }

    private void parseMetadata(JsonNode node) throws ExchangeException {
        if (!node.isObject()) {
            throw new ExchangeException(METADATA + " must be an object of texts; got " + node.getNodeType());
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!entry.getValue().isTextual()) {
                throw new ExchangeException(METADATA + " must be an object of texts; got "
                        + entry.getValue().getNodeType() + " as " + shown(entry.getKey()));
            }
            metadata.put(entry.getKey(), entry.getValue().textValue());
        }
    }

    private static Tensor tensor(String name, JsonNode node, long dataLength) throws ExchangeException {
        String called = shown(name);
        if (!node.isObject()) {
            throw new ExchangeException("tensor " + called + " must be an object; got " + node.getNodeType());
        }
        Type type = type(called, node.path("dtype"));
        List<Long> shape = wholes("shape of " + called, node.path("shape"));
        List<Long> offsets = wholes("data_offsets of " + called, node.path("data_offsets"));
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1) || offsets.get(1) > dataLength) {
            throw new ExchangeException("data_offsets of " + called + " must be a beginning and an end of at most "
                    + dataLength + ", the bytes of data; got " + shown(offsets.toString()));
        }
        Tensor tensor = new Tensor(name, type, shape, offsets.get(0), offsets.get(1));
        if (!isAsLongAs(shape, tensor.end - tensor.begin, type.size)) {
            throw new ExchangeException("data_offsets of " + called + " must be as far apart as " + type + " numbers of"
                    + " its shape " + shown(shape.toString()) + " take; got " + (tensor.end - tensor.begin));
        }
        return tensor;
    }

    private static Type type(String called, JsonNode node) throws ExchangeException {
        for (Type type : Type.values()) {
            if (type.name().equals(node.textValue())) {
                return type;
            }
        }
        throw new ExchangeException("dtype of " + called + " must be F64 or F32; got " + shown(node.asText("nothing"))
                + "; convert it, in PyTorch with .double()");
    }

    private static List<Long> wholes(String what, JsonNode node) throws ExchangeException {
        List<Long> wholes = new ArrayList<>();
        boolean right = node.isArray();
        for (JsonNode each : node) {
            right &= each.isIntegralNumber() && each.canConvertToLong() && each.longValue() >= 0;
            wholes.add(each.longValue());
        }
        if (!right) {
            throw new ExchangeException(what + " must be whole numbers of at least 0; got "
                    + shown(node.isMissingNode() ? null : node.toString()));
        }
        return Collections.unmodifiableList(wholes);
    }

    /** Whether so many bytes are the numbers of a shape; however large its dimensions, nothing overflows. */
    private static boolean isAsLongAs(List<Long> shape, long length, int size) {
        long numbers = 1;
        for (long dimension : shape) {
            if (dimension == 0) {
                return length == 0;
            }
        }
        for (long dimension : shape) {
            if (numbers > length / dimension) {
                return false;
            }
            numbers *= dimension;
        }
        return numbers <= length / size && numbers * size == length;
    }

    /** What the file says of itself. */
    Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /** The tensors by name, in the order of the header. */
    Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /**
     * The numbers of a tensor, rows first.
     *
     * @throws ExchangeException if one is not finite
     */
    double[] numbers(Tensor tensor) throws ExchangeException {
        double[] numbers = new double[Math.toIntExact(tensor.numbers())];
        long at = dataStart + tensor.begin;
        for (int i = 0; i < numbers.length; ) {
            int count = Math.min(numbers.length - i, CHUNK / tensor.type.size);
            ByteBuffer chunk;
            try {
                chunk = read(at, count * tensor.type.size);
            } catch (IOException e) {
                throw unreadable(e);
            }
            at += chunk.remaining();
            for (int end = i + count; i < end; i++) {
                numbers[i] = tensor.type.next(chunk);
                if (!Double.isFinite(numbers[i])) {
                    throw new ExchangeException("the numbers of " + shown(tensor.name) + " must be finite; got "
                            + numbers[i] + " as number " + i);
                }
            }
        }
        return numbers;
    }

    private ByteBuffer read(long from, int count) throws IOException, ExchangeException {
        ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        bytes.read(buffer, from);
        if (buffer.hasRemaining()) {
            throw new ExchangeException("a safetensors file must stay as it is while it is read; it became shorter");
        }
        return buffer.flip();
    }

    /** Makes a file. */
    static final class Writer {
        /** The data begins at a multiple of it, so that whoever maps the file has its numbers aligned. */
        private static final int ALIGNMENT = 8;

        private final Map<String, String> metadata;
        private final Map<String, double[]> numbers = new LinkedHashMap<>();
        private final Map<String, List<Long>> shapes = new LinkedHashMap<>();

        Writer(Map<String, String> metadata) {
            this.metadata = metadata;
        }

        /** Adds a tensor, behind those that are there; the numbers are not copied. */
        void add(String name, List<Long> shape, double[] itsNumbers) {
            numbers.put(name, itsNumbers);
            shapes.put(name, shape);
        }

        /**
         * The file.
         *
         * @throws ExchangeException if it would be longer than an array
         */
        byte[] toBytes() throws ExchangeException {
            byte[] header = header();
            int length = (header.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            long size = Long.BYTES + (long) length;
            for (double[] each : numbers.values()) {
                size += (long) Double.BYTES * each.length;
            }
            if (size > ExchangeFormat.LARGEST) {
                throw ExchangeFormat.tooLarge(size);
            }
            ByteBuffer file = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
            file.putLong(length).put(header);
            while (file.position() < Long.BYTES + length) {
                file.put((byte) ' ');
            }
            for (double[] each : numbers.values()) {
                file.asDoubleBuffer().put(each);
                file.position(file.position() + Double.BYTES * each.length);
            }
            return file.array();
        }

        private byte[] header() {
            ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
            try (JsonGenerator json = Json.FACTORY.createGenerator(out)) {
                json.writeStartObject();
                json.writeObjectFieldStart(METADATA);
                for (Map.Entry<String, String> entry : metadata.entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
                long at = 0;
                for (Map.Entry<String, double[]> entry : numbers.entrySet()) {
                    json.writeObjectFieldStart(entry.getKey());
                    json.writeStringField("dtype", Type.F64.name());
                    writeArray(json, "shape", shapes.getOrDefault(entry.getKey(), List.of()));
                    long end = at + (long) Double.BYTES * entry.getValue().length;
                    writeArray(json, "data_offsets", List.of(at, end));
                    at = end;
                    json.writeEndObject();
                }
                json.writeEndObject();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return out.toByteArray();
        }

        private static void writeArray(JsonGenerator json, String name, List<Long> wholes) throws IOException {
            json.writeArrayFieldStart(name);
            for (long whole : wholes) {
                json.writeNumber(whole);
            }
            json.writeEndArray();
        }
    }
}
