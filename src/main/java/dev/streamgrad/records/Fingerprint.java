package dev.streamgrad.records;

import dev.streamgrad.learning.Model;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A model's fingerprint: SHA-256, in hex, of the layer sizes (32-bit integers) and then of doubles (raw 64-bit IEEE
 * 754), all little-endian: every learned number in the canonical order of {@link Model#forEachLearned}, then the
 * counters that decide what the next step does: version, the optimizer's steps, samples in the unfinished batch,
 * samples in the feature statistics.
 *
 * <p>Two models of one spec with one fingerprint will do the same to the bit. Metrics are not in it: they only watch.
 */
public final class Fingerprint {
    private static final int CHUNK = 8192;

    private Fingerprint() {}

    /** The fingerprint, 64 hexadecimal digits in lower case. */
    public static String of(Model model) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        for (int size : model.spec().architecture().sizes()) {
            drainIfFull(chunk, digest).putInt(size);
        }
        model.forEachLearned(number -> drainIfFull(chunk, digest).putDouble(number));
        Model.Counters counters = model.counters();
        for (double counter : new double[] {
            counters.version(), counters.optimizerSteps(), counters.pendingSamples(), counters.scaled()
        }) {
            drainIfFull(chunk, digest).putDouble(counter);
        }
        digest.update(chunk.flip());
        return HexFormat.of().formatHex(digest.digest());
    }

    private static ByteBuffer drainIfFull(ByteBuffer chunk, MessageDigest digest) {
        if (chunk.remaining() < Double.BYTES) {
            digest.update(chunk.flip());
            chunk.clear();
        }
        return chunk;
    }
}
