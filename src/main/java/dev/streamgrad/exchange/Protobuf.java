package dev.streamgrad.exchange;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * One message of Protocol Buffers, as far as ONNX needs it: whole numbers, texts, bytes, messages within. Fields stand
 * in the order in which they are put.
 */
final class Protobuf {
    /** How a field's value is encoded. */
    private static final int VARINT = 0;

    private static final int LENGTH_DELIMITED = 2;

    private static final int WIRE_BITS = 3;
    private static final int GROUP_BITS = 7;
    private static final int GROUP = 0x7F;
    private static final int MORE = 0x80;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** A whole number. */
    Protobuf number(int field, long value) {
        varint((long) field << WIRE_BITS | VARINT);
        varint(value);
        return this;
    }

    /** A text. */
    Protobuf text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** A message within this one. */
    Protobuf message(int field, Protobuf message) {
        return bytes(field, message.toBytes());
    }

    /** Bytes as they are. */
    Protobuf bytes(int field, byte[] value) {
        varint((long) field << WIRE_BITS | LENGTH_DELIMITED);
        varint(value.length);
        bytes.writeBytes(value);
        return this;
    }

    /** The message so far. */
    byte[] toBytes() {
        return bytes.toByteArray();
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~GROUP) != 0) {
            bytes.write((int) (rest & GROUP) | MORE);
            rest >>>= GROUP_BITS;
        }
        bytes.write((int) rest);
    }
}
