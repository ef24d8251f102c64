package dev.streamgrad.learning;

import dev.streamgrad.nn.Named;
import org.jspecify.annotations.Nullable;

/** The drift detectors that settings can name. */
public enum DriftDetectorKind implements Named {
    /** Nothing is watched. */
    NONE("none") {
        @Override
        @Nullable
        DriftDetector create() {
            return null;
        }
    },
    /** {@link HddmA}. */
    HDDM_A("hddm-a") {
        @Override
        DriftDetector create() {
            return new HddmA(0.001, 0.005, false);
        }
    },
    /** {@link Adwin}. */
    ADWIN("adwin") {
        @Override
        DriftDetector create() {
            return new Adwin(0.002, 32, 5, 5, 10, false);
        }
    },
    /** {@link PageHinkley}. */
    PAGE_HINKLEY("page-hinkley") {
        @Override
        DriftDetector create() {
            return new PageHinkley(30, 0.005, 50.0, 0.9999, PageHinkley.Mode.UP);
        }
    };

    private final String id;

    DriftDetectorKind(String id) {
        this.id = id;
    }

    /**
     * The kind with this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static DriftDetectorKind of(String id) {
        return Named.parse(values(), "drift.detector", id);
    }

    @Override
    public String id() {
        return id;
    }

    /** A detector with River's parameters that looks only for what becomes worse, where it can; null for none. */
    abstract @Nullable DriftDetector create();
}
