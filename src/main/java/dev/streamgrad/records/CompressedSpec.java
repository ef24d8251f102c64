package dev.streamgrad.records;

import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A spec's text, deflated (RFC 1950) with {@link #DICTIONARY} as preset dictionary: a dozen bytes for a spec near the
 * default one, whose text is longer than the weights of a small model. Every state has its own, so it needs no other
 * record to be read.
 */
final class CompressedSpec {
    /**
     * The default spec when this format was made, for ever: what was compressed with it cannot be read with another.
     */
    private static final byte[] DICTIONARY = """
            optimizer=adam
            learning.rate=0.001
            adam.beta1=0.9
            adam.beta2=0.999
            adam.epsilon=1.0E-8
            layers=2,4,1
            hidden.activation=sigmoid
            output.activation=sigmoid
            loss=mse
            optimizer=sgd
            learning.rate=0.3
            weight.decay=0.0
            schedule=constant
            initializer=normal
            seed=42
            batch.size=1
            clip.gradient.norm=0.0
            features.scaling=none
            on.divergence=skip
            divergence.restore.after=10
            snapshot.every=1000
            metrics.window=1000""".getBytes(StandardCharsets.UTF_8);

    /** More than any architecture's text, so that damaged bytes cannot fill the heap. */
    private static final int LONGEST = 1 << 20;

    private CompressedSpec() {}

    static byte[] of(ModelSpec spec) {
        byte[] text = SpecSettings.formatText(spec).getBytes(StandardCharsets.UTF_8);
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try {
            deflater.setDictionary(DICTIONARY);
            deflater.setInput(text);
            deflater.finish();
            byte[] compressed = new byte[text.length + 64];
            int length = deflater.deflate(compressed);
            if (!deflater.finished()) {
                throw new IllegalStateException("a spec of " + text.length + " bytes must fit as many and 64 more");
            }
            return Arrays.copyOf(compressed, length);
        } finally {
            deflater.end();
        }
    }

    /**
     * The spec in what {@link #of} gave.
     *
     * @throws IllegalArgumentException if the bytes are something else
     */
    static ModelSpec read(byte[] compressed) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(compressed);
            byte[] text = new byte[4 * DICTIONARY.length];
            int length = inflater.inflate(text);
            if (inflater.needsDictionary()) {
                inflater.setDictionary(DICTIONARY);
            }
            while (!inflater.finished()) {
                if (length == text.length) {
                    text = Arrays.copyOf(text, 2 * length);
                }
                int more = inflater.inflate(text, length, text.length - length);
                length += more;
                if (length > LONGEST || (more == 0 && !inflater.finished())) {
                    throw new IllegalArgumentException("a model's state must have a spec; got " + compressed.length
                            + " bytes that end too early or do not end");
                }
            }
            return SpecSettings.parseText(new String(text, 0, length, StandardCharsets.UTF_8));
        } catch (DataFormatException e) {
            throw new IllegalArgumentException(
                    "a model's state must have a deflated spec; got other bytes (" + e.getMessage() + ")", e);
        } finally {
            inflater.end();
        }
    }
}
