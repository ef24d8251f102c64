package dev.streamgrad.records;

import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.ModelState;
import dev.streamgrad.learning.PrequentialMetrics;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.learning.StateField;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * A model's whole state in bytes: the value of the store {@code models} and of its changelog.
 *
 * <pre>
 *   what
 *   3 bytes     "SGM"
 *   1 byte      version of this format: 4 of a model whose errors are watched for drift, else 3
 *   whole       n, the length of the spec
 *   n bytes     the spec, as {@link SpecText} writes it
 *   fields …    those of {@link ModelState#FIELDS} that the model has, in that order, each by its kind:
 *               a whole number as a whole, less its least value; a real one as a double; rows, layers and slots as their
 *               doubles; flags, metrics, words, ids and what the detector of drift remembers as numbers, as they are handed out
 *   int32       CRC-32C of everything before
 * </pre>
 *
 * <p>All of it is little-endian. A <i>whole</i> is a whole number of at least 0, seven bits in a byte, the lowest
 * first, the eighth set in all bytes but the last. A <i>number</i> is a whole, one more than its value, if it is a
 * whole number of at most 2⁵³, and else a byte 0 and a double: most of the metrics are counts. A million states are a
 * store and a changelog whose size is that of a state, so what is small is written small.
 *
 * <p>Version 3 is the same without the fields of drift: a model without a detector has none of them and is written as
 * the releases before wrote it, which can read it.
 *
 * <p>Two older versions are still read. Both have nine whole numbers before all real ones, see {@link #OLD_WHOLES}, and
 * neither has the last offset, the steps and the commands of a model, nor whether it is frozen. Version 2 had a
 * deflated spec, see {@link DeflatedSpec}. Version 1 had the spec as text behind an int32, and each whole and number in
 * 4 or 8 bytes. A reader refuses a newer version and damaged bytes. An instance keeps the specs it has met, so that a
 * million models of one spec share one object, and the array in which it writes. Not thread-safe.
 */
public final class StateFormat {
    /** The newest version of the format, and the newest that this release reads. */
    public static final int VERSION = 4;

    private static final int VERSION_WITHOUT_DRIFT = 3;

    private static final byte[] MAGIC = {'S', 'G', 'M'};

    /** The whole numbers of versions 1 and 2: there in every state, and 0 where the model has no such field. */
    private static final List<String> OLD_WHOLES = List.of(
            "firstOffset",
            "version",
            "optimizer.steps",
            "samples",
            "batch.samples",
            "scaling.count",
            "nonFinite.inARow",
            "nonFinite.total",
            "nonFinite.restores");

    /** Those of them that version 1 had in 4 bytes. */
    private static final List<String> OLD_INTS = List.of("batch.samples", "nonFinite.inARow");

    /** What follows in versions 1 and 2. */
    private static final List<String> OLD_REALS = List.of(
            "layers",
            "optimizer.slots",
            "batch.gradient",
            "scaling.means",
            "scaling.squares",
            "learningRateFactor",
            "checkpoint.layers",
            "checkpoint.slots");

    private static final StateField.Metrics METRICS = (StateField.Metrics) ModelState.field("metrics.state");

    /** The most bytes of a whole, and of a number of the metrics. */
    private static final int LONGEST_WHOLE = 9;

    private static final int LONGEST_NUMBER = 1 + Double.BYTES;

    /** Up to here every whole number is a double. */
    private static final double MOST_WHOLE = 0x1p53;

    private static final long ZERO_BITS = Double.doubleToRawLongBits(0.0);

    private final Map<ModelSpec, byte[]> bytesOfSpec = new HashMap<>();
    private final Map<ModelSpec, Long> largestWithoutMetrics = new HashMap<>();
    private final Map<ByteBuffer, ModelSpec> specOfBytes = new HashMap<>();
    /** Equal specs of different bytes, as those of different versions are, share one object too. */
    private final Map<ModelSpec, ModelSpec> shared = new HashMap<>();

    private final int oldMaxRecordBytes;
    private byte[] written = new byte[1024];
    private ByteBuffer out = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);

    /** A format that gives the models of older versions the default of {@code max.record.bytes}. */
    public StateFormat() {
        this(Integer.parseInt(String.valueOf(SpecSettings.DEFAULTS.get(SpecSettings.MAX_RECORD_BYTES))));
    }

    /**
     * A format.
     *
     * @param oldMaxRecordBytes what models of versions 1 and 2 get as {@code max.record.bytes}: for the releases that
     *     wrote them it was a setting of the application, which is now kept with each model
     */
    public StateFormat(int oldMaxRecordBytes) {
        this.oldMaxRecordBytes = oldMaxRecordBytes;
    }

    /** How many bytes a model of this spec takes at most. */
    public static long largest(ModelSpec spec) {
        return largestWithoutMetrics(spec)
                + LONGEST_NUMBER
                        * PrequentialMetrics.largest(spec.architecture().outputs());
    }

    private static long largestWithoutMetrics(ModelSpec spec) {
        return MAGIC.length
                + 1L
                + LONGEST_WHOLE
                + SpecText.of(spec).length
                + LONGEST_WHOLE * (long) ModelState.FIELDS.size()
                + Double.BYTES * ModelState.reals(spec)
                + LONGEST_NUMBER * ModelState.detectorNumbers(spec)
                + StateField.Words.LONGEST_NUMBER * ModelState.words(spec)
                + Integer.BYTES;
    }

    /** The model's state in bytes of their exact length. */
    public byte[] write(Model model) {
        ModelSpec spec = model.spec();
        byte[] specBytes = bytesOfSpec.computeIfAbsent(spec, SpecText::of);
        long withoutMetrics = largestWithoutMetrics.computeIfAbsent(spec, StateFormat::largestWithoutMetrics);
        int most = Math.toIntExact(
                withoutMetrics + LONGEST_NUMBER * (long) model.metrics().size());
        if (written.length < most) {
            written = new byte[most];
            out = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);
        }
        out.clear();
        out.put(MAGIC).put((byte) versionOf(spec));
        putWhole(specBytes.length);
        out.put(specBytes);
        for (StateField field : ModelState.FIELDS) {
            if (field.isIn(spec)) {
                write(field, model);
            }
        }
        out.putInt(checksum(written, out.position()));
        return Arrays.copyOf(written, out.position());
    }

    /** The oldest version that has room for a model of this spec. */
    private static int versionOf(ModelSpec spec) {
        return spec.hyperparameters().drift().detects() ? VERSION : VERSION_WITHOUT_DRIFT;
    }

    private void write(StateField field, Model model) {
        if (field instanceof StateField.Whole whole) {
            putWhole(whole.get(model) - whole.least());
        } else if (isOfSmallNumbers(field)) {
            field.forEach(model, this::putNumber);
        } else {
            field.forEach(model, out::putDouble);
        }
    }

    private static boolean isOfSmallNumbers(StateField field) {
        return field instanceof StateField.Metrics
                || field instanceof StateField.Detector
                || field instanceof StateField.Words
                || field instanceof StateField.Ids
                || field instanceof StateField.Flag;
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
            Model model =
                    switch (version) {
                        case 1 -> readVersion1(in);
                        case 2 -> readVersion2(in);
                        default -> readVersion3Or4(in);
                    };
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

    private Model readVersion3Or4(ByteBuffer in) {
        ModelSpec spec = spec(take(in, getWhole(in)), SpecText::read);
        return Model.restore(spec, model -> {
            for (StateField field : ModelState.FIELDS) {
                if (!field.isIn(spec)) {
                    continue;
                }
                if (field instanceof StateField.Whole whole) {
                    whole.set(model, getWhole(in) + whole.least());
                } else if (isOfSmallNumbers(field)) {
                    field.fill(model, () -> getNumber(in));
                } else {
                    field.fill(model, in::getDouble);
                }
            }
        });
    }

    private ModelSpec spec(ByteBuffer bytes, Function<byte[], ModelSpec> reader) {
        ModelSpec known = specOfBytes.get(bytes);
        if (known != null) {
            return known;
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        ModelSpec read = reader.apply(copy);
        ModelSpec spec = shared.computeIfAbsent(read, same -> same);
        specOfBytes.put(ByteBuffer.wrap(copy), spec);
        return spec;
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

    private Model readVersion2(ByteBuffer in) {
        ModelSpec spec = spec(take(in, getWhole(in)), bytes -> completed(DeflatedSpec.read(bytes)));
        Map<String, Long> wholes = new HashMap<>();
        OLD_WHOLES.forEach(path -> wholes.put(path, getWhole(in)));
        return readOld(spec, wholes, in, () -> getNumber(in));
    }

    private Model readVersion1(ByteBuffer in) {
        ModelSpec spec = spec(
                take(in, in.getInt()),
                text -> completed(SpecSettings.parseText(new String(text, StandardCharsets.UTF_8))));
        Map<String, Long> wholes = new HashMap<>();
        OLD_WHOLES.forEach(path -> wholes.put(path, OLD_INTS.contains(path) ? in.getInt() : in.getLong()));
        return readOld(spec, wholes, in, in::getDouble);
    }

    private ModelSpec completed(ModelSpec old) {
        return old.with(SpecSettings.MAX_RECORD_BYTES, Integer.toString(oldMaxRecordBytes));
    }

    private static Model readOld(ModelSpec spec, Map<String, Long> wholes, ByteBuffer in, DoubleSupplier metrics) {
        return Model.restore(spec, model -> {
            // No command had been invented: every version was a step. How far the log had been read was not kept.
            wholes.put("steps", wholes.getOrDefault("version", 0L));
            wholes.put("lastOffset", wholes.getOrDefault("firstOffset", 0L) - 1);
            wholes.forEach((path, value) -> set(path, model, value));
            for (String path : OLD_REALS) {
                StateField field = ModelState.field(path);
                if (field.isIn(spec)) {
                    field.fill(model, in::getDouble);
                }
            }
            // The counters of a checkpoint stood among its numbers.
            if (ModelState.field("checkpoint.scaled").isIn(spec)) {
                set("checkpoint.scaled", model, (long) in.getDouble());
                ModelState.field("checkpoint.means").fill(model, in::getDouble);
                ModelState.field("checkpoint.squares").fill(model, in::getDouble);
            }
            if (ModelState.field("checkpoint.steps").isIn(spec)) {
                set("checkpoint.steps", model, (long) in.getDouble());
            }
            METRICS.fill(model, metrics);
        });
    }

    private static void set(String path, Model model, long value) {
        if (ModelState.field(path) instanceof StateField.Whole whole && whole.isIn(model.spec())) {
            whole.set(model, value);
        }
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
