package dev.streamgrad.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * An ONNX graph as it grows, from {@value #INPUT} to {@value #OUTPUT}: nodes in their order, and the constants that
 * they take. The numbers of fields are those of {@code onnx.proto}.
 */
final class OnnxGraph {
    static final String INPUT = "features";
    static final String OUTPUT = "prediction";

    /** Of the operators; the newest that every runtime of the last years knows. */
    private static final int OPSET = 17;

    /** Of the file; goes with the operators. */
    private static final int IR_VERSION = 8;

    private static final int ATTRIBUTE_IS_A_NUMBER = 2;

    /** The types of numbers, as ONNX counts them. */
    enum Type {
        FLOAT(1),
        BOOL(9),
        DOUBLE(11);

        private final int number;

        Type(int number) {
            this.number = number;
        }
    }

    private final Protobuf graph = new Protobuf();

    OnnxGraph(String name) {
        graph.text(2, name);
    }

    /** A constant in double precision; no dimensions are a single number. Returns its name. */
    String constant(String name, double[] numbers, long... shape) {
        ByteBuffer raw = ByteBuffer.allocate(Double.BYTES * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asDoubleBuffer().put(numbers);
        return constant(name, Type.DOUBLE, raw.array(), shape);
    }

    /** A single number. */
    String constant(String name, double number) {
        return constant(name, new double[] {number});
    }

    /** Truths. */
    String constant(String name, boolean[] truths) {
        byte[] raw = new byte[truths.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (byte) (truths[i] ? 1 : 0);
        }
        return constant(name, Type.BOOL, raw, truths.length);
    }

    private String constant(String name, Type type, byte[] raw, long... shape) {
        Protobuf tensor = new Protobuf();
        for (long dimension : shape) {
            tensor.number(1, dimension);
        }
        graph.message(5, tensor.number(2, type.number).text(8, name).bytes(9, raw));
        return name;
    }

    /** A node; its output, which is returned, has the node's name. */
    String node(String name, String operator, String... inputs) {
        return node(name, operator, Map.of(), inputs);
    }

    /** A node that makes another type of its input. */
    String cast(String name, Type to, String input) {
        return node(name, "Cast", Map.of("to", to.number), input);
    }

    /** A node with attributes that are whole numbers. */
    String node(String name, String operator, Map<String, Integer> attributes, String... inputs) {
        Protobuf node = new Protobuf();
        for (String input : inputs) {
            node.text(1, input);
        }
        node.text(2, name).text(3, name).text(4, operator);
        attributes.forEach((attribute, value) -> node.message(
                5, new Protobuf().text(1, attribute).number(3, value).number(20, ATTRIBUTE_IS_A_NUMBER)));
        graph.message(1, node);
        return name;
    }

    /**
     * The whole file.
     *
     * @param inputs how many numbers the input has, in each row of a batch of any size
     * @param outputs the same of the output
     * @param producer which program and release made it
     * @param version of the model
     * @param metadata texts by their names
     */
    byte[] toBytes(int inputs, int outputs, List<String> producer, long version, Map<String, String> metadata) {
        graph.message(11, batch(INPUT, inputs)).message(12, batch(OUTPUT, outputs));
        Protobuf model = new Protobuf()
                .number(1, IR_VERSION)
                .text(2, producer.get(0))
                .text(3, producer.get(1))
                .number(5, version)
                .message(7, graph)
                .message(8, new Protobuf().text(1, "").number(2, OPSET));
        metadata.forEach(
                (name, text) -> model.message(14, new Protobuf().text(1, name).text(2, text)));
        return model.toBytes();
    }

    private static Protobuf batch(String name, int width) {
        Protobuf shape =
                new Protobuf().message(1, new Protobuf().text(2, "batch")).message(1, new Protobuf().number(1, width));
        Protobuf tensor = new Protobuf().number(1, Type.DOUBLE.number).message(2, shape);
        return new Protobuf().text(1, name).message(2, new Protobuf().message(1, tensor));
    }
}
