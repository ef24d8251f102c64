package dev.streamgrad.bench;

import java.util.List;
import java.util.Set;

/**
 * What to measure.
 *
 * @param parts which parts
 * @param samples samples of each run, not counting those that create the models of a run with many
 * @param rounds how often each run is repeated
 * @param models how many models; with more than one, a run with as many is measured beside the run with one
 * @param rate samples a second of the latency part
 * @param commitIntervals the values of {@code commit.interval.ms} of the latency part
 * @param seconds how long each of its runs is measured
 */
public record Plan(
        Set<Part> parts, long samples, int rounds, int models, double rate, List<Long> commitIntervals, int seconds) {

    /** Copies the collections. */
    public Plan {
        parts = Set.copyOf(parts);
        commitIntervals = List.copyOf(commitIntervals);
    }

    /** What is wrong with the plan, in one line; empty if nothing is. */
    public String fault() {
        if (samples < 1 || rounds < 1 || models < 1 || seconds < 1) {
            return "--samples, --rounds, --models and --seconds must be at least 1; got " + samples + ", " + rounds
                    + ", " + models + " and " + seconds;
        }
        if (!(rate > 0.0) || !Double.isFinite(rate)) {
            return "--rate must be a finite number over 0; got " + rate;
        }
        if (commitIntervals.stream().anyMatch(interval -> interval < 1)) {
            return "--commit-intervals must be milliseconds of at least 1; got " + commitIntervals;
        }
        if (parts.contains(Part.RESTORE) && models < 2) {
            return "--parts restore needs many models; got --models " + models + "; try --models 100000";
        }
        return "";
    }
}
