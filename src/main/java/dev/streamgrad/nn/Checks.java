package dev.streamgrad.nn;

/**
 * The ranges that settings of optimizers and schedules must keep, each with a message of field, rule, value and remedy.
 */
final class Checks {
    private Checks() {}

    static void positive(String field, double value) {
        if (!(value > 0.0) || !Double.isFinite(value)) {
            throw new IllegalArgumentException(field + " must be a finite number over 0; got " + value);
        }
    }

    static void notNegative(String field, double value) {
        if (!(value >= 0.0) || !Double.isFinite(value)) {
            throw new IllegalArgumentException(field + " must be a finite number of at least 0; got " + value);
        }
    }

    /** From 0 to under 1. */
    static void fraction(String field, double value) {
        if (!(value >= 0.0 && value < 1.0)) {
            throw new IllegalArgumentException(field + " must be at least 0 and under 1; got " + value);
        }
    }

    static void atLeast(String field, long least, long value) {
        if (value < least) {
            throw new IllegalArgumentException(field + " must be at least " + least + "; got " + value);
        }
    }
}
