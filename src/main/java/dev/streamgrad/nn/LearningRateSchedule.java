package dev.streamgrad.nn;

import java.util.LinkedHashMap;
import java.util.Map;

/** The learning rate of each optimizer step, as a function of the step alone; PyTorch's definitions. */
public interface LearningRateSchedule {

    /** The name, as the setting {@code schedule} has it. */
    String id();

    /** Its own numbers by the names of their settings, in a fixed order. */
    Map<String, Number> settings();

    /**
     * The learning rate of a step.
     *
     * @param base the optimizer's own learning rate
     * @param step the steps taken before this one, from 0
     */
    double at(double base, long step);

    /** The same rate for ever. */
    record Constant() implements LearningRateSchedule {
        @Override
        public String id() {
            return "constant";
        }

        @Override
        public Map<String, Number> settings() {
            return Map.of();
        }

        @Override
        public double at(double base, long step) {
            return base;
        }
    }

    /**
     * {@code base · factor^⌊step/every⌋}.
     *
     * @param every steps between two decays, at least 1
     * @param factor over 0
     */
    record StepDecay(long every, double factor) implements LearningRateSchedule {
        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException naming the setting, its rule and the value
         */
        public StepDecay {
            Checks.atLeast("schedule.every", 1, every);
            Checks.positive("schedule.factor", factor);
        }

        @Override
        public String id() {
            return "step-decay";
        }

        @Override
        public Map<String, Number> settings() {
            Map<String, Number> settings = new LinkedHashMap<>();
            settings.put("schedule.every", every);
            settings.put("schedule.factor", factor);
            return settings;
        }

        @Override
        public double at(double base, long step) {
            return base * AllocationFree.power(factor, step / every);
        }
    }

    /**
     * From {@code base} down to {@code minimum} along half a cosine over {@code steps} steps, then {@code minimum}
     * (Loshchilov and Hutter, 2017, without restarts).
     *
     * @param steps at least 1
     * @param minimum at least 0
     */
    record Cosine(long steps, double minimum) implements LearningRateSchedule {
        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException naming the setting, its rule and the value
         */
        public Cosine {
            Checks.atLeast("schedule.steps", 1, steps);
            Checks.notNegative("schedule.minimum", minimum);
        }

        @Override
        public String id() {
            return "cosine";
        }

        @Override
        public Map<String, Number> settings() {
            Map<String, Number> settings = new LinkedHashMap<>();
            settings.put("schedule.steps", steps);
            settings.put("schedule.minimum", minimum);
            return settings;
        }

        @Override
        public double at(double base, long step) {
            if (step >= steps) {
                return minimum;
            }
            return minimum + (base - minimum) * (1.0 + AllocationFree.cosPi((double) step / steps)) / 2.0;
        }
    }

    /**
     * Up to {@code base} in equal parts over the first {@code warmup} steps, {@code base·(step+1)/warmup}, then down as
     * {@link Cosine} over the rest of {@code steps}.
     *
     * @param warmup at least 1
     * @param steps all steps, the warm-up included; over {@code warmup}
     * @param minimum at least 0
     */
    record WarmupCosine(long warmup, long steps, double minimum) implements LearningRateSchedule {
        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException naming the setting, its rule and the value
         */
        public WarmupCosine {
            Checks.atLeast("schedule.warmup", 1, warmup);
            Checks.atLeast("schedule.steps", warmup + 1, steps);
            Checks.notNegative("schedule.minimum", minimum);
        }

        @Override
        public String id() {
            return "warmup-cosine";
        }

        @Override
        public Map<String, Number> settings() {
            Map<String, Number> settings = new LinkedHashMap<>();
            settings.put("schedule.warmup", warmup);
            settings.put("schedule.steps", steps);
            settings.put("schedule.minimum", minimum);
            return settings;
        }

        @Override
        public double at(double base, long step) {
            if (step < warmup) {
                return base * (step + 1) / warmup;
            }
            if (step >= steps) {
                return minimum;
            }
            return minimum
                    + (base - minimum)
                            * (1.0 + AllocationFree.cosPi((double) (step - warmup) / (steps - warmup)))
                            / 2.0;
        }
    }
}
