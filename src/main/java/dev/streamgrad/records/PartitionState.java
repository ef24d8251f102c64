package dev.streamgrad.records;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * What the store keeps of a partition beside its models, so that exactly once does not depend on the consumer group's
 * offsets, which can be lost: how far its records have been dealt with, and of which topic they are. As bytes:
 *
 * <pre>
 *   3 bytes   "SGP"
 *   1 byte    version of this format, 1
 *   int64     last offset; −1 if none
 *   int64     models
 *   int64     the size of their states
 *   int32, n  the length of the topic's id, and the id
 *   int32, n  the length of the name of the model that records without a key have trained, and the name; 0 if there is none
 *   int32, n  the length of how its records are read, and that: a setting in each line
 *   int64     last offset of the control topic; −1 if none
 *   int32, n  the length of the control topic's id, and the id
 *   int32     CRC-32C of everything before
 * </pre>
 *
 * <p>All of it is little-endian, and text is UTF-8.
 *
 * @param samplesTopicId the id of the samples topic, as Kafka writes it; {@link #UNKNOWN_TOPIC} if it is not known
 * @param keylessModel the model that records without a key have trained; empty as long as none has trained any
 * @param reading how its records have been read
 * @param lastOffset the last offset that was dealt with, whatever became of it; −1 if none was
 * @param models how many models there are
 * @param stateBytes the size of their states
 * @param lastCommand the last offset of the control topic that was dealt with; −1 if none was
 * @param controlTopicId the id of the control topic; {@link #UNKNOWN_TOPIC} if it is not known
 */
public record PartitionState(
        String samplesTopicId,
        String keylessModel,
        Reading reading,
        long lastOffset,
        long models,
        long stateBytes,
        long lastCommand,
        String controlTopicId) {
    /** The version of the format that this release writes, and the newest it reads. */
    public static final int VERSION = 1;

    /** The id of a topic that is not known. */
    public static final String UNKNOWN_TOPIC = "";

    /**
     * The key of the store under which it stands: no model's name, because it is no UTF-8. It sorts behind all names.
     */
    public static byte[] key() {
        return new byte[] {KEY};
    }

    /** What is known where nothing is: models of a release that wrote no such record. */
    public static PartitionState unknown(long models, long stateBytes) {
        return new PartitionState(UNKNOWN_TOPIC, "", Reading.BY_DEFAULT, -1, models, stateBytes, -1, UNKNOWN_TOPIC);
    }

    private static final byte KEY = (byte) 0xFF;

    private static final byte[] MAGIC = {'S', 'G', 'P'};

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public PartitionState {
        if (lastOffset < -1 || models < 0 || stateBytes < 0 || lastCommand < -1) {
            throw new IllegalArgumentException("a partition's counters must be at least 0; got last offset "
                    + lastOffset + ", models " + models + ", bytes " + stateBytes + ", last command " + lastCommand);
        }
    }

    /** Whether it is known that its records were of another topic than the one with this id. */
    public boolean isOfAnotherTopicThan(String topicId) {
        return !samplesTopicId.equals(UNKNOWN_TOPIC)
                && !topicId.equals(UNKNOWN_TOPIC)
                && !samplesTopicId.equals(topicId);
    }

    /** Where the commands go on in the control topic with this id: behind those dealt with, if it is the same. */
    public long lastCommandOf(String topicId) {
        boolean another = !controlTopicId.equals(UNKNOWN_TOPIC)
                && !topicId.equals(UNKNOWN_TOPIC)
                && !controlTopicId.equals(topicId);
        return another ? -1 : lastCommand;
    }

    /** Whether it is known that records without a key have trained another model than this one. */
    public boolean hadAnotherKeylessModelThan(String model) {
        return !keylessModel.isEmpty() && !model.isEmpty() && !keylessModel.equals(model);
    }

    /** The value of the store. */
    public byte[] write() {
        byte[] id = samplesTopicId.getBytes(StandardCharsets.UTF_8);
        byte[] keyless = keylessModel.getBytes(StandardCharsets.UTF_8);
        byte[] read = reading.text().getBytes(StandardCharsets.UTF_8);
        byte[] controlId = controlTopicId.getBytes(StandardCharsets.UTF_8);
        int texts = id.length + keyless.length + read.length + controlId.length;
        ByteBuffer out = ByteBuffer.allocate(MAGIC.length + 1 + 4 * Long.BYTES + 5 * Integer.BYTES + texts)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).put((byte) VERSION);
        out.putLong(lastOffset).putLong(models).putLong(stateBytes);
        out.putInt(id.length).put(id).putInt(keyless.length).put(keyless);
        out.putInt(read.length).put(read);
        out.putLong(lastCommand).putInt(controlId.length).put(controlId);
        out.putInt(checksum(out.array(), out.position()));
        return out.array();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException if the bytes are not of a version this release reads, or are damaged
     */
    public static PartitionState read(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        try {
            for (byte expected : MAGIC) {
                if (in.get() != expected) {
                    throw new IllegalArgumentException("a partition's state must start with SGP; got other bytes; is"
                            + " this changelog Streamgrad's own?");
                }
            }
            int version = Byte.toUnsignedInt(in.get());
            if (version != VERSION) {
                throw new IllegalArgumentException("unknown version " + version
                        + " of a partition's state, this release reads up to " + VERSION
                        + "; run the release that wrote it, or a newer one");
            }
            int end = bytes.length - Integer.BYTES;
            if (end < in.position() || in.getInt(end) != checksum(bytes, end)) {
                throw new IllegalArgumentException("a partition's state of " + bytes.length
                        + " bytes is damaged: its checksum does not fit; restore the changelog topic");
            }
            long lastOffset = in.getLong();
            long models = in.getLong();
            long stateBytes = in.getLong();
            return new PartitionState(
                    text(in),
                    text(in),
                    Reading.parse(text(in)),
                    lastOffset,
                    models,
                    stateBytes,
                    in.getLong(),
                    text(in));
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException(
                    "a partition's state of " + bytes.length + " bytes is cut off; restore the changelog topic", e);
        }
    }

    private static String text(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] text = new byte[length];
        in.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
