package dev.streamgrad.learning;

import dev.streamgrad.nn.Adam;
import dev.streamgrad.nn.Named;
import dev.streamgrad.nn.Optimizer;
import dev.streamgrad.nn.Sgd;
import java.util.List;

/** The optimizers that settings can name, and how each is made of them. */
public enum OptimizerKind implements Named {
    SGD("sgd") {
        @Override
        Optimizer create(SettingsReader settings) {
            return new Sgd(settings.number("learning.rate"), 0.0, false, settings.number("weight.decay"));
        }
    },
    MOMENTUM("momentum", "velocity") {
        @Override
        Optimizer create(SettingsReader settings) {
            return withMomentum(settings, false);
        }
    },
    NESTEROV("nesterov", "velocity") {
        @Override
        Optimizer create(SettingsReader settings) {
            return withMomentum(settings, true);
        }
    },
    ADAM("adam", "m", "v") {
        @Override
        Optimizer create(SettingsReader settings) {
            return adam(settings, false);
        }
    },
    ADAMW("adamw", "m", "v") {
        @Override
        Optimizer create(SettingsReader settings) {
            return adam(settings, true);
        }
    };

    private final String id;

    @SuppressWarnings("ImmutableEnumChecker") // No list of List.of can be changed.
    private final List<String> slotNames;

    OptimizerKind(String id, String... slotNames) {
        this.id = id;
        this.slotNames = List.of(slotNames);
    }

    /**
     * The optimizer with this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static OptimizerKind of(String id) {
        return Named.parse(values(), "optimizer", id);
    }

    /** How many numbers it remembers for each parameter. */
    public int slots() {
        return slotNames.size();
    }

    /** What it calls each of them, in their order. */
    public List<String> slotNames() {
        return slotNames;
    }

    @Override
    public String id() {
        return id;
    }

    /** The optimizer that these settings describe. */
    abstract Optimizer create(SettingsReader settings);

    final Optimizer withMomentum(SettingsReader settings, boolean nesterov) {
        double momentum = settings.number("momentum");
        if (momentum == 0.0) {
            throw SettingsReader.wrong("momentum", "over 0 with optimizer=" + id + " (or set optimizer=sgd)", "0");
        }
        return new Sgd(settings.number("learning.rate"), momentum, nesterov, settings.number("weight.decay"));
    }

    private static Optimizer adam(SettingsReader settings, boolean decoupled) {
        return new Adam(
                settings.number("learning.rate"),
                settings.number("adam.beta1"),
                settings.number("adam.beta2"),
                settings.number("adam.epsilon"),
                settings.number("weight.decay"),
                decoupled);
    }
}
