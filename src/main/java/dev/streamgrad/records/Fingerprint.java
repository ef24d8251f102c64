package dev.streamgrad.records;

import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelState;
import dev.streamgrad.learning.StateField;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * A model's fingerprint: SHA-256, in hex, of the layer sizes (32-bit integers) and then of doubles (raw 64-bit IEEE
 * 754), all little-endian. First the fields that every release has taken, in this order: {@code layers},
 * {@code optimizer.slots}, {@code batch.gradient}, {@code scaling.means}, {@code scaling.squares},
 * {@code learningRateFactor}, each as far as the model has it; then {@code version}, {@code optimizer.steps},
 * {@code batch.samples}, {@code scaling.count}, which are 0 where it has none. Then every other field of
 * {@link ModelState#FIELDS} that the model has and that decides what its next samples do: with
 * {@code on.divergence=restore} the non-finite steps in a row and the checkpoint.
 *
 * <p>Two models of one spec with one fingerprint will do the same to the bit. Metrics and the offsets are not in it:
 * they only watch, and say where.
 */
public final class Fingerprint {
    private static final List<String> FIRST_REALS = List.of(
            "layers", "optimizer.slots", "batch.gradient", "scaling.means", "scaling.squares", "learningRateFactor");
    private static final List<String> FIRST_WHOLES =
            List.of("version", "optimizer.steps", "batch.samples", "scaling.count");

    private static final int CHUNK = 8192;

    private final MessageDigest digest = Sha256.begin();
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);

    private Fingerprint() {}

    /** The fingerprint, 64 hexadecimal digits in lower case. */
    public static String of(Model model) {
        Fingerprint fingerprint = new Fingerprint();
        fingerprint.takeFirst(model);
        for (StateField field : ModelState.FIELDS) {
            if (!FIRST_REALS.contains(field.path())
                    && !FIRST_WHOLES.contains(field.path())
                    && field.isIn(model.spec())
                    && field.decides().test(model)) {
                fingerprint.take(field, model);
            }
        }
        return fingerprint.inHex();
    }

    /**
     * The fingerprint as snapshots of format 1 have it: without what follows the fields that every release has taken.
     * With {@code on.divergence=restore} it does not say all that decides.
     */
    static String ofFormat1(Model model) {
        Fingerprint fingerprint = new Fingerprint();
        fingerprint.takeFirst(model);
        return fingerprint.inHex();
    }

    private void takeFirst(Model model) {
        for (int size : model.spec().architecture().sizes()) {
            roomy().putInt(size);
        }
        for (String path : FIRST_REALS) {
            StateField field = ModelState.field(path);
            if (field.isIn(model.spec())) {
                take(field, model);
            }
        }
        for (String path : FIRST_WHOLES) {
            StateField field = ModelState.field(path);
            if (field.isIn(model.spec())) {
                take(field, model);
            } else {
                take(0.0);
            }
        }
    }

    private void take(StateField field, Model model) {
        field.forEach(model, this::take);
    }

    private void take(double number) {
        roomy().putDouble(number);
    }

    private ByteBuffer roomy() {
        if (chunk.remaining() < Double.BYTES) {
            digest.update(chunk.flip());
            chunk.clear();
        }
        return chunk;
    }

    private String inHex() {
        digest.update(chunk.flip());
        return HexFormat.of().formatHex(digest.digest());
    }
}
