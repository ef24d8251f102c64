package dev.streamgrad.records;

/**
 * Where in the samples topic a sample stands.
 *
 * @param partition the partition
 * @param offset the offset in it
 */
public record Source(int partition, long offset) {}
