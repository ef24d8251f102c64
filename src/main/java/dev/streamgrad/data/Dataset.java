package dev.streamgrad.data;

import dev.streamgrad.nn.Named;
import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.records.Sample;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.util.FastMath;
import org.jspecify.annotations.Nullable;

/**
 * The generators of labelled samples, by name, each with the model settings that learn it and the goal they reach.
 *
 * <p>A seed gives the same samples to the bit on every machine: {@link NumpyRandom} draws, and {@link FastMath}
 * computes.
 */
public enum Dataset implements Named {
    /** The corners of exclusive or, labelled 0, 1, 1, 0. */
    XOR("xor", "exclusive or: its four corners, each once in every four samples", Map.of(), 1.0, 50_000) {
        @Override
        public SampleSource samples(long seed) {
            return corners(seed, 0.0, (a, b) -> a != b);
        }
    },

    /** The corners of and. */
    AND("and", "and: its four corners", Settings.ONE_NEURON, 1.0, 5_000) {
        @Override
        public SampleSource samples(long seed) {
            return corners(seed, 0.0, (a, b) -> a && b);
        }
    },

    /** The corners of or. */
    OR("or", "or: its four corners", Settings.ONE_NEURON, 1.0, 5_000) {
        @Override
        public SampleSource samples(long seed) {
            return corners(seed, 0.0, (a, b) -> a || b);
        }
    },

    /** The corners of exclusive or, each feature with normal noise of deviation 0.15. */
    NOISY_XOR("noisy-xor", "exclusive or with noise on the features", Settings.TANH, 0.98, 10_000) {
        @Override
        public SampleSource samples(long seed) {
            return corners(seed, 0.15, (a, b) -> a != b);
        }
    },

    /** Exclusive or whose labels flip at sample 20,000: what was right becomes wrong. */
    DRIFTING_XOR("drifting-xor", "exclusive or whose labels flip at sample 20,000", Settings.TANH, 1.0, 40_000) {
        @Override
        public SampleSource samples(long seed) {
            return XOR.samples(seed).flippedFrom(FLIP);
        }
    },

    /** Uniform in the square ±1, labelled 1 where the signs differ. */
    CONTINUOUS_XOR("continuous-xor", "points of a square, 1 where their signs differ", Settings.RELU, 0.95, 20_000) {
        @Override
        public SampleSource samples(long seed) {
            NumpyRandom random = new NumpyRandom(seed);
            return () -> {
                double x = uniform(random, -1.0, 1.0);
                double y = uniform(random, -1.0, 1.0);
                return sample(x, y, x * y < 0.0);
            };
        }
    },

    /** A disc of radius ½, labelled 1, within a ring from 0.7 to 1. */
    CIRCLE("circle", "a disc within a ring", Settings.RELU, 0.97, 20_000) {
        @Override
        public SampleSource samples(long seed) {
            NumpyRandom random = new NumpyRandom(seed);
            return () -> {
                boolean inner = random.nextBoolean();
                double radius = inner ? uniform(random, 0.0, 0.5) : uniform(random, 0.7, 1.0);
                double angle = uniform(random, 0.0, 2.0 * FastMath.PI);
                return sample(radius * FastMath.sin(angle), radius * FastMath.cos(angle), inner);
            };
        }
    },

    /** Two normal clouds of deviation 1 around (2, 2), labelled 1, and (−2, −2). */
    GAUSS(
            "gauss",
            "two clouds",
            Map.of(
                    "layers", "2,1",
                    "initializer", "xavier",
                    "loss", "binary-cross-entropy",
                    "learning.rate", "0.1"),
            0.97,
            5_000) {
        @Override
        public SampleSource samples(long seed) {
            NumpyRandom random = new NumpyRandom(seed);
            return () -> {
                boolean first = random.nextBoolean();
                double centre = first ? 2.0 : -2.0;
                return sample(centre + random.nextGaussian(), centre + random.nextGaussian(), first);
            };
        }
    },

    /** Two arms of a spiral, 1¾ turns long, with uniform noise of ±0.02. */
    SPIRAL(
            "spiral",
            "two arms wound around each other",
            Map.of(
                    "layers", "2,32,32,1",
                    "hidden.activation", "relu",
                    "initializer", "he",
                    "loss", "binary-cross-entropy",
                    "optimizer", "adam",
                    "learning.rate", "0.003"),
            0.90,
            40_000) {
        @Override
        public SampleSource samples(long seed) {
            NumpyRandom random = new NumpyRandom(seed);
            return () -> {
                boolean first = random.nextBoolean();
                double radius = random.nextDouble();
                double angle = 1.75 * radius * 2.0 * FastMath.PI + (first ? 0.0 : FastMath.PI);
                return sample(
                        radius * FastMath.sin(angle) + uniform(random, -0.02, 0.02),
                        radius * FastMath.cos(angle) + uniform(random, -0.02, 0.02),
                        first);
            };
        }
    },

    /** Two half circles that reach into each other, with normal noise of deviation 0.1; as scikit-learn's. */
    MOONS("moons", "two half moons that reach into each other", Settings.RELU, 0.97, 20_000) {
        @Override
        public SampleSource samples(long seed) {
            NumpyRandom random = new NumpyRandom(seed);
            return () -> {
                boolean inner = random.nextBoolean();
                double angle = uniform(random, 0.0, FastMath.PI);
                double x = inner ? 1.0 - FastMath.cos(angle) : FastMath.cos(angle);
                double y = inner ? 0.5 - FastMath.sin(angle) : FastMath.sin(angle);
                return sample(x + 0.1 * random.nextGaussian(), y + 0.1 * random.nextGaussian(), inner);
            };
        }
    },

    /** The line {@code y = 2x + 1}, with normal noise of deviation 0.05. */
    LINE("line", "regression: a line", Settings.linear("1,1"), 0.99, 5_000) {
        @Override
        public SampleSource samples(long seed) {
            NumpyRandom random = new NumpyRandom(seed);
            return () -> {
                double x = uniform(random, -1.0, 1.0);
                double y = 2.0 * x + 1.0 + 0.05 * random.nextGaussian();
                return new Sample(List.of(x), List.of(y), null);
            };
        }
    },

    /** The plane {@code z = (x + y) / 2}, with normal noise of deviation 0.02. */
    PLANE("plane", "regression: a plane", Settings.linear("2,1"), 0.99, 5_000) {
        @Override
        public SampleSource samples(long seed) {
            NumpyRandom random = new NumpyRandom(seed);
            return () -> {
                double x = uniform(random, -1.0, 1.0);
                double y = uniform(random, -1.0, 1.0);
                double z = (x + y) / 2.0 + 0.02 * random.nextGaussian();
                return new Sample(List.of(x, y), List.of(z), null);
            };
        }
    };

    /** Model settings that several datasets share. */
    private static final class Settings {
        static final Map<String, String> ONE_NEURON = Map.of("layers", "2,1", "learning.rate", "2.0");
        static final Map<String, String> TANH = Map.of(
                "layers", "2,8,1",
                "hidden.activation", "tanh",
                "initializer", "xavier",
                "loss", "binary-cross-entropy",
                "optimizer", "adam",
                "learning.rate", "0.01");
        static final Map<String, String> RELU = Map.of(
                "layers", "2,16,1",
                "hidden.activation", "relu",
                "initializer", "he",
                "loss", "binary-cross-entropy",
                "optimizer", "adam",
                "learning.rate", "0.01");

        static Map<String, String> linear(String layers) {
            return Map.of("layers", layers, "output.activation", "identity", "learning.rate", "0.01");
        }
    }

    /** The sample at which {@link #DRIFTING_XOR} flips its labels. */
    private static final long FLIP = 20_000;

    /** The inputs of a gate, in the order of its truth table. */
    public static final List<List<Double>> CORNERS =
            List.of(List.of(0.0, 0.0), List.of(0.0, 1.0), List.of(1.0, 0.0), List.of(1.0, 1.0));

    private final String id;
    private final String description;

    @SuppressWarnings("ImmutableEnumChecker") // Made by Map.of.
    private final Map<String, String> modelSettings;

    @SuppressWarnings("ImmutableEnumChecker") // A record of numbers.
    private final Goal goal;

    Dataset(String id, String description, Map<String, String> modelSettings, double score, long within) {
        this.id = id;
        this.description = description;
        this.modelSettings = modelSettings;
        this.goal = new Goal(score, id.startsWith("drifting") ? FLIP + Goal.WINDOW : Goal.WINDOW, within);
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

    /** The model settings that learn it, where they are not the defaults. */
    public Map<String, String> modelSettings() {
        return modelSettings;
    }

    /** What a model with {@link #modelSettings} reaches. */
    public Goal goal() {
        return goal;
    }

    /**
     * The samples that this seed gives, from the first.
     *
     * @param seed from 0 to 2³² − 1
     */
    public abstract SampleSource samples(long seed);

    /** The right answers for {@link #CORNERS}; null where the dataset is not a gate with a truth table for ever. */
    public @Nullable List<Double> truthTable() {
        return switch (this) {
            case XOR -> List.of(0.0, 1.0, 1.0, 0.0);
            case AND -> List.of(0.0, 0.0, 0.0, 1.0);
            case OR -> List.of(0.0, 1.0, 1.0, 1.0);
            default -> null;
        };
    }

    private interface Gate {
        boolean of(boolean a, boolean b);
    }

    /** Rounds of four, each a permutation of the corners by Fisher and Yates. */
    private static SampleSource corners(long seed, double noise, Gate gate) {
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
                List<Double> corner = CORNERS.get(round[at++]);
                boolean label = gate.of(corner.get(0) == 1.0, corner.get(1) == 1.0);
                return noise == 0.0
                        ? new Sample(corner, List.of(label ? 1.0 : 0.0), null)
                        : sample(
                                corner.get(0) + noise * random.nextGaussian(),
                                corner.get(1) + noise * random.nextGaussian(),
                                label);
            }
        };
    }

    private static double uniform(NumpyRandom random, double from, double to) {
        return from + (to - from) * random.nextDouble();
    }

    private static Sample sample(double x, double y, boolean label) {
        return new Sample(List.of(x, y), List.of(label ? 1.0 : 0.0), null);
    }
}
