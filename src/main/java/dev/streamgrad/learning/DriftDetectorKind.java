package dev.streamgrad.learning;

import dev.streamgrad.json.ShortestDecimal;
import dev.streamgrad.nn.Named;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The drift detectors that settings can name. */
public enum DriftDetectorKind implements Named {
    /** Nothing is watched. */
    NONE("none", true) {
        @Override
        @Nullable
        DriftDetector create(SettingsReader settings) {
            return null;
        }
    },
    /** {@link HddmA}. */
    HDDM_A(
            "hddm-a",
            true,
            number("drift.hddm.drift.confidence", "0.001"),
            number("drift.hddm.warning.confidence", "0.005"),
            word("drift.hddm.two.sided", "false")) {
        @Override
        DriftDetector create(SettingsReader settings) {
            return new HddmA(
                    settings.number("drift.hddm.drift.confidence"),
                    settings.number("drift.hddm.warning.confidence"),
                    settings.truth("drift.hddm.two.sided"));
        }
    },
    /** {@link Adwin}, which forgets the whole window after a drift, as River's does. */
    ADWIN(
            "adwin",
            true,
            number("drift.adwin.delta", "0.002"),
            whole("drift.adwin.clock", "32"),
            whole("drift.adwin.max.buckets", "5"),
            whole("drift.adwin.min.window", "5"),
            whole("drift.adwin.grace.period", "10")) {
        @Override
        DriftDetector create(SettingsReader settings) {
            return new Adwin(
                    settings.number("drift.adwin.delta"),
                    settings.wholeInt("drift.adwin.clock"),
                    settings.wholeInt("drift.adwin.max.buckets"),
                    settings.wholeInt("drift.adwin.min.window"),
                    settings.wholeInt("drift.adwin.grace.period"),
                    false);
        }
    },
    /** {@link PageHinkley}. */
    PAGE_HINKLEY(
            "page-hinkley",
            false,
            whole("drift.page-hinkley.min.samples", "30"),
            number("drift.page-hinkley.delta", "0.005"),
            number("drift.page-hinkley.threshold", "50.0"),
            number("drift.page-hinkley.alpha", "0.9999"),
            word("drift.page-hinkley.mode", "up")) {
        @Override
        DriftDetector create(SettingsReader settings) {
            return new PageHinkley(
                    settings.whole("drift.page-hinkley.min.samples"),
                    settings.number("drift.page-hinkley.delta"),
                    settings.number("drift.page-hinkley.threshold"),
                    settings.number("drift.page-hinkley.alpha"),
                    PageHinkley.Mode.of(settings.text("drift.page-hinkley.mode")));
        }
    };

    private enum Form {
        NUMBER,
        WHOLE,
        WORD
    }

    /**
     * A parameter of a detector.
     *
     * @param key its setting
     * @param byDefault its value by default, which is River's
     * @param form what values look like
     */
    record Parameter(String key, String byDefault, Form form) {
        /** The one way to write its value: equal settings give equal text. */
        String canonical(SettingsReader settings) {
            return switch (form) {
                case NUMBER -> ShortestDecimal.of(settings.number(key));
                case WHOLE -> Long.toString(settings.whole(key));
                case WORD -> settings.text(key);
            };
        }
    }

    private final String id;
    private final boolean bounded;

    @SuppressWarnings("ImmutableEnumChecker") // Made by List.of.
    private final List<Parameter> parameters;

    DriftDetectorKind(String id, boolean bounded, Parameter... parameters) {
        this.id = id;
        this.bounded = bounded;
        this.parameters = List.of(parameters);
    }

    private static Parameter number(String key, String byDefault) {
        return new Parameter(key, byDefault, Form.NUMBER);
    }

    private static Parameter whole(String key, String byDefault) {
        return new Parameter(key, byDefault, Form.WHOLE);
    }

    private static Parameter word(String key, String byDefault) {
        return new Parameter(key, byDefault, Form.WORD);
    }

    /**
     * The kind with this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static DriftDetectorKind of(String id) {
        return Named.parse(values(), DriftPolicy.DETECTOR, id);
    }

    @Override
    public String id() {
        return id;
    }

    List<Parameter> parameters() {
        return parameters;
    }

    /**
     * What of a prediction is watched: whether a class was wrong, 1 or 0; of a regression the loss, which a detector
     * for errors from 0 to 1 sees as 1 where it is greater.
     *
     * @param score as {@link PrequentialMetrics#score} has it
     * @param loss at least 0
     */
    double errorOf(Task task, double score, double loss) {
        return task == Task.REGRESSION ? Math.min(loss, bounded ? 1.0 : DriftDetector.LARGEST_ERROR) : 1.0 - score;
    }

    /**
     * A detector with these parameters; null for none.
     *
     * @throws IllegalArgumentException naming the parameter, its rule and the value
     */
    abstract @Nullable DriftDetector create(SettingsReader settings);
}
