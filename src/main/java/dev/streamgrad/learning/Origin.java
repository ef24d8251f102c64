package dev.streamgrad.learning;

import dev.streamgrad.nn.Architecture;
import dev.streamgrad.nn.Initializer;
import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.nn.Parameters;

/** Where version 0 of a model comes from. */
public sealed interface Origin permits Origin.Seeded {

    /** The parameters of version 0. */
    Parameters parameters(Architecture architecture);

    /**
     * Drawn by a generator of this seed, as NumPy draws.
     *
     * @param initializer from which distribution
     * @param seed from 0 to 2³² − 1
     */
    record Seeded(Initializer initializer, long seed) implements Origin {
        /**
         * Checks the range.
         *
         * @throws IllegalArgumentException naming the setting, its rule and the value
         */
        public Seeded {
            if (seed < 0 || seed > NumpyRandom.MAX_SEED) {
                throw new IllegalArgumentException("seed must be from 0 to " + NumpyRandom.MAX_SEED + "; got " + seed);
            }
        }

        @Override
        public Parameters parameters(Architecture architecture) {
            return initializer.initialize(architecture, new NumpyRandom(seed));
        }
    }
}
