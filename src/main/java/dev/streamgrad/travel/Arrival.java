package dev.streamgrad.travel;

import dev.streamgrad.records.Snapshot;

/**
 * A past state, and the way there.
 *
 * @param state the state; its time is that of the last record that made it so
 * @param baseVersion of the snapshot where the way began; 0 if it began with version 0
 * @param fromSnapshot whether it began with a snapshot
 * @param samples how many of the model's samples were learned or scored again
 * @param commands how many commands it was told, those among them that it refused
 * @param agreed how many snapshots of versions on the way agree
 * @param lastAgreed the version of the last of them
 */
public record Arrival(
        Snapshot state,
        long baseVersion,
        boolean fromSnapshot,
        long samples,
        long commands,
        long agreed,
        long lastAgreed) {}
