package dev.streamgrad.exchange;

import dev.streamgrad.records.Snapshot;

/**
 * What a file makes of a model.
 *
 * @param snapshot the model as it is to be, under the name, at the place and in the log of the present one
 * @param extent what of it came from the file
 */
public record Imported(Snapshot snapshot, Extent extent) {

    /** How much a file says. */
    public enum Extent {
        /** A whole state, to the bit as it was exported. */
        AS_EXPORTED("the whole state, as it was exported"),
        /** A whole state, which is not the one that its file was exported with: somebody has changed its numbers. */
        CHANGED("the whole state, changed since it was exported"),
        /** Weights and biases; the optimizer begins anew, and all else is as it was. */
        WEIGHTS("weights and biases; the optimizer begins anew");

        private final String words;

        Extent(String words) {
            this.words = words;
        }

        /** As a message says it. */
        public String inWords() {
            return words;
        }
    }
}
