package dev.streamgrad.bench;

/** What can be measured. */
public enum Part {
    /** Samples a second and CPU time of a sample: copy, parsing copy and learner in turn. */
    THROUGHPUT,
    /** From a sample's acknowledgement to its readable prediction, by commit interval. */
    LATENCY,
    /** Restoring many models from the changelog, beside plain consumption of it. */
    RESTORE
}
