package dev.streamgrad.learning;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.math3.util.FastMath;

/**
 * ADWIN, the adaptive window [1]: it keeps the errors as long as no part of them, the oldest, differs from the rest.
 * For errors from 0 to 1.
 *
 * <p>The window is kept as buckets of 2ⁱ errors each, as the total and the sum of squared distances from the mean. Row
 * {@code i} has at most {@code maxBuckets} of them; of one too many, the two oldest merge into the next row's youngest.
 * After every {@code clock} errors, with more than {@code gracePeriod} in the window, each border between two buckets
 * is tried as a cut, from the oldest on. With {@code n₀}, {@code u₀} the number and total of the older side,
 * {@code n₁}, {@code u₁} those of the younger, {@code n} and {@code s} the number and the sum of squares of all, and
 * {@code k = minWindow}, which both sides must have:
 *
 * <pre>
 *   d = ln(2 ln(n) / δ)      r = 1/(n₀ − k + 1) + 1/(n₁ − k + 1)
 *   cut where |u₀/n₀ − u₁/n₁| &gt; √(2 r d s/n) + ⅔ d r
 * </pre>
 *
 * <p>At a cut the oldest bucket is dropped, and all is tried again. Where rounding has made the sum of squares negative
 * the root is NaN, and there is no cut. The paper goes on with what is left, and reports one change again and again,
 * until the last of the old errors is gone; River forgets the whole window at the next error, and reports it once.
 *
 * <p>Memory and state: a window of n errors has log₂(n / maxBuckets) rows of 2·(maxBuckets + 1) numbers, which is 1.7
 * KB at a million and 5 buckets. A row is made when the window first becomes so long, the only allocation, and kept.
 * The state is {@code change}, the mean before the last error, how many errors there were since the last trial,
 * {@code n}, the total, {@code s}, the number of rows after the first; then, for each row, how many buckets it has, and
 * the total and sum of squares of each, the oldest first.
 *
 * <ol>
 *   <li>A. Bifet and R. Gavaldà, <i>Learning from time-changing data with adaptive windowing</i>, SIAM International
 *       Conference on Data Mining (2007).
 * </ol>
 */
public final class Adwin extends DriftDetector {
    /** More rows than there will ever be errors for. */
    private static final int MOST_ROWS = 48;

    /** Room for so many rows, at first, whose arrays are made when there is something to put into them. */
    private static final int FIRST_ROWS = 8;

    /** Each row has an array of so many buckets, full or not. */
    private static final int MOST_BUCKETS = 1000;

    private final double delta;
    private final int clock;
    private final int maxBuckets;
    private final int minWindow;
    private final int gracePeriod;
    private final boolean keeps;

    /** Per row, the oldest bucket first: total and sum of squares of each. */
    private double[][] buckets;
    /** Per row: how many buckets there are. */
    private int[] counts;

    private int rows = 1;
    private long width;
    private double total;
    private double squares;
    private int sinceTrial;
    private double before;

    /**
     * A detector that has seen nothing.
     *
     * @param delta δ, how often, at most, a cut may be made where there is no change, over 0 and under 1; River has
     *     0.002
     * @param clock after how many errors cuts are tried, at least 1; River has 32
     * @param maxBuckets how many buckets a row has, from 2 to 1,000; River has 5
     * @param minWindow how many errors there must be on each side of a cut, at least 1; River has 5
     * @param gracePeriod the longest window in which no cut is tried, at least 0; River has 10
     * @param keeps whether the younger part of the window is kept after a drift, as in the paper; River forgets it
     * @throws IllegalArgumentException naming the parameter, its rule and the value
     */
    public Adwin(double delta, int clock, int maxBuckets, int minWindow, int gracePeriod, boolean keeps) {
        requireShare("drift.adwin.delta", delta, "0.002");
        requireAtLeast("drift.adwin.clock", 1, clock, "32");
        requireAtLeast("drift.adwin.max.buckets", 2, maxBuckets, "5");
        requireAtMost("drift.adwin.max.buckets", MOST_BUCKETS, maxBuckets, "5");
        requireAtLeast("drift.adwin.min.window", 1, minWindow, "5");
        requireAtLeast("drift.adwin.grace.period", 0, gracePeriod, "10");
        this.delta = delta;
        this.clock = clock;
        this.maxBuckets = maxBuckets;
        this.minWindow = minWindow;
        this.gracePeriod = gracePeriod;
        this.keeps = keeps;
        this.buckets = new double[FIRST_ROWS][];
        this.counts = new int[FIRST_ROWS];
        makeRow(0);
    }

    private void makeRow(int row) {
        if (row == buckets.length) {
            buckets = Arrays.copyOf(buckets, 2 * row);
            counts = Arrays.copyOf(counts, 2 * row);
        }
        if (buckets[row] == null) {
            buckets[row] = new double[2 * (maxBuckets + 1)];
        }
    }

    @Override
    Change observe(double error) {
        before = mean();
        add(error);
        sinceTrial++;
        if (sinceTrial < clock) {
            return Change.NONE;
        }
        sinceTrial = 0;
        if (width <= gracePeriod) {
            return Change.NONE;
        }
        Change found = Change.NONE;
        while (isToBeCut()) {
            removeOldest();
            found = Change.DRIFT;
        }
        return found;
    }

    private void add(double error) {
        append(0, error, 0.0);
        if (width > 0) {
            double distance = error - total / width;
            squares += width * distance * distance / (width + 1);
        }
        width++;
        total += error;
        for (int i = 0; counts[i] > maxBuckets; i++) {
            mergeOldest(i);
        }
    }

    private void append(int row, double bucketTotal, double bucketSquares) {
        int at = 2 * counts[row];
        buckets[row][at] = bucketTotal;
        buckets[row][at + 1] = bucketSquares;
        counts[row]++;
    }

    /** Moves the two oldest buckets of a row into the next one, as one. */
    private void mergeOldest(int row) {
        if (row + 1 == rows) {
            makeRow(rows);
            rows++;
        }
        double[] from = buckets[row];
        double size = size(row);
        double distance = from[0] / size - from[2] / size;
        append(row + 1, from[0] + from[2], from[1] + from[3] + size * size * distance * distance / (size + size));
        removeFrom(row, 2);
    }

    private void removeFrom(int row, int removed) {
        counts[row] -= removed;
        System.arraycopy(buckets[row], 2 * removed, buckets[row], 0, 2 * counts[row]);
    }

    /** How many errors there are in each bucket of a row. */
    private static double size(int row) {
        return 1L << row;
    }

    private boolean isToBeCut() {
        double d = FastMath.log(2.0 * FastMath.log((double) width) / delta);
        double variance = squares / width;
        double n0 = 0.0;
        double n1 = width;
        double u0 = 0.0;
        double u1 = total;
        for (int i = rows - 1; i >= 0; i--) {
            double size = size(i);
            for (int k = 0; k < counts[i]; k++) {
                double bucketTotal = buckets[i][2 * k];
                n0 += size;
                n1 -= size;
                u0 += bucketTotal;
                u1 -= bucketTotal;
                if (n1 < minWindow) {
                    return false;
                }
                if (n0 >= minWindow && differ(u0 / n0 - u1 / n1, n0, n1, variance, d)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean differ(double difference, double n0, double n1, double variance, double d) {
        double r = 1.0 / (n0 - minWindow + 1.0) + 1.0 / (n1 - minWindow + 1.0);
        return Math.abs(difference) > Math.sqrt(2.0 * r * variance * d) + 2.0 / 3.0 * d * r;
    }

    private void removeOldest() {
        int row = rows - 1;
        double size = size(row);
        double removedTotal = buckets[row][0];
        double removedSquares = buckets[row][1];
        width -= 1L << row;
        total -= removedTotal;
        double distance = removedTotal / size - total / width;
        squares -= removedSquares + size * width * distance * distance / (size + width);
        removeFrom(row, 1);
        if (counts[row] == 0) {
            rows--;
        }
    }

    private double mean() {
        return width == 0 ? 0.0 : total / width;
    }

    @Override
    public double estimateBefore() {
        return change() == Change.NONE ? mean() : before;
    }

    @Override
    public double estimateAfter() {
        return mean();
    }

    /** The errors between the last cut and now. */
    @Override
    public long window() {
        return width;
    }

    @Override
    public long most() {
        return 7 + MOST_ROWS * (1 + 2L * maxBuckets);
    }

    @Override
    void traverseRest(DoubleUnaryOperator numbers) {
        before = finite("mean before", numbers.applyAsDouble(before));
        sinceTrial = (int) whole("errors since the last trial", numbers.applyAsDouble(sinceTrial), clock - 1);
        width = count("width", numbers.applyAsDouble((double) width));
        total = finite("total", numbers.applyAsDouble(total));
        squares = finite("sum of squares", numbers.applyAsDouble(squares));
        rows = 1 + (int) whole("rows after the first", numbers.applyAsDouble(rows - 1), MOST_ROWS - 1);
        long inBuckets = 0;
        int emptyRows = 0;
        for (int i = 0; i < rows; i++) {
            makeRow(i);
            counts[i] = (int) whole("buckets of a row", numbers.applyAsDouble(counts[i]), maxBuckets);
            emptyRows += counts[i] == 0 ? 1 : 0;
            inBuckets += counts[i] * (1L << i);
            for (int k = 0; k < 2 * counts[i]; k++) {
                buckets[i][k] = finite("bucket", numbers.applyAsDouble(buckets[i][k]));
            }
        }
        Arrays.fill(counts, rows, counts.length, 0);
        whole("rows without a bucket", emptyRows, width == 0 ? 1 : 0);
        whole("errors in buckets less its width", (double) inBuckets - width, 0.0);
    }

    @Override
    void forget() {
        if (!keeps) {
            reset();
        }
    }

    @Override
    void reset() {
        Arrays.fill(counts, 0);
        rows = 1;
        width = 0;
        total = 0.0;
        squares = 0.0;
        sinceTrial = 0;
        before = 0.0;
    }
}
