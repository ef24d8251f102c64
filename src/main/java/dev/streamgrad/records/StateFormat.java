package dev.streamgrad.records;

import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.PrequentialMetrics;
import dev.streamgrad.learning.SpecSettings;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A model's whole state in bytes: the value of the store {@code models} and of its changelog.
 *
 * <pre>
 *   what
 *   3 bytes     "SGM"
 *   1 byte      version of this format, 2
 *   whole       n, the length of the spec
 *   n bytes     the spec, as {@link CompressedSpec} writes it
 *   whole × 9   first offset, version, the optimizer's steps, samples, samples in the unfinished batch, samples in the
 *               feature statistics, non-finite steps in a row, non-finite steps, restores
 *   double …    the learned numbers, in the canonical order of {@link Model}
 *   double …    the checkpoint, as Model hands it out; only with on.divergence=restore
 *   number …    the metrics, as PrequentialMetrics writes them
 *   int32       CRC-32C of everything before
 * </pre>
 *
 * <p>All of it is little-endian. A <i>whole</i> is a whole number of at least 0, seven bits in a byte, the lowest
 * first, the eighth set in all bytes but the last. A <i>number</i> is a whole, one more than its value, if it is a
 * whole number of at most 2⁵³, and else a byte 0 and a double: most of the metrics are counts. A million states are a
 * store and a changelog whose size is that of a state, so what is small is written small.
 *
 * <p>Version 1 had the spec as text behind an int32 and each whole and number in 4 or 8 bytes. It is still read. A
 * reader refuses a newer version and damaged bytes. An instance keeps the specs it has met, so that a million models of
 * one spec share one object, and the array in which it writes. Not thread-safe.
 */
public final class StateFormat {
    /** The version of the format that this release writes, and the newest it reads. */
    public static final int VERSION = 2;

    private static final byte[] MAGIC = {'S', 'G', 'M'};
    private static final int WHOLES = 9;

    /** The most bytes of a whole, and of a number of the metrics. */
    private static final int LONGEST_WHOLE = 9;

    private static final int LONGEST_NUMBER = 1 + Double.BYTES;

    /** Up to here every whole number is a double. */
    private static final double MOST_WHOLE = 0x1p53;

    private static final long ZERO_BITS = Double.doubleToRawLongBits(0.0);

    private final Map<ModelSpec, byte[]> bytesOfSpec = new HashMap<>();
    private final Map<ByteBuffer, ModelSpec> specOfBytes = new HashMap<>();
    private byte[] written = new byte[1024];
    private ByteBuffer out = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);

    /** How many bytes a model of this spec takes at most. */
    public static long largest(ModelSpec spec) {
        return largest(
                spec,
                CompressedSpec.of(spec).length,
                PrequentialMetrics.largest(spec.architecture().outputs()));
    }

    private static long largest(ModelSpec spec, int specBytes, long metrics) {
        return MAGIC.length
                + 1L
                + LONGEST_WHOLE
                + specBytes
                + WHOLES * LONGEST_WHOLE
                + Double.BYTES * (Model.learnedNumbers(spec) + Model.checkpointNumbers(spec))
                + LONGEST_NUMBER * metrics
                + Integer.BYTES;
    }

    /** The model's state in bytes of their exact length. */
    public byte[] write(Model model) {
        ModelSpec spec = model.spec();
        byte[] itsSpec = bytesOfSpec.computeIfAbsent(spec, CompressedSpec::of);
        int most = Math.toIntExact(largest(spec, itsSpec.length, model.metrics().size()));
        if (written.length < most) {
            written = new byte[most];
            out = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);
        }
        out.clear();
        out.put(MAGIC).put((byte) VERSION);
        putWhole(itsSpec.length);
        out.put(itsSpec);
        Model.Counters counters = model.counters();
        putWhole(counters.firstOffset());
        putWhole(counters.version());
        putWhole(counters.optimizerSteps());
        putWhole(counters.samples());
        putWhole(counters.pendingSamples());
        putWhole(counters.scaled());
        putWhole(counters.nonFiniteInARow());
        putWhole(counters.nonFinite());
        putWhole(counters.restores());
        model.forEachLearned(out::putDouble);
        model.forEachOfCheckpoint(out::putDouble);
        model.metrics().write(this::putNumber);
        out.putInt(checksum(written, out.position()));
        return Arrays.copyOf(written, out.position());
    }

    private void putWhole(long value) {
        long rest = value;
        while (rest > 0x7F) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    private void putNumber(double value) {
        // Not -0.0, whose bits a whole number does not have.
        boolean whole = value > 0.0 && value <= MOST_WHOLE && value == Math.rint(value);
        if (whole || Double.doubleToRawLongBits(value) == ZERO_BITS) {
            putWhole((long) value + 1);
        } else {
            out.put((byte) 0).putDouble(value);
        }
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
            if (version < 1 || version > VERSION) {
                throw new IllegalArgumentException(
                        "unknown version " + version + " of a model's state, this release reads" + " up to " + VERSION
                                + "; run the release that wrote it, or a newer one");
            }
            int end = bytes.length - Integer.BYTES;
            if (end < in.position() || in.getInt(end) != checksum(bytes, end)) {
                throw new IllegalArgumentException("a model's state of " + bytes.length
                        + " bytes is damaged: its checksum does not fit; restore the changelog topic");
            }
            Model model = version == 1 ? readVersion1(in) : readVersion2(in);
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

    private Model readVersion2(ByteBuffer in) {
        ByteBuffer specBytes = take(in, getWhole(in));
        ModelSpec spec = specOfBytes.get(specBytes);
        if (spec == null) {
            byte[] copy = new byte[specBytes.remaining()];
            specBytes.get(copy);
            spec = CompressedSpec.read(copy);
            specOfBytes.put(ByteBuffer.wrap(copy), spec);
        }
        Model.Counters counters = new Model.Counters(
                getWhole(in),
                getWhole(in),
                getWhole(in),
                getWhole(in),
                Math.toIntExact(getWhole(in)),
                getWhole(in),
                Math.toIntExact(getWhole(in)),
                getWhole(in),
                getWhole(in));
        return Model.restore(spec, counters, in::getDouble, in::getDouble, () -> getNumber(in));
    }

    private static ByteBuffer take(ByteBuffer in, long length) {
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer taken = in.slice(in.position(), (int) length);
        in.position(in.position() + (int) length);
        return taken;
    }

    private static long getWhole(ByteBuffer in) {
        long value = 0;
        int shift = 0;
        byte next = in.get();
        while (next < 0) {
            value |= (next & 0x7FL) << shift;
            shift += 7;
            if (shift > 56) {
                throw new IllegalArgumentException(
                        "a whole number of a model's state must have at most " + LONGEST_WHOLE + " bytes; got more");
            }
            next = in.get();
        }
        return value | (long) next << shift;
    }

    private static double getNumber(ByteBuffer in) {
        long whole = getWhole(in);
        // As longs: one more than 2^53 is no double.
        return whole == 0 ? in.getDouble() : (double) (whole - 1);
    }

    private Model readVersion1(ByteBuffer in) {
        ByteBuffer text = take(in, in.getInt());
        // Its text is what the other version compresses, so both share one object.
        ModelSpec parsed =
                SpecSettings.parseText(StandardCharsets.UTF_8.decode(text).toString());
        ModelSpec spec = specOfBytes.computeIfAbsent(
                ByteBuffer.wrap(bytesOfSpec.computeIfAbsent(parsed, CompressedSpec::of)), key -> parsed);
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
        return Model.restore(spec, counters, in::getDouble, in::getDouble, in::getDouble);
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
