package dev.streamgrad.records;

import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.PrequentialMetrics;
import dev.streamgrad.learning.SpecSettings;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A model's whole state in bytes: the value of the store {@code models} and of its changelog.
 *
 * <pre>
 *   offset  type       what (little-endian)
 *   0       3 bytes    "SGM"
 *   3       1 byte     version of this format, 1
 *   4       int32      n, the length of the spec
 *   8       n bytes    the spec: one name=value per line, UTF-8
 *   …       int64 × 4  first offset, version, the optimizer's steps, samples
 *   …       int32      samples in the unfinished batch
 *   …       int64      samples in the feature statistics
 *   …       int32      non-finite steps in a row
 *   …       int64 × 2  non-finite steps, restores
 *   …       double …   the learned numbers, in the canonical order of {@link Model}
 *   …       double …   the checkpoint, as Model hands it out; only with on.divergence=restore
 *   …       double …   the metrics, as PrequentialMetrics writes them
 *   …       int32      CRC-32C of everything before
 * </pre>
 *
 * <p>A reader refuses a newer version and damaged bytes. An instance keeps the specs it has met, so that a million
 * models of one spec share one object. Not thread-safe.
 */
public final class StateFormat {
    /** The version of the format that this release writes, and the newest it reads. */
    public static final int VERSION = 1;

    private static final byte[] MAGIC = {'S', 'G', 'M'};
    private static final int COUNTERS = 7 * Long.BYTES + 2 * Integer.BYTES;

    private final Map<ModelSpec, byte[]> textOfSpec = new HashMap<>();
    private final Map<ByteBuffer, ModelSpec> specOfText = new HashMap<>();

    /** How many bytes a model of this spec takes at most. */
    public static long largest(ModelSpec spec) {
        return MAGIC.length
                + 1L
                + Integer.BYTES
                + text(spec).length
                + COUNTERS
                + Double.BYTES * (Model.learnedNumbers(spec) + Model.checkpointNumbers(spec))
                + Double.BYTES * PrequentialMetrics.largest(spec.architecture().outputs())
                + Integer.BYTES;
    }

    private static byte[] text(ModelSpec spec) {
        return SpecSettings.formatText(spec).getBytes(StandardCharsets.UTF_8);
    }

    /** The model's state in bytes of their exact length. */
    public byte[] write(Model model) {
        ModelSpec spec = model.spec();
        byte[] text = textOfSpec.computeIfAbsent(spec, StateFormat::text);
        int metrics = model.metrics().size();
        long length = MAGIC.length
                + 1L
                + Integer.BYTES
                + text.length
                + COUNTERS
                + Double.BYTES * (Model.learnedNumbers(spec) + Model.checkpointNumbers(spec) + metrics)
                + Integer.BYTES;
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).put((byte) VERSION).putInt(text.length).put(text);
        Model.Counters counters = model.counters();
        out.putLong(counters.firstOffset())
                .putLong(counters.version())
                .putLong(counters.optimizerSteps())
                .putLong(counters.samples())
                .putInt(counters.pendingSamples())
                .putLong(counters.scaled())
                .putInt(counters.nonFiniteInARow())
                .putLong(counters.nonFinite())
                .putLong(counters.restores());
        model.forEachLearned(out::putDouble);
        model.forEachOfCheckpoint(out::putDouble);
        model.metrics().write(out::putDouble);
        out.putInt(checksum(out.array(), out.position()));
        return out.array();
    }

    /**
     * The model in these bytes.
     *
     * @throws IllegalArgumentException if they are not a state of a version this release reads, or are damaged
     */
    public Model read(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        try {
            for (byte expected : MAGIC) {
                if (in.get() != expected) {
                    throw new IllegalArgumentException("a model's state must start with SGM; got other bytes; is this"
                            + " changelog Streamgrad's own?");
                }
            }
            int version = Byte.toUnsignedInt(in.get());
            if (version != VERSION) {
                throw new IllegalArgumentException(
                        "unknown version " + version + " of a model's state, this release reads" + " up to " + VERSION
                                + "; run the release that wrote it, or a newer one");
            }
            int end = bytes.length - Integer.BYTES;
            if (end < in.position() || in.getInt(end) != checksum(bytes, end)) {
                throw new IllegalArgumentException("a model's state of " + bytes.length
                        + " bytes is damaged: its checksum does not fit; restore the changelog topic");
            }
            byte[] text = new byte[in.getInt()];
            in.get(text);
            ModelSpec spec = specOfText.computeIfAbsent(
                    ByteBuffer.wrap(text), key -> SpecSettings.parseText(new String(text, StandardCharsets.UTF_8)));
            Model.Counters counters = new Model.Counters(
                    in.getLong(),
                    in.getLong(),
                    in.getLong(),
                    in.getLong(),
                    in.getInt(),
                    in.getLong(),
                    in.getInt(),
                    in.getLong(),
                    in.getLong());
            Model model = Model.restore(spec, counters, in::getDouble, in::getDouble, in::getDouble);
            if (in.position() != end) {
                throw new IllegalArgumentException(
                        "a model's state of " + bytes.length + " bytes must end with its metrics; got "
                                + (end - in.position()) + " bytes more; restore the changelog topic");
            }
            return model;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException(
                    "a model's state of " + bytes.length + " bytes is cut off; restore the changelog topic", e);
        }
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
