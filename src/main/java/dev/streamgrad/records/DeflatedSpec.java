package dev.streamgrad.records;

import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads the specs of state format 2: a spec's text, deflated (RFC 1950) with {@link #DICTIONARY} as preset dictionary.
 * Nothing writes them any more, because what zlib makes of a text depends on its build.
 */
final class DeflatedSpec {
    /**
     * The default spec when that format was made, for ever: what was compressed with it cannot be read with another.
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

    private DeflatedSpec() {}

    /**
     * The spec in these bytes.
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
