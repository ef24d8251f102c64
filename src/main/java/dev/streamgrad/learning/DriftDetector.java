package dev.streamgrad.learning;

import dev.streamgrad.nn.Named;
import java.util.Locale;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleSupplier;
import java.util.function.DoubleUnaryOperator;

/**
 * Watches the errors of a model, one for each labelled sample, and says when they are no longer what they were.
 *
 * <p>Each detector does what River 0.26.1 does, to the number. After a drift the next error first makes the detector
 * forget what it has seen; until then the figures are those of the drift.
 *
 * <p>A detector is deterministic, and its numbers are all it is: one that {@link #restore restores} what another has
 * {@link #write written}, with the same parameters, goes on as that one would. It belongs to one thread at a time.
 * {@link #update} allocates nothing, but for {@link Adwin}, which makes room for a few more numbers whenever its window
 * has doubled.
 */
public abstract sealed class DriftDetector permits Adwin, HddmA, PageHinkley {
    /** The greatest magnitude of an error: squares of it can be summed over any number of samples. */
    public static final double LARGEST_ERROR = 1e100;

    /** The greatest whole number up to which a double has room for each. */
    private static final double MOST = 0x1p53;

    private Change change = Change.NONE;

    DriftDetector() {}

    /** What an error says of those before it. */
    public enum Change {
        /** They come from the same source, as far as can be told. */
        NONE(0),
        /** There may be a change. */
        WARNING(1),
        /** There is a change. */
        DRIFT(2);

        /** As it is written. */
        final int code;

        Change(int code) {
            this.code = code;
        }

        static Change of(int code) {
            return code == WARNING.code ? WARNING : code == DRIFT.code ? DRIFT : NONE;
        }
    }

    /** Which way a change goes. */
    public enum Direction implements Named {
        /** More errors, or greater ones, than before. */
        WORSE,
        /** Fewer errors, or smaller ones: a model that learns is such a change. */
        BETTER;

        /**
         * The direction with this name.
         *
         * @throws IllegalArgumentException if there is none; the message lists those that exist
         */
        public static Direction of(String id) {
            return Named.parse(values(), "direction", id);
        }

        @Override
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether {@link #update} takes this error: finite, and of a magnitude of at most {@link #LARGEST_ERROR}. */
    public static boolean accepts(double error) {
        return Math.abs(error) <= LARGEST_ERROR;
    }

    /**
     * Takes the error of the next sample.
     *
     * @return what it shows, as {@link #change}
     * @throws IllegalArgumentException if the error is not {@linkplain #accepts accepted}; nothing has changed then
     */
    public final Change update(double error) {
        if (!accepts(error)) {
            throw new IllegalArgumentException("error must be a finite number of at most " + LARGEST_ERROR
                    + " in magnitude; got " + error + "; leave the sample out");
        }
        if (change == Change.DRIFT) {
            forget();
        }
        change = observe(error);
        return change;
    }

    /** What the last {@link #update} returned; {@link Change#NONE} before the first. */
    public final Change change() {
        return change;
    }

    /**
     * The mean error before the change that {@link #change} tells of; the mean of the window if it tells of none, 0
     * before the first error.
     */
    public abstract double estimateBefore();

    /** The mean error since that change; as {@link #estimateBefore} if there is none. */
    public abstract double estimateAfter();

    /**
     * Which way the change goes that {@link #change} tells of, by the estimates. One that leaves the mean where it was
     * did no harm.
     */
    public final Direction direction() {
        return estimateAfter() > estimateBefore() ? Direction.WORSE : Direction.BETTER;
    }

    /** How many of the last errors it remembers, in whatever form. */
    public abstract long window();

    /** Makes it what it was before its first error. */
    public final void clear() {
        change = Change.NONE;
        reset();
    }

    /** Hands out its whole state as finite numbers: {@link #restore} takes them back. */
    public final void write(DoubleConsumer to) {
        traverse(number -> {
            to.accept(number);
            return number;
        });
    }

    /**
     * Takes a state as {@link #write} handed it out.
     *
     * @throws IllegalArgumentException if no detector is in such a state; this one is cleared then
     */
    public final void restore(DoubleSupplier from) {
        try {
            traverse(number -> from.getAsDouble());
        } catch (IllegalArgumentException e) {
            clear();
            throw e;
        }
    }

    /** The most numbers that {@link #write} ever hands out. */
    public abstract long most();

    private void traverse(DoubleUnaryOperator numbers) {
        change = Change.of((int) whole("change", numbers.applyAsDouble(change.code), Change.DRIFT.code));
        traverseRest(numbers);
    }

    /**
     * The one place that lists the state, in the order in which it is written: hands every number to {@code numbers},
     * and takes on what that returns.
     */
    abstract void traverseRest(DoubleUnaryOperator numbers);

    /** Takes an error that is finite, after {@link #forget} if the one before it was a drift. */
    abstract Change observe(double error);

    /** Forgets what came before a drift. */
    void forget() {
        reset();
    }

    /** Forgets everything. */
    abstract void reset();

    /** The mean of what came after the first {@code cut} of {@code n} errors, by the means of those and of all. */
    static double meanSince(long cut, double cutMean, long n, double mean) {
        return (n * mean - cut * cutMean) / (n - cut);
    }

    /** A stored count, at most as great as a double has room for. */
    static long count(String field, double value) {
        return whole(field, value, MOST);
    }

    static long whole(String field, double value, double most) {
        if (!(value >= 0.0 && value <= most) || value != (long) value) {
            throw wrong(field, "a whole number from 0 to " + (long) most, value);
        }
        return (long) value;
    }

    /** A stored number of any value. */
    static double finite(String field, double value) {
        if (!Double.isFinite(value)) {
            throw wrong(field, "finite", value);
        }
        return value;
    }

    private static IllegalArgumentException wrong(String field, String rule, double value) {
        return new IllegalArgumentException(
                "drift detector's " + field + " must be " + rule + "; got " + value + "; restore an undamaged state");
    }

    /** Refuses a parameter that is not over 0 and under 1. */
    static void requireShare(String key, double value, String remedy) {
        if (!(value > 0.0 && value < 1.0)) {
            throw SettingsReader.wrong(key, "over 0 and under 1", value + "; try " + remedy);
        }
    }

    /** Refuses a parameter that would take more memory than any use of it is worth. */
    static void requireAtMost(String key, long most, long value, String remedy) {
        if (value > most) {
            throw SettingsReader.wrong(key, "at most " + most, value + "; try " + remedy);
        }
    }

    static void requireAtLeast(String key, long least, long value, String remedy) {
        if (value < least) {
            throw SettingsReader.wrong(key, "at least " + least, value + "; try " + remedy);
        }
    }
}
