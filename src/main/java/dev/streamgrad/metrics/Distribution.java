package dev.streamgrad.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many values fell into which bucket, and their sum. One thread records, any thread reads.
 *
 * <p>It exists because it is asked three times for each record: a {@code Timer} of Micrometer reads the clock at each
 * of its own calls, for the greatest value of the last minutes, and adds to numbers that several threads may share;
 * that took as long as the training step. Here nothing is read but what is written. A reader may see a record in the
 * buckets and not yet in the sum.
 *
 * <p>The sum is Kahan's (Communications of the ACM 8, 1965, p. 40): after 10<sup>15</sup> a thousandth would be rounded
 * away each time it is added; here what was rounded away is added with the next value. No value makes it fall, which
 * Prometheus would take for a restart.
 */
final class Distribution {
    private final double[] upperBounds;
    private final AtomicLongArray counts;
    /** The bits of a double. */
    private final AtomicLong sum = new AtomicLong();
    /** By how much the sum is too great; only who records looks at it. */
    private double excess;

    /**
     * An empty one.
     *
     * @param upperBounds of the buckets, rising, each with its bound; one more has what is greater than all of them
     */
    Distribution(double... upperBounds) {
        this.upperBounds = upperBounds.clone();
        this.counts = new AtomicLongArray(upperBounds.length + 1);
    }

    /** Counts a value, which is 0 or greater. */
    void record(double value) {
        int bucket = 0;
        while (bucket < upperBounds.length && value > upperBounds[bucket]) {
            bucket++;
        }
        add(bucket, 1, value);
    }

    /** An empty one with these bounds. */
    Distribution emptyCopy() {
        return new Distribution(upperBounds);
    }

    /** Takes over what another one of the same bounds has counted. */
    void add(Distribution other) {
        for (int i = 0; i < counts.length(); i++) {
            add(i, other.counts.getOpaque(i), 0.0);
        }
        add(0, 0, other.sum());
    }

    private void add(int bucket, long count, double value) {
        counts.setOpaque(bucket, counts.getPlain(bucket) + count);
        double before = Double.longBitsToDouble(sum.getPlain());
        double missing = value - excess;
        double after = before + missing;
        excess = after - before - missing;
        sum.setOpaque(Double.doubleToRawLongBits(after));
    }

    long count() {
        long all = 0;
        for (int i = 0; i < counts.length(); i++) {
            all += counts.getOpaque(i);
        }
        return all;
    }

    double sum() {
        return Double.longBitsToDouble(sum.getOpaque());
    }

    /**
     * Which value so large a share of all is at most, by a straight line within its bucket; NaN if there are none, and
     * the greatest bound if it is beyond it.
     */
    double quantile(double share) {
        double left = share * count();
        double lower = 0.0;
        for (int i = 0; i < upperBounds.length; i++) {
            long count = counts.getOpaque(i);
            if (count > 0 && left <= count) {
                return lower + (upperBounds[i] - lower) * left / count;
            }
            left -= count;
            lower = upperBounds[i];
        }
        return count() == 0 ? Double.NaN : lower;
    }

    /** As a histogram. */
    HistogramDataPointSnapshot histogram() {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < counts.length(); i++) {
            buckets.bucket(i < upperBounds.length ? upperBounds[i] : Double.POSITIVE_INFINITY, counts.getOpaque(i));
        }
        return HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(buckets.build())
                .sum(sum())
                .build();
    }

    /** As a summary, without its buckets. */
    SummaryDataPointSnapshot.Builder summary() {
        return SummaryDataPointSnapshot.builder().count(count()).sum(sum());
    }
}
