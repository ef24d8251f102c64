package dev.streamgrad.learning;

import dev.streamgrad.json.ShortestDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the errors of a model are watched for drift, and what a drift does. Equal policies are equal in every number that
 * has a meaning with them, and have no other.
 *
 * @param detector which detector; none watches nothing
 * @param parameters the detector's, by their settings, as text
 * @param reaction what a drift for the worse does
 * @param boostFactor what the learning rate is multiplied by; 1 without {@link DriftReaction#BOOST}
 * @param boostSteps for how many optimizer steps; 0 without it
 */
public record DriftPolicy(
        DriftDetectorKind detector,
        Map<String, String> parameters,
        DriftReaction reaction,
        double boostFactor,
        long boostSteps) {
    /** The setting that is left out where it is off. */
    static final String DETECTOR = "drift.detector";

    /** Nothing is watched. */
    public static final DriftPolicy NONE =
            new DriftPolicy(DriftDetectorKind.NONE, Map.of(), DriftReaction.ALERT, 1.0, 0);

    private static final String REACTION = "drift.reaction";
    private static final String BOOST_FACTOR = "drift.boost.factor";
    private static final String BOOST_STEPS = "drift.boost.steps";

    /** What every setting of drift is unless it is set. */
    static final Map<String, String> DEFAULTS = defaults();

    private static final double MOST_FACTOR = 1000.0;
    private static final long MOST_STEPS = 1_000_000_000;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming the setting, its rule, the value and the remedy
     */
    public DriftPolicy {
        parameters = Map.copyOf(parameters);
        if (reaction == DriftReaction.BOOST && !(boostFactor > 1.0 && boostFactor <= MOST_FACTOR)) {
            throw SettingsReader.wrong(BOOST_FACTOR, "over 1 and at most " + MOST_FACTOR, boostFactor + "; try 5");
        }
        if (reaction == DriftReaction.BOOST && !(boostSteps >= 1 && boostSteps <= MOST_STEPS)) {
            throw SettingsReader.wrong(BOOST_STEPS, "from 1 to " + MOST_STEPS, boostSteps + "; try 500");
        }
        var unused = detector.create(new SettingsReader(parameters));
    }

    private static Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put(DETECTOR, DriftDetectorKind.NONE.id());
        for (DriftDetectorKind kind : DriftDetectorKind.values()) {
            kind.parameters().forEach(parameter -> defaults.put(parameter.key(), parameter.byDefault()));
        }
        defaults.put(REACTION, DriftReaction.ALERT.id());
        defaults.put(BOOST_FACTOR, "5.0");
        defaults.put(BOOST_STEPS, "500");
        return defaults;
    }

    static DriftPolicy parse(SettingsReader settings) {
        DriftDetectorKind detector = DriftDetectorKind.of(settings.text(DETECTOR));
        DriftReaction given = DriftReaction.of(settings.text(REACTION));
        // Without a detector there is nothing to react to, and equal policies are to be equal.
        DriftReaction reaction = detector == DriftDetectorKind.NONE ? DriftReaction.ALERT : given;
        boolean boosts = reaction == DriftReaction.BOOST;
        Map<String, String> parameters = new LinkedHashMap<>();
        detector.parameters().forEach(parameter -> parameters.put(parameter.key(), parameter.canonical(settings)));
        return new DriftPolicy(
                detector,
                parameters,
                reaction,
                boosts ? settings.number(BOOST_FACTOR) : 1.0,
                boosts ? settings.whole(BOOST_STEPS) : 0);
    }

    /** The settings that have a meaning with it, in a fixed order; none if nothing is watched. */
    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        if (detects()) {
            settings.put(DETECTOR, detector.id());
            detector.parameters()
                    .forEach(parameter ->
                            settings.put(parameter.key(), String.valueOf(parameters.get(parameter.key()))));
            settings.put(REACTION, reaction.id());
            if (boosts()) {
                settings.put(BOOST_FACTOR, ShortestDecimal.of(boostFactor));
                settings.put(BOOST_STEPS, Long.toString(boostSteps));
            }
        }
        return settings;
    }

    /** Whether anything is watched. */
    public boolean detects() {
        return detector != DriftDetectorKind.NONE;
    }

    /** Whether a drift changes what the next samples do, so that the detector has a say in the weights. */
    boolean decides() {
        return reaction != DriftReaction.ALERT;
    }

    boolean boosts() {
        return reaction == DriftReaction.BOOST;
    }

    /** A detector that has seen nothing; null for none. */
    @Nullable
    DriftDetector create() {
        return detector.create(new SettingsReader(parameters));
    }

    /** Whether a detector of the other policy may go on under this one. */
    boolean watchesAs(DriftPolicy other) {
        return detector == other.detector && parameters.equals(other.parameters);
    }
}
