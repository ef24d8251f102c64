package dev.streamgrad.data;

import dev.streamgrad.nn.Named;
import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.records.Sample;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The generators of labelled samples, by name. */
public enum Dataset implements Named {
    /**
     * The four corners of exclusive or, labelled 0, 1, 1, 0: in every four samples each corner once, in seeded order.
     */
    XOR("xor", "the four corners of exclusive or, each once in every four samples") {
        @Override
        public SampleSource samples(long seed) {
            return corners(seed, (a, b) -> a != b);
        }
    };

    /** The inputs of a dataset of corners, in the order of a truth table. */
    public static final List<List<Double>> CORNERS =
            List.of(List.of(0.0, 0.0), List.of(0.0, 1.0), List.of(1.0, 0.0), List.of(1.0, 1.0));

    private final String id;
    private final String description;

    Dataset(String id, String description) {
        this.id = id;
        this.description = description;
    }

    /**
     * The dataset with this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static Dataset of(String id) {
        return Named.parse(values(), "dataset", id);
    }

    @Override
    public String id() {
        return id;
    }

    /** What it is, for a help text. */
    public String description() {
        return description;
    }

    /**
     * The samples that this seed gives, from the first.
     *
     * @param seed from 0 to 2³² − 1
     */
    public abstract SampleSource samples(long seed);

    private interface Gate {
        boolean of(boolean a, boolean b);
    }

    /** Rounds of four, each a permutation of the corners by Fisher and Yates. */
    private static SampleSource corners(long seed, Gate gate) {
        NumpyRandom random = new NumpyRandom(seed);
        int[] round = {0, 1, 2, 3};
        return new SampleSource() {
            private int at = round.length;

            @Override
            public Sample next() {
                if (at == round.length) {
                    for (int i = round.length - 1; i > 0; i--) {
                        int j = random.nextInt(i + 1);
                        int swapped = round[i];
                        round[i] = round[j];
                        round[j] = swapped;
                    }
                    at = 0;
                }
                int corner = round[at++];
                return sample(CORNERS.get(corner), gate.of(corner >= 2, corner % 2 == 1) ? 1.0 : 0.0);
            }
        };
    }

    private static Sample sample(List<Double> features, double label) {
        return new Sample(features, List.of(label), null);
    }

    /** The right answer for a corner, for the truth table of a dataset that has one; null for the others. */
    public @Nullable Double truth(List<Double> corner) {
        return this == XOR ? (Double) (corner.get(0).equals(corner.get(1)) ? 0.0 : 1.0) : null;
    }
}
